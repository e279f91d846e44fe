import { ownerOf } from '../case/case-rules.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { cancelClock } from '../sla/cancelling.ts';
import { openClock } from '../sla/clock.ts';
import type { ComplaintCommand } from './commands.ts';
import { factOf, type Turn } from './complaint-turn.ts';
import { unknownItems } from './decide-on-site.ts';
import type { ComplaintEvent } from './events.ts';
import { possible } from './possible.ts';
import { rules } from './rules.ts';
import { isDecided, openContest } from './state.ts';

type Data<T extends ComplaintCommand['type']> = (ComplaintCommand & { type: T })['data'];

/** The customer does not agree: the decision keeps its result, and a new one is owed, with a new closing. */
export function contest(data: Data<'contest'>, turn: Turn): Decision<ComplaintEvent> {
  const { state, context, at, start } = turn;
  if (!isDecided(state)) return reject('nothingToContest', { possible: [...possible(state)] });
  const unknown = unknownItems(data.itemIds, state);
  if (unknown !== undefined) return unknown;
  const decidedAt = state.decisionsTold.at(-1)?.at;
  if (decidedAt !== undefined && at < decidedAt)
    return reject('beforeDecision', { occurredAt: at, decidedAt });
  const held = { context, owner: ownerOf(state, rules) };
  return accept<ComplaintEvent>(
    { type: 'ComplaintContested', data: factOf(data), occurredAt: at },
    ...cancelClock(openClock(state.clocks, 'decision'), 'contested', at, held),
    ...cancelClock(openClock(state.clocks, 'closing'), 'contested', at, held),
    ...start(['decision', 'closing']),
  );
}

/** By somebody with no finding, decision or approval of theirs in this case. */
export function review(data: Data<'review'>, { state, context, at }: Turn): Decision<ComplaintEvent> {
  const open = openContest(state);
  if (open === undefined) return reject('notContested', { possible: [...possible(state)] });
  if (open.review !== undefined) return reject('alreadyReviewed', { reviewedAt: open.review.at });
  if (at < open.at) return reject('beforeContest', { occurredAt: at, contestedAt: open.at });
  const { id, onBehalfOf } = context.actor;
  if (state.involved.some(user => user === id || user === onBehalfOf))
    return reject('involved', { actorId: id });
  return accept<ComplaintEvent>({ type: 'ComplaintReviewed', data: factOf(data), occurredAt: at });
}

export function addToNegativeCases(data: Data<'addToNegativeCases'>, { at }: Turn): Decision<ComplaintEvent> {
  return accept<ComplaintEvent>({
    type: 'ComplaintAddedToNegativeCases',
    data: factOf(data),
    occurredAt: at,
  });
}
