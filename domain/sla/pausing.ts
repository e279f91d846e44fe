import { closedTimeWarning, dueOf, layOn, timeLeft } from '../time/target.ts';
import type { Clock } from './clock.ts';
import { clockId } from './clock-id.ts';
import type { ClockName, PauseReason, SlaEvent } from './events.ts';
import { scheduleWith } from './rescheduling.ts';
import type { SlaContext } from './schedule.ts';

/** Which promises may wait for somebody. */
const PAUSABLE: readonly ClockName[] = [
  'remoteJudgement',
  'onSiteArrival',
  'onSiteResolution',
  'decision',
  'closing',
];

export function canPause(clock: Clock, at: number): boolean {
  return (
    PAUSABLE.includes(clock.clock) &&
    clock.status === 'running' &&
    at >= clock.startedAt &&
    at < clock.schedule.dueAt &&
    // What was paused once is not paused a second time by a pause recorded late.
    clock.moves.every(move => move.kind !== 'pause' || move.to <= at)
  );
}

/** Stops the clock at an instant; the time left is kept in the target's own time. Check `canPause` first. */
export function pauseClock(
  context: SlaContext,
  clock: Clock,
  at: number,
  reason: PauseReason,
): readonly SlaEvent[] {
  const calendar = context.calendarOf(clock.schedule.calendar);
  const maximum = {
    kind: 'workingDays',
    count: context.policy.maximumPauseWorkingDays,
    countFrom: 'receipt',
  } as const;
  return [
    {
      type: 'SlaClockPaused',
      data: {
        ...clockId(clock),
        reason,
        leftMs: timeLeft(clock.target, at, clock.schedule.dueAt, calendar),
        warningsLeft: clock.schedule.warnings
          .filter(w => !clock.warned.includes(w.threshold) && w.threshold !== 'closedTime')
          .map(w => ({
            threshold: w.threshold,
            leftMs: w.at <= at ? 0 : timeLeft(clock.target, at, w.at, calendar),
          })),
        endsAt: dueOf(maximum, at, context.calendar).dueAt,
      },
      occurredAt: at,
    },
  ];
}

type Resumed = SlaEvent & { type: 'SlaClockResumed' };

type EndedBy = Resumed['data']['endedBy'];

/** The paused clock as it runs again. */
export function endPause(
  context: SlaContext,
  clock: Clock,
  at: number,
  by: EndedBy,
): { readonly events: readonly SlaEvent[]; readonly clock: Clock } {
  const [resumed] = resumeClock(context, clock, at, by);
  if (resumed === undefined) return { events: [], clock };
  const { pause: _ended, ...rest } = clock;
  const { schedule, pausedMs } = resumed.data;
  return {
    events: [resumed],
    clock: { ...rest, status: 'running', schedule, pausedMs: clock.pausedMs + pausedMs },
  };
}

/**
 * Lays the time left on again; never earlier than the deadline was. A pause ends at its maximum at the latest, told
 * by its timer or not.
 */
export function resumeClock(context: SlaContext, clock: Clock, at: number, by: EndedBy): readonly Resumed[] {
  const { pause } = clock;
  if (clock.status !== 'paused' || pause === undefined) return [];
  const [resumedAt, endedBy] =
    at > pause.endsAt ? [pause.endsAt, 'maximumPause' as const] : [Math.max(at, pause.since), by];
  const { calendar } = context;
  const dueAt = Math.max(clock.schedule.dueAt, layOn(clock.target, resumedAt, pause.leftMs, calendar));
  const laidOn = pause.warningsLeft
    .filter(w => !clock.warned.includes(w.threshold))
    .map(w => {
      const before = clock.schedule.warnings.find(s => s.threshold === w.threshold)?.at ?? 0;
      return {
        threshold: w.threshold,
        at: Math.max(before, layOn(clock.target, resumedAt, w.leftMs, calendar)),
      };
    });
  const closed = clock.warned.includes('closedTime')
    ? undefined
    : closedTimeWarning(resumedAt, dueAt, calendar);
  const warnings =
    closed === undefined ? laidOn : [...laidOn, { threshold: 'closedTime' as const, at: closed }];
  const schedule = scheduleWith(context, clock, dueAt, warnings);
  const data = { ...clockId(clock), endedBy, pausedMs: resumedAt - pause.since, schedule };
  return [{ type: 'SlaClockResumed', data, occurredAt: resumedAt }];
}
