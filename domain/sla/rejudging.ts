import { type Target, timeLeft } from '../time/target.ts';
import { breachClock } from './breaching.ts';
import type { Clock } from './clock.ts';
import { clockId } from './clock-id.ts';
import type { SlaEvent } from './events.ts';
import { endPause } from './pausing.ts';
import { fulfilled, meetClock } from './promises.ts';
import type { ReceiptMoves } from './receipt-moves.ts';
import { rescheduleClock } from './rescheduling.ts';
import { type PromiseOwner, replayDeadline, type SlaContext } from './schedule.ts';

/** Results that are looked at again: taken back, disputed, or held against another receipt. */

/**
 * The step that met it was taken back, or its message bounced: it runs again, or is breached at its true due instant.
 * A breach that stands is not recorded a second time.
 * @param until when it stopped running for another reason: the case's end; now, if not given
 */
export function rescindResult(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  because: 'retracted' | 'bounced',
  at: number,
  {
    still,
    until = context.now,
  }: { readonly still?: number | undefined; readonly until?: number | undefined } = {},
): readonly SlaEvent[] {
  if (clock.status !== 'met' && clock.status !== 'fulfilled') return [];
  const rescinded: SlaEvent = {
    type: 'SlaMetRescinded',
    data: { ...clockId(clock), because, schedule: clock.schedule },
    occurredAt: at,
  };
  if (still !== undefined) {
    const again = { ...clock, status: isBreached(clock) ? ('breached' as const) : ('running' as const) };
    return [rescinded, ...meetClock(context, owner, again, still)];
  }
  if (isBreached(clock) || clock.schedule.dueAt >= until) return [rescinded];
  return [rescinded, ...breachClock(context, owner, { ...clock, status: 'running' })];
}

/** A breach was recorded and stands. */
export function isBreached(clock: Clock): boolean {
  return clock.breach !== undefined && !clock.breachRescinded;
}

/** A breach whose promise was kept in time but recorded late. Check `lateMs <= 0` and who asks first. */
export function rescindBreach(clock: Clock, evidence: string, at: number): SlaEvent {
  return {
    type: 'SlaBreachRescinded',
    data: { ...clockId(clock), because: 'keptInTime', evidence },
    occurredAt: at,
  };
}

export function disputeClock(clock: Clock | undefined, at: number): readonly SlaEvent[] {
  if (clock?.result === undefined || isBreached(clock) || clock.disputed) return [];
  return [{ type: 'SlaClockDisputed', data: clockId(clock), occurredAt: at }];
}

/**
 * A corrected receipt judges the clock anew, finished or not: rescheduled, its result rescinded and recorded again.
 * @param rests its start, and what of its moves rests on that receipt
 * @param notLaterThan a bound of the new deadline: an acknowledgement's, by the first reply's
 */
export function rejudgeClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  { startedAt, moves, ...changed }: ReceiptMoves & { readonly startedAt: number },
  notLaterThan = Number.POSITIVE_INFINITY,
): readonly SlaEvent[] {
  if (clock.status === 'cancelled') return [];
  const { calendar, now } = context;
  const counted = (target: Target) => replayDeadline(target, startedAt, moves, calendar, clock.anchor).dueAt;
  const promised = counted(clock.ordinaryTarget);
  const hurried = clock.urgent ? Math.min(promised, counted(clock.target)) : promised;
  const dueAt = Math.min(hurried, notLaterThan);
  const { events: ended, clock: counting } =
    clock.pause !== undefined && dueAt <= clock.pause.since
      ? // It was due before it was paused: there was nothing to pause.
        endPause(context, clock, clock.pause.since, 'correctedReceipt')
      : { events: [], clock };
  const { pause } = counting;
  const moved = rescheduleClock(context, owner, counting, 'correctedReceipt', dueAt, {
    startedAt,
    ...changed,
    ...(pause === undefined
      ? {}
      : {
          leftMs: Math.max(0, timeLeft(clock.target, Math.min(pause.countedFrom, dueAt), dueAt, calendar)),
        }),
  });
  const judged = { ...counting, startedAt, schedule: moved.data.schedule };
  return [...ended, moved, ...resultAnew(context, owner, judged, now)];
}

/** The same fact, held against the deadline as it is now. */
function resultAnew(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  now: number,
): readonly SlaEvent[] {
  const { schedule, result } = clock;
  if (result === undefined) {
    return clock.status === 'breached' && schedule.dueAt >= now ? [correctedAway(clock, now)] : [];
  }
  const rescinded: SlaEvent = {
    type: 'SlaMetRescinded',
    data: { ...clockId(clock), because: 'correctedReceipt', schedule },
    occurredAt: now,
  };
  const { at, mode } = result;
  if (!isBreached(clock)) {
    return [rescinded, ...meetClock(context, owner, { ...clock, status: 'running' }, at, mode)];
  }
  const recorded = fulfilled(clock, at, mode === undefined ? {} : { mode });
  return at <= schedule.dueAt ? [rescinded, recorded, correctedAway(clock, now)] : [rescinded, recorded];
}

function correctedAway(clock: Clock, at: number): SlaEvent {
  return {
    type: 'SlaBreachRescinded',
    data: { ...clockId(clock), because: 'correctedReceipt' },
    occurredAt: at,
  };
}
