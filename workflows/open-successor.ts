import { defineWorkflow } from '../domain/case/workflow.ts';
import { complaintEvents } from '../domain/complaint/events.ts';
import { uuidOf } from '../domain/log/envelope.ts';

/** A part split off a complaint, or a message long after its closing, goes on as a complaint of its own, linked. */
export const openSuccessor = defineWorkflow({
  name: 'open-successor',
  on: ['ComplaintSuccessorPrepared'],
  react(event) {
    const { relation, ...opening } = complaintEvents.ComplaintSuccessorPrepared.schema.parse(event.data);
    const from = uuidOf(event.streamId);
    const link = relation === 'split' ? { splitFrom: from } : { continues: from };
    // A call without a word still opens a case; what was said is in the message of the first one.
    const description = opening.description ?? '—';
    const data = JSON.parse(JSON.stringify({ ...opening, description, ...link }));
    return [{ step: 'open', lifecycle: 'complaint', command: { type: 'receive', data } }];
  },
});
