import { type CalendarContent, type Intervals, WEEKDAYS } from '../time/calendar-version.ts';
import { dayOf, weekdayOf } from '../time/local-date.ts';

/** One thing that two states of a calendar say otherwise; absent where one of them says nothing of it. */
export interface CalendarChange {
  /** A date, a weekday, or the name of a field. */
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

/** What `after` says otherwise than `before`, days in order; names alone count too. */
export function calendarChanges(
  before: CalendarContent | undefined,
  after: CalendarContent,
): readonly CalendarChange[] {
  const fields = (['timeZone', 'knownThrough'] as const).flatMap(field =>
    changed(field, before?.[field], after[field]),
  );
  const week = WEEKDAYS.flatMap(weekday =>
    changed(weekday, before && hoursText(before.week[weekday]), hoursText(after.week[weekday])),
  );
  const dates = new Set([...Object.keys(before?.exceptions ?? {}), ...Object.keys(after.exceptions)]);
  const days = [...dates]
    .sort()
    .flatMap(date => changed(date, before && exceptionText(before, date), exceptionText(after, date)));
  return [...fields, ...week, ...days];
}

function changed(what: string, before: string | undefined, after: string | undefined): CalendarChange[] {
  if (before === after) return [];
  return [{ what, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function exceptionText({ exceptions }: CalendarContent, date: string): string | undefined {
  const exception = exceptions[date];
  if (exception === undefined) return undefined;
  const { kind, name, intervals } = exception;
  return `${kind} ${name}: ${hoursText(intervals)}`;
}

export function hoursText(intervals: Intervals): string {
  return intervals.length === 0 ? 'closed' : intervals.map(([open, close]) => `${open}-${close}`).join(', ');
}

/**
 * The dates from `from` to `to` (both included) on which other hours are worked by the two states, whatever they are
 * called: at most `limit` of them, in words.
 */
export function hoursChangedBetween(
  before: CalendarContent,
  after: CalendarContent,
  from: string,
  to: string,
  limit: number,
): readonly string[] {
  const dates = [...new Set([...Object.keys(before.exceptions), ...Object.keys(after.exceptions)])]
    .filter(date => date >= from && date <= to)
    .sort();
  const found: string[] = [];
  for (const date of dates) {
    if (found.length >= limit) break;
    const [was, is] = [hoursOn(before, date), hoursOn(after, date)];
    if (was === is) continue;
    const name = after.exceptions[date]?.name ?? before.exceptions[date]?.name ?? '';
    found.push(`${date} is ${is === 'closed' ? 'closed' : `worked ${is}`} now, not ${was} (${name})`);
  }
  return found;
}

function hoursOn({ exceptions, week, knownThrough }: CalendarContent, date: string): string {
  const exception = date <= knownThrough ? exceptions[date] : undefined;
  const weekday = WEEKDAYS[weekdayOf(dayOf(date))] ?? 'mon';
  return hoursText(exception?.intervals ?? week[weekday]);
}
