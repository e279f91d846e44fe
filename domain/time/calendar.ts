import { type CalendarVersion, type Intervals, WEEKDAYS } from './calendar-version.ts';
import { DAY_MS, dayOf, formatDay, weekdayOf } from './local-date.ts';
import { type Stretch, stretchesOf } from './stretches.ts';
import { localDayAt, type ZoneOffsets, zoneOffsets } from './time-zone.ts';
import type { LocalInterval } from './working-spans.ts';
import { WorkingTime } from './working-time.ts';

export {
  type CalendarException,
  type CalendarVersion,
  calendarExceptionSchema,
  calendarVersionSchema,
  type Intervals,
  intervalsSchema,
  localDateSchema,
} from './calendar-version.ts';

/**
 * A calendar version made ready for questions. Instants are epoch milliseconds, dates 'YYYY-MM-DD' in the
 * calendar's zone. It answers for 1960 to 2199 and throws `BeyondHorizonError` outside.
 *
 * An interval holds every instant whose wall clock lies in it: a skipped hour is lost, a repeated one counts
 * twice. A close at 24:00 belongs to the day it ends.
 */
export interface WorkingCalendar {
  readonly id: string;
  readonly version: number;
  readonly timeZone: string;
  readonly source: CalendarVersion;
  isWorkingTime(at: number): boolean;
  /** The first opening at or after the instant, also from within working time. */
  nextOpening(at: number): number;
  /** The last close at or before the instant. */
  lastCloseBefore(at: number): number;
  /** Working milliseconds in `[a, b)`; negative if `b` is before `a`. */
  workingMsBetween(a: number, b: number): number;
  /** The earliest instant at which the working time since `start` equals `ms`; 0 is `start` itself. */
  addWorkingMs(start: number, ms: number): number;
  localDate(at: number): string;
  /** Whether the date has any working time. */
  isWorkingDay(date: string): boolean;
  firstOpeningOf(date: string): number | undefined;
  lastCloseOf(date: string): number | undefined;
  /** n > 0: the n-th working day after the date; n < 0: before; 0: the date, or the next working day if it is none. */
  addWorkingDays(date: string, n: number): string;
  /** Whether the instant's local date is covered by what was published, up to `knownThrough`. */
  isKnown(at: number): boolean;
  /** Every stretch of `[from, to)` with whether and why it counts as working time. */
  stretches(from: number, to: number): Generator<Stretch>;

  /** The same by day numbers (`local-date.ts`), for the rules in `target.ts`. */
  readonly working: WorkingTime;
  /** Time around the clock but for the dates of public holidays: the own time of `elapsed` with `except`. */
  readonly outsidePublicHolidays: WorkingTime;
  readonly zone: ZoneOffsets;
  readonly knownThroughDay: number;
}

const compiled = new WeakMap<CalendarVersion, WorkingCalendar>();

/** The same object for the same version object; a version is never edited. */
export function compileCalendar(version: CalendarVersion): WorkingCalendar {
  const known = compiled.get(version);
  if (known) return known;
  const calendar = compile(version);
  compiled.set(version, calendar);
  return calendar;
}

function compile(source: CalendarVersion): WorkingCalendar {
  const zone = zoneOffsets(source.timeZone);
  const knownThroughDay = dayOf(source.knownThrough);
  const week = WEEKDAYS.map(weekday => localIntervals(source.week[weekday]));
  const exceptions = new Map<number, readonly LocalInterval[]>();
  const holidays = new Set<number>();
  for (const [date, { kind, intervals }] of Object.entries(source.exceptions)) {
    const day = dayOf(date);
    if (day > knownThroughDay) continue;
    exceptions.set(day, localIntervals(intervals));
    if (kind === 'publicHoliday') holidays.add(day);
  }
  const working = new WorkingTime(zone, day => exceptions.get(day) ?? week[weekdayOf(day)] ?? CLOSED);
  const outsidePublicHolidays = new WorkingTime(zone, day => (holidays.has(day) ? CLOSED : ALL_DAY));

  const calendar: WorkingCalendar = {
    id: source.calendarId,
    version: source.version,
    timeZone: source.timeZone,
    source,
    isWorkingTime: at => working.isWorkingTime(at),
    nextOpening: at => working.nextOpening(at),
    lastCloseBefore: at => working.lastCloseBefore(at),
    workingMsBetween: (a, b) => working.between(a, b),
    addWorkingMs: (start, ms) => working.add(start, ms),
    localDate: at => formatDay(localDayAt(zone, at)),
    isWorkingDay: date => working.isWorkingDay(dayOf(date)),
    firstOpeningOf: date => working.firstOpeningOf(dayOf(date)),
    lastCloseOf: date => working.lastCloseOf(dayOf(date)),
    addWorkingDays: (date, n) => formatDay(working.addWorkingDays(dayOf(date), n)),
    isKnown: at => localDayAt(zone, at) <= knownThroughDay,
    stretches: (from, to) => stretchesOf(calendar, from, to),
    working,
    outsidePublicHolidays,
    zone,
    knownThroughDay,
  };
  return calendar;
}

const CLOSED: readonly LocalInterval[] = [];
const ALL_DAY: readonly LocalInterval[] = [[0, DAY_MS]];

function localIntervals(intervals: Intervals): readonly LocalInterval[] {
  return intervals.map(([open, close]) => [timeOfDayMs(open), timeOfDayMs(close)]);
}

/** 'HH:MM' as milliseconds since local midnight. */
function timeOfDayMs(time: string): number {
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * 60_000;
}
