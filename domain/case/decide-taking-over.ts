import { cancelClock } from '../sla/cancelling.ts';
import { type Clock, isOpen, nextCycle } from '../sla/clock.ts';
import { policyLine } from '../sla/policy.ts';
import { knownUntil, type Promised, promise, warningsOf } from '../sla/schedule.ts';
import { boundClock, dueIfResumed } from '../sla/urgency.ts';
import type { Target } from '../time/target.ts';
import type { CaseCommand } from './case-commands.ts';
import type { CaseEvent } from './case-events.ts';
import { type CaseRules, caseEnded, ownerOf } from './case-rules.ts';
import type { CaseState } from './case-state.ts';
import { accept, type Decision, reject } from './decision.ts';
import type { DecideContext } from './lifecycle.ts';
import { givenBackInputs, takeOverInputs } from './merge-inputs.ts';
import { carriedFor, carriedInputs, isOf } from './taken-over.ts';

type Absorb = (CaseCommand & { type: 'absorb' })['data'];

/**
 * The survivor takes over: the earlier of two deadlines, or a next cycle with the old one. It refuses what it could
 * not keep, having ended; the other case is then its own again (`settleMerge`).
 */
export function absorb<S extends CaseState>(
  data: Absorb,
  at: number,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): Decision<CaseEvent> {
  const { loserId, mergeRevision, receivedAt, openClocks, openInputs = [] } = data;
  const known = state.takenOver.some(t => t.loserId === loserId && t.mergeRevision === mergeRevision);
  if (known) return accept<CaseEvent>();
  const loser = context.linkedCase;
  const isMergedHere =
    loser?.caseId === loserId &&
    loser.mergedInto === context.caseId &&
    (loser.mergeRevision ?? 0) <= mergeRevision;
  // Told late, after the merge was undone.
  if (!isMergedHere) return reject('notMergedHere', { loserId, mergeRevision });
  const owed = openClocks.filter(open => !open.breached);
  const { ended } = state;
  if (ended !== undefined) {
    const goesOnElsewhere = ended.how === 'voided' || ended.how === 'merged';
    if (goesOnElsewhere || owed.length > 0 || openInputs.length > 0)
      return caseEnded(ended, rules.possible(state));
  }
  const absorbed: CaseEvent = {
    type: 'CaseAbsorbed',
    data: { loserId, receivedAt, mergeRevision },
    occurredAt: at,
  };
  const owner = ownerOf(state, rules);
  const carried = owed.flatMap((open): readonly CaseEvent[] => {
    const own = state.clocks.findLast(c => c.clock === open.clock && isOpen(c));
    if (own === undefined) return goesOn(open, data, state, context, rules);
    if (own.status === 'breached' || open.dueAt >= dueIfResumed(own, context)) return [];
    return [boundClock(context, owner, own, 'merged', open.dueAt)];
  });
  const asked = openInputs.map(input => ({ ...input, askedIn: loserId }));
  return accept<CaseEvent>(
    absorbed,
    ...carried,
    ...boundAcknowledgement(carried, state, context, rules),
    ...takeOverInputs(asked, state, context, rules),
  );
}

/** The merge is undone: what is carried on for the other case ends here, wherever it went on since. */
export function release(
  { loserId, untilRevision, clocks, inputs }: (CaseCommand & { type: 'release' })['data'],
  at: number,
  state: CaseState,
): Decision<CaseEvent> {
  const data = {
    loserId,
    ...(untilRevision === undefined ? {} : { untilRevision }),
    ...(clocks === undefined ? {} : { clocks }),
    ...(inputs === undefined ? {} : { inputs }),
  };
  const carried = carriedFor(state.clocks, data);
  const stands = state.takenOver.some(taken => isOf(taken, data) && !taken.released);
  const asked = carriedInputs(state.inputs, data);
  const nothing = clocks === undefined ? !stands : carried.length + asked.length === 0;
  if (nothing) return accept<CaseEvent>();
  const survivorId = state.ended?.survivorId;
  const further = {
    clocks: carried
      .filter(c => c.status === 'cancelled' && c.cancelledBecause === 'merged')
      .map(({ clock, cycle }) => ({ clock, cycle })),
    inputs: asked.filter(({ status }) => status === 'merged').map(({ inputId }) => inputId),
  };
  const goesOnIn =
    survivorId === undefined || further.clocks.length + further.inputs.length === 0
      ? {}
      : { goesOnIn: { survivorId, ...further } };
  return accept<CaseEvent>(
    { type: 'CaseReleased', data: { ...data, ...goesOnIn }, occurredAt: at },
    // A breach that no timer told yet is told where the promise is kept from now on.
    ...carried.flatMap(clock => cancelClock(clock, 'released', at)),
    ...givenBackInputs(asked, at, state),
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
  open: Absorb['openClocks'][number],
  { loserId, mergeRevision }: Absorb,
  state: S,
  context: DecideContext,
  rules: CaseRules<S>,
): readonly CaseEvent[] {
  const owner = ownerOf(state, rules);
  const { anchor, target } = open;
  const anchored = anchor === undefined ? {} : { anchor };
  const promised =
    promise(context, owner, open.clock, open.startedAt, anchored) ??
    (target && withoutPolicy(target, anchored, open, context));
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
        continues: { caseId: loserId, cycle: open.cycle, mergeRevision },
      },
      occurredAt: open.startedAt,
    },
  ];
}

/** The policy promises nothing of the kind for this case; what was promised in the other one still stands. */
function withoutPolicy(
  target: Target,
  anchored: Pick<Promised, 'anchor'>,
  { dueAt }: Absorb['openClocks'][number],
  { policy, calendar }: DecideContext,
): Promised {
  const { id, version } = calendar;
  const schedule = { dueAt, warnings: [], policyVersion: policy.version, calendar: { id, version } };
  return {
    target,
    ...anchored,
    schedule: { ...schedule, provisional: !knownUntil(target, dueAt, calendar) },
  };
}
