import {
  type CalendarContent,
  type CalendarException,
  type CalendarVersion,
  calendarContentSchema,
  type Intervals,
  WEEKDAYS,
} from '../../domain/time/calendar-version.ts';
import { dayOf, formatDay } from '../../domain/time/local-date.ts';
import { problemsOf, type TextProblem } from '../text-problem.ts';

/** A day as a file tells it, with its place there. */
export interface ToldDay {
  readonly date: string;
  readonly exception: CalendarException;
  readonly path: readonly string[];
  readonly line?: number;
}

export interface CalendarRead {
  readonly outcome: 'read';
  readonly calendar: CalendarContent;
  /** The version whose other years were taken over. */
  readonly basedOn?: number;
  /** What was passed over, or taken as it was not written: for whoever looks the draft through. */
  readonly notes: readonly string[];
}
export type CalendarFile =
  | CalendarRead
  | { readonly outcome: 'refused'; readonly problems: readonly TextProblem[] };

/** Days with one date each: the first teller of a date has it, and every other one that says otherwise is a problem. */
export function oneWordADay(
  told: readonly ToldDay[],
  sameIsFine: boolean,
): { readonly days: readonly ToldDay[]; readonly problems: readonly TextProblem[] } {
  const days = new Map<string, ToldDay>();
  const problems: TextProblem[] = [];
  for (const day of told) {
    const before = days.get(day.date);
    if (before === undefined) {
      days.set(day.date, day);
      continue;
    }
    const [isWorked, wasWorked] = [worked(day), worked(before)];
    if (isWorked === wasWorked && sameIsFine) continue;
    const where = before.line === undefined ? '' : ` at line ${before.line}`;
    problems.push({
      path: day.path,
      message:
        isWorked === wasWorked
          ? `${day.date} is listed twice: as ${before.exception.name}${where} too`
          : `${day.date} is worked and closed at once: ${wasWorked ? 'worked' : 'closed'} as ${before.exception.name}${where}`,
      ...(day.line === undefined ? {} : { line: day.line }),
    });
  }
  return { days: [...days.values()], problems };
}

function worked({ exception }: ToldDay): boolean {
  return exception.intervals.length > 0;
}

/** What a whole day's work is by a week: the hours of its first weekday that has any. */
export function normalHours(week: CalendarContent['week']): Intervals {
  return WEEKDAYS.map(weekday => week[weekday]).find(hours => hours.length > 0) ?? [];
}

/** The base's days outside the years that a file tells whole, and the file's own. */
export function mergedDays(
  base: CalendarContent | undefined,
  years: readonly number[] | undefined,
  days: readonly ToldDay[],
): CalendarContent['exceptions'] {
  const kept =
    base === undefined || years === undefined
      ? []
      : Object.entries(base.exceptions).filter(([date]) => !years.includes(Number(date.slice(0, 4))));
  const told = days.map(({ date, exception }) => [date, exception] as const);
  return Object.fromEntries([...kept, ...told].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** A file that tells whole years knows them, and no less than what it builds on. */
export function knownThroughOf(
  given: string | undefined,
  base: CalendarVersion | undefined,
  years: readonly number[] | undefined,
): string | undefined {
  if (given !== undefined) return given;
  if (years === undefined || base === undefined) return undefined;
  let known = base.knownThrough;
  for (const year of years.toSorted()) {
    // A year that is told beyond one that nobody told leaves a gap: what lies past it is not known.
    const isNext = known >= `${year - 1}-12-31`;
    if (isNext && known < `${year}-12-31`) known = `${year}-12-31`;
  }
  return known;
}

/** The last look at the whole, by the schema that the log keeps it by. */
export function wholeCalendar(
  content: CalendarContent,
  days: readonly ToldDay[],
  placeOf: (path: readonly string[]) => TextProblem['line'],
): Exclude<CalendarFile, CalendarRead> | { readonly outcome: 'read'; readonly calendar: CalendarContent } {
  const parsed = calendarContentSchema.safeParse(content);
  if (parsed.success) return { outcome: 'read', calendar: parsed.data };
  const problems = parsed.error.issues
    .flatMap(issue => problemsOf(issue))
    .map(({ path, message }): TextProblem => {
      const day = path[0] === 'exceptions' ? days.find(({ date }) => date === path[1]) : undefined;
      if (day !== undefined) {
        const line = day.line === undefined ? {} : { line: day.line };
        return { path: day.path, message: `${day.date} ${message}`, ...line };
      }
      const line = placeOf(path);
      return { path, message, ...(line === undefined ? {} : { line }) };
    });
  return { outcome: 'refused', problems };
}

/** `2027-02-05..2027-02-11` or one date, as dates; a word on what is wrong otherwise. */
export function datesOf(text: string): readonly string[] | string {
  const [first, last, ...more] = text.split('..').map(part => part.trim());
  if (first === undefined || more.length > 0) return 'must be a date or two with .. between them';
  let [from, to]: [number, number] = [0, 0];
  try {
    from = dayOf(first);
    to = dayOf(last ?? first);
  } catch {
    return `${JSON.stringify(text)} is no date that exists, YYYY-MM-DD, nor two with .. between them`;
  }
  if (to < from) return `ends (${last}) before it begins (${first})`;
  if (to - from >= MOST_DAYS_A_RANGE) return `is longer than ${MOST_DAYS_A_RANGE} days`;
  return Array.from({ length: to - from + 1 }, (_, at) => formatDay(from + at));
}

const MOST_DAYS_A_RANGE = 366;
