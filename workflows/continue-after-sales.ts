import { afterSalesEvents } from '../domain/after-sales/events.ts';
import { defineWorkflow } from '../domain/case/workflow.ts';
import { uuidOf } from '../domain/log/envelope.ts';

/** A message long after an after-sales request was closed goes on as a request of its own, linked. */
export const continueAfterSales = defineWorkflow({
  name: 'continue-after-sales',
  on: ['AfterSalesSuccessorPrepared'],
  react(event) {
    const opening = afterSalesEvents.AfterSalesSuccessorPrepared.schema.parse(event.data);
    // A call without a word still opens a request; what was said is in the message of the first one.
    const { fault = '—', ...rest } = opening;
    const data = JSON.parse(JSON.stringify({ ...rest, fault, continues: uuidOf(event.streamId) }));
    return [{ step: 'open', lifecycle: 'after-sales-request', command: { type: 'report', data } }];
  },
});
