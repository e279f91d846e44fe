import type { CalendarException, WorkingCalendar } from './calendar.ts';
import { addMonths, dayOf, formatDay } from './local-date.ts';
import type { Target } from './target.ts';
import { localDayAt } from './time-zone.ts';

/** A local date on the way to a deadline that is counted in days. */
export interface CountedDay {
  readonly date: string;
  /** Which working day it is; absent on a date that does not count. */
  readonly number?: number;
  readonly why: {
    /** `begun`: the working day in whose middle the counting begins, which is over before one has passed. */
    readonly kind: 'workingDay' | 'begun' | 'receiptDay' | 'weekend' | CalendarException['kind'];
    readonly name?: string;
  };
}

/** How a date some months on was found. */
export interface CountedMonths {
  readonly anchorDate: string;
  readonly months: number;
  /** The same day of the month, clamped to the month's length. */
  readonly date: string;
  /** The working day that it was rolled to; with `none` the date itself. */
  readonly rolledDate: string;
  /** Closed dates between the two. */
  readonly skipped: readonly CountedDay[];
}

/**
 * The dates that a target in working days passes, from where its clock starts to the day it falls due; of a wave
 * those of its window. `undefined` for targets that count no days. The last one has the target's count.
 */
export function countedDays(
  target: Target,
  startedAt: number,
  calendar: WorkingCalendar,
): readonly CountedDay[] | undefined {
  const { working, zone } = calendar;
  const startDay = localDayAt(zone, startedAt);
  switch (target.kind) {
    case 'elapsed':
    case 'workingTime':
    case 'before':
      return undefined;
    case 'calendarMonths':
      return counted(calendar, startDay, startDay, target.windowWorkingDays);
    case 'workingDays': {
      if (target.countFrom === 'nextDay') {
        const own: CountedDay = { date: formatDay(startDay), why: { kind: 'receiptDay' } };
        return [own, ...counted(calendar, startDay + 1, startDay + 1, target.count)];
      }
      const from = working.isWorkingTime(startedAt) ? startedAt : working.nextOpening(startedAt);
      const fromDay = localDayAt(zone, from);
      if (from === working.firstOpeningOf(fromDay)) return counted(calendar, startDay, fromDay, target.count);
      const before = counted(calendar, startDay, fromDay, 0);
      const begun: CountedDay = { date: formatDay(fromDay), why: { kind: 'begun' } };
      return [...before, begun, ...counted(calendar, fromDay + 1, fromDay + 1, target.count)];
    }
  }
}

/** The date that a wave is opened on, from the date it hangs on. */
export function countedMonths(
  target: Target & { kind: 'calendarMonths' },
  anchorDate: string,
  openedOn: string,
  calendar: WorkingCalendar,
): CountedMonths {
  const unrolled = addMonths(dayOf(anchorDate), target.count);
  const rolled = target.roll === 'none' ? unrolled : dayOf(openedOn);
  const skipped: CountedDay[] = [];
  const step = rolled < unrolled ? -1 : 1;
  for (let day = unrolled; day !== rolled; day += step) skipped.push(dayOn(calendar, day));
  return {
    anchorDate,
    months: target.count,
    date: formatDay(unrolled),
    rolledDate: formatDay(rolled),
    skipped,
  };
}

/** From `fromDay` on; numbers are given from `countingDay` on until there are `count`. */
function counted(
  calendar: WorkingCalendar,
  fromDay: number,
  countingDay: number,
  count: number,
): CountedDay[] {
  const days: CountedDay[] = [];
  let number = 0;
  for (let day = fromDay; count === 0 ? day < countingDay : number < count; day++) {
    const told = dayOn(calendar, day);
    const counts = day >= countingDay && calendar.working.isWorkingDay(day);
    if (counts) number++;
    days.push(counts ? { ...told, number } : told);
  }
  return days;
}

function dayOn(calendar: WorkingCalendar, day: number): CountedDay {
  const { source, working, knownThroughDay } = calendar;
  const date = formatDay(day);
  const exception = day <= knownThroughDay ? source.exceptions[date] : undefined;
  if (exception !== undefined) return { date, why: { kind: exception.kind, name: exception.name } };
  return { date, why: { kind: working.isWorkingDay(day) ? 'workingDay' : 'weekend' } };
}
