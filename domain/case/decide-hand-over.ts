import { isOpen } from '../sla/clock.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, notAssignee } from './case-rules.ts';
import type { CaseState, HandOver } from './case-state.ts';
import { accept, type Decision, type Rejected, reject } from './decision.ts';
import { isAsked } from './input-request.ts';
import type { DecideContext } from './lifecycle.ts';

type Data<T extends CaseCommand['type']> = (CaseCommand & { type: T })['data'];

/**
 * Offers the case to another person or team, with what is open. It stays whose it is until the offer is accepted, and no
 * promise moves by it.
 */
export function proposeHandOver<S extends CaseState>(
  data: Data<'handOver'>,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const refused = notAssignee(context, state);
  if (refused) return refused;
  const { toUserId, toTeamId = state.teamId, openPoints } = data;
  if (state.handOver !== undefined) {
    const { handOverId } = state.handOver;
    return reject('alreadyOffered', { handOverId, possible: [...rules.possible(state)] });
  }
  const staysThere = toTeamId === state.teamId && toUserId === state.assigneeId;
  if (staysThere) return reject('alreadyAssigned', { assigneeId: toUserId ?? null, teamId: toTeamId });
  const openClocks = state.clocks
    .filter(isOpen)
    .map(({ clock, cycle, schedule }) => ({ clock, cycle, dueAt: schedule.dueAt }));
  return accept<CaseEvent>({
    type: 'HandOverProposed',
    data: {
      handOverId: context.newId(),
      ...(toUserId === undefined ? {} : { toUserId }),
      toTeamId,
      openPoints,
      openClocks,
      openInputs: state.inputs.filter(isAsked).map(({ inputId }) => inputId),
    },
    occurredAt: at,
  });
}

/** The case changes hands: it is the one's who was named, or else of the team's member who took it. */
export function acceptHandOver<S extends CaseState>(
  data: Data<'acceptHandOver'>,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const offer = offerFor(at, state, context, rules);
  if ('outcome' in offer) return offer;
  const { handOverId, toUserId, toTeamId } = offer;
  const { note } = data;
  const assigneeId = toUserId ?? context.actor.id;
  const previous = state.assigneeId === undefined ? {} : { previousAssigneeId: state.assigneeId };
  return accept<CaseEvent>(
    {
      type: 'HandOverAccepted',
      data: { handOverId, ...(note === undefined ? {} : { note }) },
      occurredAt: at,
    },
    { type: 'CaseAssigned', data: { assigneeId, teamId: toTeamId, ...previous }, occurredAt: at },
  );
}

export function declineHandOver<S extends CaseState>(
  { reason }: Data<'declineHandOver'>,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const offer = offerFor(at, state, context, rules);
  if ('outcome' in offer) return offer;
  const { handOverId } = offer;
  return accept<CaseEvent>({ type: 'HandOverDeclined', data: { handOverId, reason }, occurredAt: at });
}

/** By whoever offered it, or whose the case is. */
export function withdrawHandOver<S extends CaseState>(
  { reason }: Data<'withdrawHandOver'>,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const offer = openOffer(at, state, rules);
  if ('outcome' in offer) return offer;
  const { handOverId, proposedBy } = offer;
  const refused = context.actor.id === proposedBy ? undefined : notAssignee(context, state);
  if (refused) return refused;
  const data = { handOverId, ...(reason === undefined ? {} : { reason }) };
  return accept<CaseEvent>({ type: 'HandOverWithdrawn', data, occurredAt: at });
}

function openOffer<S extends CaseState>(at: number, state: S, rules: CaseRules<S>): HandOver | Rejected {
  const { handOver } = state;
  if (handOver === undefined) return reject('nothingOffered', { possible: [...rules.possible(state)] });
  const { proposedAt } = handOver;
  return at < proposedAt ? reject('beforeTheOffer', { occurredAt: at, proposedAt }) : handOver;
}

/** The offer, if it is the actor's to answer. */
function offerFor<S extends CaseState>(
  at: number,
  state: S,
  { actor }: DecideContext,
  rules: CaseRules<S>,
): HandOver | Rejected {
  const offer = openOffer(at, state, rules);
  if ('outcome' in offer) return offer;
  const { toUserId, toTeamId } = offer;
  const isTheirs =
    toUserId === undefined
      ? actor.teamId === toTeamId
      : actor.id === toUserId || actor.onBehalfOf === toUserId;
  return isTheirs ? offer : reject('notOfferedToYou', { toUserId: toUserId ?? null, toTeamId });
}
