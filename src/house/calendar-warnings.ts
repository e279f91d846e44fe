import type { Policy } from '../../domain/sla/policy.ts';
import type { WorkingCalendar } from '../../domain/time/calendar.ts';
import { dayOf, formatDay } from '../../domain/time/local-date.ts';
import type { EngineViews } from '../engine/engine-views.ts';
import type { PolicyBook } from '../engine/policy-book.ts';

/** A year that is not published is told of so long before it begins, deadlines in it or not. */
const TELL_BEFORE_DAYS = 60;

/**
 * What is to be known of the calendar in force: the year that nobody has published, which deadlines rest on it
 * already, and from when promises will.
 */
export function calendarWarnings(
  book: Pick<PolicyBook, 'policyAt' | 'calendarKnownAt'>,
  views: Pick<EngineViews, 'provisionalDeadlines'>,
  now: number,
): readonly string[] {
  const policy = book.policyAt(now);
  const calendar = book.calendarKnownAt(policy.calendarId, now);
  const { knownThrough } = calendar.source;
  const { count, firstAt } = views.provisionalDeadlines();
  const daysLeft = dayOf(knownThrough) - dayOf(calendar.localDate(now));
  if (count === 0 && daysLeft > TELL_BEFORE_DAYS) return [];
  const missing = formatDay(dayOf(knownThrough) + 1).slice(0, 4);
  const already =
    count === 0 || firstAt === undefined
      ? 'No deadline rests on it yet'
      : `${count} ${count === 1 ? 'deadline is' : 'deadlines are'} provisional, the first due on ${calendar.localDate(firstAt)}`;
  const from = restsOnItFrom(policy, calendar);
  return [
    `calendar ${calendar.id} is known through ${knownThrough}: ${missing} is not published. ${already}; ` +
      `promises of working days made from ${from} on will be. Publish it (redress calendar draft): they are then counted again by themselves`,
  ];
}

/** The first date on which the longest promise of working days may reach past what is known. */
function restsOnItFrom({ lines }: Policy, calendar: WorkingCalendar): string {
  const { knownThrough } = calendar.source;
  const counts = lines.map(({ target }) => (target.kind === 'workingDays' ? target.count : 1));
  return calendar.addWorkingDays(knownThrough, -Math.max(1, ...counts));
}
