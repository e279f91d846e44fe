import { handOverClock } from '../sla/cancelling.ts';
import { type Clock, isOpen, nextCycle } from '../sla/clock.ts';
import { policyLine } from '../sla/policy.ts';
import { promise, replayDeadline, warningsOf } from '../sla/schedule.ts';
import { boundClock, dueIfResumed } from '../sla/urgency.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { endOfCase } from './decide-ending.ts';
import { accept, type Decision, reject } from './decision.ts';
import type { DecideContext } from './lifecycle.ts';
import { inputsAgain, openInputs, takeOverInputs } from './merge-inputs.ts';

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
  const openClocks = ended
    .filter(({ clock }) => clock.clock !== 'input')
    .map(({ clock }) => ({
      clock: clock.clock,
      cycle: clock.cycle,
      startedAt: clock.startedAt,
      dueAt: clock.schedule.dueAt,
      breached: clock.status === 'breached',
      ...(clock.anchor === undefined ? {} : { anchor: clock.anchor }),
    }));
  const merged: CaseEvent = {
    type: 'CaseMergedInto',
    data: {
      survivorId,
      receivedAt: state.receivedAt,
      openClocks,
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

/** The survivor takes over: the earlier of two deadlines, or a next cycle with the old one. */
export function absorb<S extends CaseState>(
  data: (CaseCommand & { type: 'absorb' })['data'],
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { loserId, receivedAt, openClocks } = data;
  if (state.mergedFrom.includes(loserId)) return accept<CaseEvent>();
  const absorbed: CaseEvent = { type: 'CaseAbsorbed', data: { loserId, receivedAt }, occurredAt: at };
  if (state.ended !== undefined) return accept<CaseEvent>(absorbed);
  const owner = ownerOf(state, rules);
  const carried = openClocks
    .filter(open => !open.breached)
    .flatMap((open): readonly CaseEvent[] => {
      const own = state.clocks.findLast(c => c.clock === open.clock && isOpen(c));
      if (own === undefined) return goesOn(open, loserId, state, context, rules);
      if (own.status === 'breached' || open.dueAt >= dueIfResumed(own, context)) return [];
      return [boundClock(context, owner, own, 'merged', open.dueAt)];
    });
  return accept<CaseEvent>(
    absorbed,
    ...carried,
    ...boundAcknowledgement(carried, state, context, rules),
    ...takeOverInputs(data.openInputs ?? [], loserId, state, context, rules),
  );
}

/** A first reply that is due earlier now brings the acknowledgement with it: that is never due later. */
function boundAcknowledgement<S extends CaseState>(
  carried: readonly CaseEvent[],
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const dueOf = (name: Clock['clock']) =>
    carried.flatMap(e =>
      (e.type === 'SlaClockRescheduled' || e.type === 'SlaClockStarted') && e.data.clock === name
        ? [e.data.schedule.dueAt]
        : [],
    )[0];
  const replyDueAt = dueOf('firstReply');
  const own = state.clocks.findLast(c => c.clock === 'acknowledgement' && c.status === 'running');
  if (replyDueAt === undefined || own === undefined) return [];
  if ((dueOf('acknowledgement') ?? own.schedule.dueAt) <= replyDueAt) return [];
  return [boundClock(context, ownerOf(state, rules), own, 'merged', replyDueAt)];
}

function goesOn<S extends CaseState>(
  open: (CaseCommand & { type: 'absorb' })['data']['openClocks'][number],
  loserId: string,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const owner = ownerOf(state, rules);
  const { anchor } = open;
  const promised = promise(
    context,
    owner,
    open.clock,
    open.startedAt,
    anchor === undefined ? {} : { anchor },
  );
  if (promised === undefined) return [];
  const fractions = policyLine(context.policy, owner.lifecycle, open.clock, owner.facts)?.warnAt ?? [];
  const warnings = warningsOf(context.calendar, promised.target, open.startedAt, open.dueAt, fractions);
  return [
    {
      type: 'SlaClockStarted',
      data: {
        clock: open.clock,
        cycle: nextCycle(state.clocks, open.clock),
        startedAt: open.startedAt,
        ...promised,
        schedule: {
          ...promised.schedule,
          dueAt: open.dueAt,
          warnings: warnings.filter(w => w.at >= context.now),
        },
        carriedDueAt: open.dueAt,
        continues: { caseId: loserId, cycle: open.cycle },
      },
      occurredAt: open.startedAt,
    },
  ];
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
  const { reason } = data;
  const again = state.clocks
    .filter(c => c.clock !== 'input')
    .filter(c => c.status === 'cancelled' && c.cancelledBecause === 'merged' && c.breach === undefined)
    .filter(c => !state.clocks.some(later => later.clock === c.clock && later.cycle > c.cycle))
    .map(
      (c): CaseEvent => ({
        type: 'SlaClockStarted',
        data: {
          clock: c.clock,
          cycle: nextCycle(state.clocks, c.clock),
          startedAt: c.startedAt,
          target: c.target,
          ...(c.urgent ? { ordinaryTarget: c.ordinaryTarget } : {}),
          ...(c.anchor === undefined ? {} : { anchor: c.anchor }),
          schedule: {
            ...c.schedule,
            warnings: c.schedule.warnings.filter(w => !c.warned.includes(w.threshold) && w.at >= context.now),
          },
          carriedDueAt: ordinaryDueOf(c, context),
        },
        occurredAt: c.startedAt,
      }),
    );
  const unmerged = { survivorId: ended.survivorId, ...(reason === undefined ? {} : { reason }) };
  return accept<CaseEvent>(
    { type: 'CaseUnmerged', data: unmerged, occurredAt: at },
    ...again,
    ...inputsAgain(state, context, rules),
  );
}

/** The deadline without what urgency took from it: it comes back when the case is normal again. */
function ordinaryDueOf(clock: Clock, { calendar }: DecideContext): number {
  if (!clock.urgent) return clock.schedule.dueAt;
  const moves = clock.moves.filter(move => move.kind !== 'bound' || !move.urgent);
  return replayDeadline(clock.ordinaryTarget, clock.startedAt, moves, calendar, clock.anchor).dueAt;
}
