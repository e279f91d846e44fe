import { accept, type Decision } from '../case/decision.ts';
import type { AfterSalesEvent } from './events.ts';
import type { AfterSalesState } from './state.ts';

/** A message long after the closing goes on as a request of its own. */
export function withSuccessor(
  decision: Decision<AfterSalesEvent>,
  state: AfterSalesState,
): Decision<AfterSalesEvent> {
  const goesOn =
    decision.outcome === 'accepted' ? decision.events.find(e => e.type === 'CaseToBeContinued') : undefined;
  if (decision.outcome === 'rejected' || goesOn === undefined) return decision;
  const { customer, contactId, siteRegion, productCode, order, teamId, priority } = state;
  const { channel, receivedAt, text } = goesOn.data;
  const data = {
    customer,
    ...(contactId === undefined ? {} : { contactId }),
    channel,
    siteRegion,
    ...(productCode === undefined ? {} : { product: { code: productCode } }),
    ...(order === undefined ? {} : { order }),
    ...(text === undefined ? {} : { fault: text }),
    receivedAt,
    teamId,
    priority,
  };
  return accept<AfterSalesEvent>(...decision.events, {
    type: 'AfterSalesSuccessorPrepared',
    data,
    occurredAt: goesOn.occurredAt,
  });
}
