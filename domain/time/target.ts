import { z } from 'zod';
import { unreachable } from '../unreachable.ts';
import type { WorkingCalendar } from './calendar.ts';
import { durationMs, parseDurationMs } from './duration.ts';
import { addMonths, DAY_MS, dayOf, endOfMonth, formatDay } from './local-date.ts';
import { instantOfLocal, localDayAt, offsetAt } from './time-zone.ts';

export {
  afterPause,
  allowanceMs,
  closedTimeWarning,
  layOn,
  type StoodStill,
  timeLeft,
  warningAt,
} from './allowance.ts';
export { parseDurationMs };

/** A century around the clock: longer is a slip of the pen. */
const LONGEST_MS = 100 * 8766 * 3_600_000;

const durationSchema = z
  .string()
  .refine(iso => durationMs(iso) !== undefined, {
    error: 'must be hours, minutes and seconds, as PT24H or PT1H30M',
  })
  .refine(iso => (durationMs(iso) ?? 0) <= LONGEST_MS, { error: 'must not be longer than a century' })
  .meta({ format: 'duration' });
const countSchema = z.int().min(1).max(10_000);

const ROLLS = ['following', 'preceding', 'modifiedFollowing', 'none'] as const;

/** What is promised, apart from when the clock starts. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('elapsed'),
    duration: durationSchema,
    /** Dates that do not count; weekends do. Without it no calendar is used. */
    except: z.literal('publicHolidays').optional(),
  }),
  z.strictObject({ kind: z.literal('workingTime'), duration: durationSchema }),
  z.strictObject({
    kind: z.literal('workingDays'),
    count: countSchema,
    countFrom: z.enum(['receipt', 'nextDay']).default('receipt'),
  }),
  z.strictObject({ kind: z.literal('before') }),
  z.strictObject({
    kind: z.literal('calendarMonths'),
    /** 0 is the date of the anchor itself, rolled. */
    count: z.int().min(0).max(1200),
    roll: z.enum(ROLLS).default('following'),
    windowWorkingDays: countSchema.default(10),
  }),
]);
export type Target = z.infer<typeof targetSchema>;
type CalendarMonths = Extract<Target, { kind: 'calendarMonths' }>;

/** What a `before` or `calendarMonths` target counts from: a local date, or an instant whose local date is meant. */
export interface Anchor {
  readonly date?: string | undefined;
  readonly at?: number | undefined;
}

export interface Due {
  /** The last instant at which the promise is kept. */
  readonly dueAt: number;
  /** Of a follow-up wave: when it opens, and the rolled date. */
  readonly opensAt?: number;
  readonly date?: string;
  /** The answer rests on a date past the calendar's `knownThrough`. */
  readonly provisional: boolean;
}

/**
 * When a promise that starts at `start` (epoch ms) falls due. `before` needs an anchor; `calendarMonths` counts
 * from it, or from the local date of `start`. Throws `BeyondHorizonError` past the calendar's years.
 */
export function dueOf(target: Target, start: number, calendar: WorkingCalendar, anchor?: Anchor): Due {
  switch (target.kind) {
    case 'elapsed': {
      const ms = parseDurationMs(target.duration);
      if (target.except === undefined) return { dueAt: start + ms, provisional: false };
      const dueAt = calendar.outsidePublicHolidays.add(start, ms);
      return { dueAt, provisional: restsOnUnknown(start, dueAt, calendar) };
    }
    case 'workingTime': {
      const dueAt = calendar.working.add(start, parseDurationMs(target.duration));
      return { dueAt, provisional: restsOnUnknown(start, dueAt, calendar) };
    }
    case 'workingDays': {
      const { working, zone, knownThroughDay } = calendar;
      if (target.countFrom === 'nextDay') {
        const day = working.addWorkingDays(localDayAt(zone, start), target.count);
        return { dueAt: lastClose(calendar, day), provisional: day > knownThroughDay };
      }
      return dueInWorkingDays(target.count, start, calendar);
    }
    case 'before':
      return dueBefore(anchorDay(calendar, anchor), start, calendar);
    case 'calendarMonths':
      return dueInMonths(target, anchorDay(calendar, anchor ?? { at: start }), calendar);
    default:
      return unreachable(target);
  }
}

function dueInWorkingDays(count: number, start: number, calendar: WorkingCalendar): Due {
  const { working, zone, knownThroughDay } = calendar;
  const from = working.isWorkingTime(start) ? start : working.nextOpening(start);
  const localMs = from + offsetAt(zone, from);
  const fromDay = Math.floor(localMs / DAY_MS);
  if (from === working.firstOpeningOf(fromDay)) {
    const day = count === 1 ? fromDay : working.addWorkingDays(fromDay, count - 1);
    return { dueAt: lastClose(calendar, day), provisional: day > knownThroughDay };
  }
  const day = working.addWorkingDays(fromDay, count);
  const sameTime = instantOfLocal(zone, localMs + (day - fromDay) * DAY_MS);
  const opening = firstOpening(calendar, day);
  const dueAt =
    sameTime <= opening
      ? opening
      : sameTime >= lastClose(calendar, day)
        ? lastClose(calendar, day)
        : working.isWorkingTime(sameTime)
          ? sameTime
          : working.lastCloseBefore(sameTime);
  return { dueAt, provisional: day > knownThroughDay };
}

/** Every date from the one it falls due on to the eve of the anchor has been looked at. */
function dueBefore(anchorDay: number, start: number, calendar: WorkingCalendar): Due {
  const { working, zone, knownThroughDay } = calendar;
  const startDay = localDayAt(zone, start);
  const closeAt = anchorDay > startDay ? lastClose(calendar, working.addWorkingDays(anchorDay, -1)) : start;
  const lookedAt = Math.max(startDay, anchorDay - 1);
  return { dueAt: Math.max(start, closeAt), provisional: lookedAt > knownThroughDay };
}

function dueInMonths(target: CalendarMonths, anchorDay: number, calendar: WorkingCalendar): Due {
  const { working, knownThroughDay } = calendar;
  const unrolled = addMonths(anchorDay, target.count);
  const { day, lookedAt } = roll(target.roll, unrolled, calendar);
  const openingDay = working.addWorkingDays(day, 0);
  const dueDay = working.addWorkingDays(openingDay - 1, target.windowWorkingDays);
  return {
    dueAt: lastClose(calendar, dueDay),
    opensAt: firstOpening(calendar, openingDay),
    date: formatDay(day),
    provisional: Math.max(dueDay, lookedAt) > knownThroughDay,
  };
}

/** The rolled day, and the last day whose being worked or not mattered. */
function roll(
  how: CalendarMonths['roll'],
  day: number,
  { working }: WorkingCalendar,
): { day: number; lookedAt: number } {
  const following = () => working.addWorkingDays(day, 0);
  const preceding = () => (working.isWorkingDay(day) ? day : working.addWorkingDays(day, -1));
  switch (how) {
    case 'none':
      return { day, lookedAt: day };
    case 'following':
      return { day: following(), lookedAt: following() };
    case 'preceding':
      return { day: preceding(), lookedAt: day };
    case 'modifiedFollowing': {
      const [next, monthEnd] = [following(), endOfMonth(day)];
      if (next <= monthEnd) return { day: next, lookedAt: next };
      const previous = preceding();
      // A month without any working day: neither direction stays inside, and forward it is.
      if (endOfMonth(previous) !== monthEnd) return { day: next, lookedAt: next };
      return { day: previous, lookedAt: monthEnd };
    }
    default:
      return unreachable(how);
  }
}

/** Time that ends at `dueAt` used the dates up to its last millisecond: a due at 24:00 is not on the day after. */
function restsOnUnknown(start: number, dueAt: number, { zone, knownThroughDay }: WorkingCalendar): boolean {
  return localDayAt(zone, dueAt > start ? dueAt - 1 : dueAt) > knownThroughDay;
}

function anchorDay(calendar: WorkingCalendar, anchor: Anchor | undefined): number {
  if (anchor?.date !== undefined) return dayOf(anchor.date);
  if (anchor?.at !== undefined) return localDayAt(calendar.zone, anchor.at);
  throw new Error('this target needs an anchor: a date or an instant');
}

function firstOpening({ working }: WorkingCalendar, day: number): number {
  return working.firstOpeningOf(day) ?? neverWorked(day);
}

function lastClose({ working }: WorkingCalendar, day: number): number {
  return working.lastCloseOf(day) ?? neverWorked(day);
}

function neverWorked(day: number): never {
  throw new Error(`taken for a working day, but without working time: ${formatDay(day)}`);
}

/** Whether two targets promise the same, in whatever order their fields were written: what is read from a log is sorted. */
export function sameTarget(one: Target, other: Target): boolean {
  const text = (target: Target) =>
    JSON.stringify(Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1)));
  return text(one) === text(other);
}
