import { accept, type Decision } from '../case/decision.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { turnOf } from './complaint-turn.ts';
import type { ComplaintEvent } from './events.ts';
import { type NewItem, newItemSchema } from './item.ts';
import { rules } from './rules.ts';
import { type ComplaintState, isDecided } from './state.ts';

/**
 * A part that is split off, or a message long after the closing, goes on as a complaint of its own: what that one
 * begins with is written here, so that the workflow that opens it needs nothing but this event.
 */
export function withSuccessor(
  decision: Decision<ComplaintEvent>,
  state: ComplaintState,
  context: DecideContext,
): Decision<ComplaintEvent> {
  if (decision.outcome === 'rejected') return decision;
  const successors = decision.events.flatMap(event => successorOf(event, state, context));
  return successors.length === 0 ? decision : accept<ComplaintEvent>(...decision.events, ...successors);
}

function successorOf(
  event: ComplaintEvent,
  state: ComplaintState,
  context: DecideContext,
): readonly ComplaintEvent[] {
  switch (event.type) {
    case 'CaseSplitOff': {
      const { itemIds, description } = event.data;
      const items = state.items.filter(i => itemIds.includes(i.itemId));
      const data = {
        relation: 'split' as const,
        ...opening(state),
        items: items.map(plainItem),
        description,
      };
      return [
        prepared({ ...data, receivedAt: state.receivedAt }, event.occurredAt),
        ...restDecided(state, itemIds, context, event.occurredAt),
      ];
    }
    case 'CaseToBeContinued': {
      const { receivedAt, channel, text } = event.data;
      const described = text === undefined ? {} : { description: text };
      const items = state.items.map(plainItem);
      const data = { relation: 'continuation' as const, ...opening(state), channel, items, ...described };
      return [prepared({ ...data, receivedAt: Math.min(receivedAt, context.now) }, event.occurredAt)];
    }
    default:
      return [];
  }
}

/** What went was all that waited for a decision: with it gone every item has one. */
function restDecided(
  state: ComplaintState,
  gone: readonly string[],
  context: DecideContext,
  at: number,
): readonly ComplaintEvent[] {
  const rest = state.items.filter(i => !gone.includes(i.itemId));
  if (isDecided(state) || !isDecided({ ...state, items: rest })) return [];
  return turnOf(state, context, at, rules).meet(['decision']);
}

function prepared(
  data: (ComplaintEvent & { type: 'ComplaintSuccessorPrepared' })['data'],
  occurredAt: number,
): ComplaintEvent {
  return { type: 'ComplaintSuccessorPrepared', data, occurredAt };
}

function opening(state: ComplaintState) {
  const { kind, complainant, buyingCustomer, endBrand, contactId, channel, siteRegion, teamId, priority } =
    state;
  return {
    kind,
    complainant,
    ...(buyingCustomer === undefined ? {} : { buyingCustomer }),
    ...(endBrand === undefined ? {} : { endBrand }),
    ...(contactId === undefined ? {} : { contactId }),
    channel,
    siteRegion,
    teamId,
    priority,
  };
}

/** What the customer told of the item, without what the case made of it. */
function plainItem(item: NewItem): NewItem {
  return newItemSchema.parse(item);
}
