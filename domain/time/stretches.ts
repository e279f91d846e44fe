import type { CalendarException, WorkingCalendar } from './calendar.ts';
import { DAY_MS, formatDay } from './local-date.ts';
import { offsetAt, stretchAt } from './time-zone.ts';

/** Why a stretch counts or not: by the week, or by the exception that holds on its date. */
type StretchReason = 'open' | 'closedHours' | 'weekend' | Pick<CalendarException, 'kind' | 'name'>;

/** `[from, to)` in epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly counted: boolean;
  readonly why: StretchReason;
}

/**
 * Covers `[from, to)` without gap or overlap, neighbours that differ in nothing joined. `weekend` is a date that
 * the week leaves closed, whichever its name; the hours around the working time of a make-up day are `closedHours`.
 */
export function* stretchesOf(calendar: WorkingCalendar, from: number, to: number): Generator<Stretch> {
  let pending: Stretch | undefined;
  for (let at = from; at < to; ) {
    const next = stretchFrom(calendar, at, to);
    if (pending && pending.counted === next.counted && sameReason(pending.why, next.why)) {
      pending = { ...pending, to: next.to };
    } else {
      if (pending) yield pending;
      pending = next;
    }
    at = next.to;
  }
  if (pending) yield pending;
}

function stretchFrom(
  { working, zone, source, knownThroughDay }: WorkingCalendar,
  at: number,
  to: number,
): Stretch {
  const offset = offsetAt(zone, at);
  const day = Math.floor((at + offset) / DAY_MS);
  const dateEndsAt = Math.min(
    (day + 1) * DAY_MS - offset,
    zone.startsAt[stretchAt(zone, at) + 1] ?? Number.POSITIVE_INFINITY,
  );
  const counted = working.isWorkingTime(at);
  const changesAt = counted ? working.nextClose(at) : working.nextOpening(at);
  const exception = day <= knownThroughDay ? source.exceptions[formatDay(day)] : undefined;
  const closedDay = !working.isWorkingDay(day);
  const why =
    exception && (counted || closedDay)
      ? { kind: exception.kind, name: exception.name }
      : counted
        ? 'open'
        : closedDay
          ? 'weekend'
          : 'closedHours';
  return { from: at, to: Math.min(to, dateEndsAt, changesAt), counted, why };
}

function sameReason(a: StretchReason, b: StretchReason): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.kind === b.kind && a.name === b.name;
}
