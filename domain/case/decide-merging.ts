import { handOverClock } from '../sla/cancelling.ts';
import { type Clock, isOpen, nextCycle } from '../sla/clock.ts';
import { replayDeadline } from '../sla/schedule.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { endOfCase } from './decide-ending.ts';
import { accept, type Decision, reject } from './decision.ts';
import { beforeFact } from './facts.ts';
import type { DecideContext } from './lifecycle.ts';
import { inputsAgain, openInputs } from './merge-inputs.ts';

/**
 * The merged case's side of a merge; the survivor's is in `decide-taking-over.ts`. A merge is two decisions, each on
 * its own stream, and anything may happen between them. So the merged case ends first and names what it owes; the
 * survivor takes over or refuses; and `settleMerge` looks whether it did, and undoes the merge if not. Of two cases
 * that are merged into each other at once, the merge that is earlier in the log is undone and the later stands.
 */

type OpenClock = (CaseEvent & { type: 'CaseMergedInto' })['data']['openClocks'][number];

/** The case goes on in another of its kind; what it still owed is handed over, a breach stays where it happened. */
export function mergeInto<S extends CaseState>(
  data: (CaseCommand & { type: 'mergeInto' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { survivorId, reason } = data;
  const survivor = context.linkedCase;
  if (survivorId === context.caseId) return reject('mergeIntoItself', { survivorId });
  if (survivor === undefined || survivor.caseId !== survivorId)
    return reject('noSuchCase', { caseId: survivorId });
  if (survivor.lifecycle !== rules.lifecycle) {
    return reject('otherLifecycle', { survivor: survivor.lifecycle, this: rules.lifecycle });
  }
  if (survivor.mergedInto !== undefined)
    return reject('survivorIsMerged', { mergedInto: survivor.mergedInto });
  if (survivor.phase === 'voided') return reject('survivorIsVoided', { survivorId });
  const open = state.clocks.filter(isOpen);
  if (open.length > 0 && (survivor.phase === 'closed' || survivor.phase === 'withdrawn')) {
    return reject('survivorHasEnded', { survivorId, phase: survivor.phase, hint: 'reopen it first' });
  }
  const owner = ownerOf(state, rules);
  const ended = open.map(clock => handOverClock(context, owner, clock, at));
  const merged: CaseEvent = {
    type: 'CaseMergedInto',
    data: {
      survivorId,
      receivedAt: state.receivedAt,
      openClocks: ended.filter(({ clock }) => clock.clock !== 'input').map(({ clock }) => handedOver(clock)),
      ...openInputs(
        state,
        ended.map(({ clock }) => clock),
      ),
      ...(reason === undefined ? {} : { reason }),
    },
    occurredAt: at,
  };
  const judged = ended.flatMap(({ events }) => events);
  return accept<CaseEvent>(...judged, ...endOfCase(state, 'merged', at), merged);
}

/** What came due again in a case that is merged already: it goes where the rest of it went. */
export function handedOnLater(state: CaseState, again: readonly Clock[], at: number): readonly CaseEvent[] {
  const survivorId = state.ended?.survivorId;
  const openClocks = again.filter(clock => clock.status !== 'breached').map(handedOver);
  if (survivorId === undefined || openClocks.length === 0) return [];
  const { receivedAt } = state;
  return [{ type: 'CaseMergedInto', data: { survivorId, receivedAt, openClocks }, occurredAt: at }];
}

function handedOver(clock: Clock): OpenClock {
  return {
    clock: clock.clock,
    cycle: clock.cycle,
    startedAt: clock.startedAt,
    dueAt: clock.schedule.dueAt,
    breached: clock.status === 'breached',
    ...(clock.anchor === undefined ? {} : { anchor: clock.anchor }),
    target: clock.target,
  };
}

/** The case is its own again; what the merge cancelled starts again, with the same deadlines. */
export function unmerge<S extends CaseState>(
  data: (CaseCommand & { type: 'unmerge' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { ended } = state;
  if (ended?.how !== 'merged' || ended.survivorId === undefined) {
    return reject('notMerged', { possible: [...rules.possible(state)] });
  }
  const early = beforeFact(at, 'merge', ended.at);
  if (early !== undefined) return early;
  const { survivorId } = ended;
  const { reason } = data;
  const unmerged = { survivorId, ...(reason === undefined ? {} : { reason }) };
  return accept<CaseEvent>(
    { type: 'CaseUnmerged', data: unmerged, occurredAt: at },
    ...startedAgain(state, cancelledByMerging(state), context),
    ...inputsAgain(state, context, rules),
  );
}

/**
 * Whether the survivor took over what it was handed: if it did not, as it had ended meanwhile, the case is its own
 * again and keeps those promises itself.
 */
export function settleMerge<S extends CaseState>(
  data: (CaseCommand & { type: 'settleMerge' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { survivorId, mergeRevision } = data;
  const { ended } = state;
  const stands = ended?.survivorId === survivorId && (ended.mergeRevision ?? 0) <= mergeRevision;
  if (!stands) return accept<CaseEvent>();
  const survivor = context.linkedCase;
  const tookOver = (revision: number | undefined) =>
    survivor?.takenOver.some(
      t => t.loserId === context.caseId && t.mergeRevision === revision && !t.released,
    ) === true;
  if (tookOver(mergeRevision)) return accept<CaseEvent>();
  // What it did take over of this case, before it ended, it kept or ended by its own rules.
  const left = cancelledByMerging(state).filter(clock => !tookOver(clock.handedOver));
  return accept<CaseEvent>(
    { type: 'CaseUnmerged', data: { survivorId, because: 'notTakenOver' }, occurredAt: at },
    ...startedAgain(state, left, context),
    ...(tookOver(ended.mergeRevision) ? [] : inputsAgain(state, context, rules)),
  );
}

/** What a merge ended, with no breach of its own and not started again since. */
function cancelledByMerging({ clocks }: CaseState): readonly Clock[] {
  return clocks.filter(
    c =>
      c.clock !== 'input' &&
      c.cancelledBecause === 'merged' &&
      c.status === 'cancelled' &&
      c.breach === undefined &&
      !clocks.some(later => later.clock === c.clock && later.cycle > c.cycle),
  );
}

function startedAgain(
  { clocks }: CaseState,
  cancelled: readonly Clock[],
  context: DecideContext,
): readonly CaseEvent[] {
  return cancelled.map(c => ({
    type: 'SlaClockStarted',
    data: {
      clock: c.clock,
      cycle: nextCycle(clocks, c.clock),
      startedAt: c.startedAt,
      target: c.target,
      ...(c.urgent ? { ordinaryTarget: c.ordinaryTarget } : {}),
      ...(c.anchor === undefined ? {} : { anchor: c.anchor }),
      schedule: {
        ...c.schedule,
        warnings: c.schedule.warnings.filter(w => !c.warned.includes(w.threshold) && w.at >= context.now),
      },
      carriedDueAt: ordinaryDueOf(c, context),
      ...(c.continues === undefined ? {} : { continues: c.continues }),
    },
    occurredAt: c.startedAt,
  }));
}

/** The deadline without what urgency took from it: it comes back when the case is normal again. */
function ordinaryDueOf(clock: Clock, { calendar }: DecideContext): number {
  if (!clock.urgent) return clock.schedule.dueAt;
  const moves = clock.moves.filter(move => move.kind !== 'bound' || !move.urgent);
  return replayDeadline(clock.ordinaryTarget, clock.startedAt, moves, calendar, clock.anchor).dueAt;
}
