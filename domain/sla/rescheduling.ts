import { type Target, timeLeft } from '../time/target.ts';
import type { Clock } from './clock.ts';
import { clockId } from './clock-id.ts';
import type { ClockAnchor, Schedule, SlaEvent, Threshold } from './events.ts';
import { policyLine } from './policy.ts';
import { knownUntil, type PromiseOwner, type SlaContext, warningsOf } from './schedule.ts';

/** Moves a running or paused deadline, with the warnings that were not given yet. Never silent. */
export function rescheduleClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  because: (SlaEvent & { type: 'SlaClockRescheduled' })['data']['because'],
  dueAt: number,
  options: {
    readonly leftMs?: number;
    readonly startedAt?: number;
    readonly at?: number;
    readonly anchor?: ClockAnchor;
    readonly opensAt?: number;
    readonly provisional?: boolean;
    readonly notLaterThan?: number;
    readonly boundBy?: string;
    readonly carriedDueAt?: number;
    readonly target?: Target;
  } = {},
): SlaEvent & { type: 'SlaClockRescheduled' } {
  const at = options.at ?? context.now;
  const fractions = policyLine(context.policy, owner.lifecycle, clock.clock, owner.facts)?.warnAt ?? [];
  const startedAt = options.startedAt ?? clock.startedAt;
  const target = options.target ?? clock.target;
  const { pause } = clock;
  const pauses = [
    ...clock.moves.filter(move => move.kind === 'pause'),
    ...(pause === undefined || options.leftMs === undefined ? [] : [{ from: pause.countedFrom, to: at }]),
  ];
  const warnings = warningsOf(context.calendar, target, startedAt, dueAt, fractions, pauses)
    .filter(w => !clock.warned.includes(w.threshold))
    // A warning that the change puts into the past is due now, not before it was known.
    .map(w => ({ threshold: w.threshold, at: Math.max(w.at, Math.min(at, dueAt)) }));
  return {
    type: 'SlaClockRescheduled',
    data: {
      ...clockId(clock),
      because,
      previousDueAt: clock.schedule.dueAt,
      ...(options.leftMs === undefined
        ? {}
        : {
            leftMs: options.leftMs,
            warningsLeft: warningsLeft(context, target, warnings, dueAt, options.leftMs),
          }),
      ...(options.notLaterThan === undefined ? {} : { notLaterThan: options.notLaterThan }),
      ...(options.boundBy === undefined ? {} : { boundBy: options.boundBy }),
      ...(options.carriedDueAt === undefined ? {} : { carriedDueAt: options.carriedDueAt }),
      ...(options.target === undefined ? {} : { target: options.target }),
      ...(options.startedAt === undefined ? {} : { startedAt: options.startedAt }),
      ...(options.anchor === undefined ? {} : { anchor: options.anchor }),
      schedule: {
        ...scheduleWith(context, { ...clock, target }, dueAt, warnings),
        ...(options.opensAt === undefined ? {} : { opensAt: options.opensAt }),
        ...(options.provisional === undefined ? {} : { provisional: options.provisional }),
      },
    },
    occurredAt: at,
  };
}

/** As far before the end of what is left as they are before the deadline; the one before closed time is found anew. */
function warningsLeft(
  context: SlaContext,
  target: Target,
  warnings: Schedule['warnings'],
  dueAt: number,
  leftMs: number,
): { threshold: Threshold; leftMs: number }[] {
  return warnings
    .filter(w => w.threshold !== 'closedTime' && w.at < dueAt)
    .map(w => ({
      threshold: w.threshold,
      leftMs: Math.max(0, leftMs - timeLeft(target, w.at, dueAt, context.calendar)),
    }));
}

export function scheduleWith(
  context: SlaContext,
  clock: Clock,
  dueAt: number,
  warnings: Schedule['warnings'],
): Schedule {
  const { calendar } = context;
  return {
    ...clock.schedule,
    dueAt,
    warnings: warnings.filter(w => w.at < dueAt).sort((a, b) => a.at - b.at),
    policyVersion: context.policy.version,
    calendar: { id: calendar.id, version: calendar.version },
    provisional: !knownUntil(clock.target, dueAt, calendar),
  };
}
