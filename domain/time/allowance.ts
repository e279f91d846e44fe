import { unreachable } from '../unreachable.ts';
import type { WorkingCalendar } from './calendar.ts';
import type { Target } from './target.ts';

/**
 * Spans of a promise in the target's own time: around the clock for `elapsed` (without the public holidays if it
 * excepts them), working time for every other kind. Instants are epoch milliseconds.
 */

/** From where the clock starts (a wave: from where it opens) to where it falls due. */
export function allowanceMs(target: Target, from: number, dueAt: number, calendar: WorkingCalendar): number {
  return ownTimeBetween(target, from, dueAt, calendar);
}

/** What is left at `at`; negative past the due instant. */
export function timeLeft(target: Target, at: number, dueAt: number, calendar: WorkingCalendar): number {
  return ownTimeBetween(target, at, dueAt, calendar);
}

function ownTimeBetween(target: Target, a: number, b: number, calendar: WorkingCalendar): number {
  switch (target.kind) {
    case 'elapsed':
      return target.except === undefined ? b - a : calendar.outsidePublicHolidays.between(a, b);
    case 'workingTime':
    case 'workingDays':
    case 'before':
    case 'calendarMonths':
      return calendar.workingMsBetween(a, b);
    default:
      return unreachable(target);
  }
}

/** Lays time that was left on again from `at`, where a pause ended. */
export function layOn(target: Target, at: number, leftMs: number, calendar: WorkingCalendar): number {
  switch (target.kind) {
    case 'elapsed':
      return target.except === undefined ? at + leftMs : calendar.outsidePublicHolidays.add(at, leftMs);
    case 'workingTime':
    case 'workingDays':
    case 'before':
    case 'calendarMonths':
      return calendar.addWorkingMs(at, leftMs);
    default:
      return unreachable(target);
  }
}

/**
 * An instant ahead (a due instant, a warning not yet given) after a pause `[pausedAt, resumedAt]` that began
 * before it: the time left is kept and laid on again, and never falls earlier than it was. Earlier it could fall,
 * as an instant at an opening has the same working time before it as the close before.
 */
export function afterPause(
  target: Target,
  instant: number,
  pausedAt: number,
  resumedAt: number,
  calendar: WorkingCalendar,
): number {
  const leftMs = Math.max(0, timeLeft(target, pausedAt, instant, calendar));
  return Math.max(instant, layOn(target, resumedAt, leftMs, calendar));
}

/** A stretch in which a clock stood still; `from` is before `to`. */
export interface StoodStill {
  readonly from: number;
  readonly to: number;
}

/**
 * The warning at a fraction of the allowance: the exact instant, rounded down to the millisecond. A fraction is
 * the decimal it is written as: 0.8 is four fifths, not the float beside it.
 * @param pauses in the order of time; what passed in them is no part of the allowance
 */
export function warningAt(
  target: Target,
  from: number,
  dueAt: number,
  fraction: number,
  calendar: WorkingCalendar,
  pauses: readonly StoodStill[] = [],
): number {
  const { numerator, denominator } = decimalFraction(fraction);
  const legs = counting(from, dueAt, pauses).map(leg => ({
    from: leg.from,
    ms: Math.max(0, allowanceMs(target, leg.from, leg.to, calendar)),
  }));
  const scaled = BigInt(legs.reduce((sum, { ms }) => sum + ms, 0)) * numerator;
  const reachedAt = (wantedMs: number): number => {
    let leftMs = wantedMs;
    for (const [i, leg] of legs.entries()) {
      if (leftMs <= leg.ms || i === legs.length - 1) return layOn(target, leg.from, leftMs, calendar);
      leftMs -= leg.ms;
    }
    return from;
  };
  const wholeMs = Number(scaled / denominator);
  if (scaled % denominator === 0n) return reachedAt(wholeMs);
  // Part of a millisecond more is reached within the next millisecond of the target's own time, perhaps after a
  // close that the whole ones end at: where that millisecond ends, less one.
  return reachedAt(wholeMs + 1) - 1;
}

/** What is left of a span between the pauses. */
function counting(from: number, to: number, pauses: readonly StoodStill[]): readonly StoodStill[] {
  const legs: StoodStill[] = [];
  let at = from;
  for (const pause of pauses) {
    if (pause.to <= at || pause.from >= to) continue;
    legs.push({ from: at, to: Math.max(at, pause.from) });
    at = pause.to;
  }
  return [...legs, { from: at, to: Math.max(at, to) }];
}

/**
 * The extra warning of a promise that falls due in closed time: at the last close before, or at the start if that
 * has passed. A due instant at a close is not in closed time: the promise can be kept up to it.
 */
export function closedTimeWarning(
  start: number,
  dueAt: number,
  calendar: WorkingCalendar,
): number | undefined {
  if (!isInClosedTime(dueAt, calendar)) return undefined;
  return Math.max(start, calendar.lastCloseBefore(dueAt));
}

/** Neither inside a working interval nor at its close. */
function isInClosedTime(at: number, calendar: WorkingCalendar): boolean {
  return !calendar.isWorkingTime(at) && calendar.lastCloseBefore(at) !== at;
}

function decimalFraction(fraction: number): { numerator: bigint; denominator: bigint } {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(fraction));
  if (!match) throw new Error(`not a fraction: ${fraction}`);
  const [, whole = '0', decimals = '', exponent = '0'] = match;
  const power = Number(exponent) - decimals.length;
  const digits = BigInt(whole + decimals);
  return power >= 0
    ? { numerator: digits * 10n ** BigInt(power), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-power) };
}
