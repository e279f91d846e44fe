import type { WorkingCalendar } from '../time/calendar.ts';
import { DAY_MS, dayOf } from '../time/local-date.ts';
import { type Due, dueOf, type Target } from '../time/target.ts';
import { instantOfLocal } from '../time/time-zone.ts';
import type { ClockAnchor } from './events.ts';

/**
 * When a promise falls due that hangs on dates as well as on its start: `countedFrom` replaces the start (a
 * span counts from the end of that date), `eveOf` bounds it by the last close before that date. Never before
 * `startedAt` (epoch ms), but for a wave, which is anchored on its date alone.
 */
export function anchoredDue(
  target: Target,
  startedAt: number,
  calendar: WorkingCalendar,
  anchor: ClockAnchor = {},
): Due {
  const { countedFrom, eveOf } = anchor;
  const due = counted(target, startedAt, calendar, anchor);
  if (countedFrom === undefined && eveOf === undefined) return due;
  const notBefore = due.opensAt === undefined ? { ...due, dueAt: Math.max(due.dueAt, startedAt) } : due;
  if (eveOf === undefined) return notBefore;
  const eve = dueOf({ kind: 'before' }, startedAt, calendar, { date: eveOf });
  if (eve.dueAt >= notBefore.dueAt) return notBefore;
  return { ...notBefore, dueAt: eve.dueAt, provisional: eve.provisional };
}

function counted(
  target: Target,
  startedAt: number,
  calendar: WorkingCalendar,
  { countedFrom, eveOf }: ClockAnchor,
): Due {
  const date = target.kind === 'before' ? (eveOf ?? countedFrom) : countedFrom;
  if (date === undefined) return dueOf(target, startedAt, calendar);
  if (target.kind === 'before' || target.kind === 'calendarMonths') {
    return dueOf(target, startedAt, calendar, { date });
  }
  return dueOf(target, endOfDate(date, calendar), calendar);
}

/** From where a span counts that hangs on a date: its own start without one. */
export function countingStart(
  target: Target,
  startedAt: number,
  calendar: WorkingCalendar,
  { countedFrom }: ClockAnchor = {},
): number {
  return countedFrom === undefined || target.kind === 'before' || target.kind === 'calendarMonths'
    ? startedAt
    : endOfDate(countedFrom, calendar);
}

/** The date's last millisecond: its own day never counts, whichever way the days are counted. */
function endOfDate(date: string, calendar: WorkingCalendar): number {
  return instantOfLocal(calendar.zone, (dayOf(date) + 1) * DAY_MS) - 1;
}
