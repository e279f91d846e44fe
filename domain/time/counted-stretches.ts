import type { CalendarException, WorkingCalendar } from './calendar.ts';
import { DAY_MS, formatDay } from './local-date.ts';
import type { Stretch } from './stretches.ts';
import type { Target } from './target.ts';
import { localDayAt, offsetAt, stretchAt } from './time-zone.ts';

/** Why time counts towards a promise or not. A name goes with the dates that a calendar gives one. */
export interface CountingReason {
  readonly kind:
    | 'aroundTheClock'
    | 'openHours'
    /** Between two intervals of one working day. */
    | 'break'
    /** Outside the hours of a day that is worked. */
    | 'night'
    /** A date that the week leaves closed, whichever its name. */
    | 'weekend'
    | CalendarException['kind']
    | 'paused';
  readonly name?: string;
}

/** `[from, to)` in epoch milliseconds. */
export interface CountedStretch {
  readonly from: number;
  readonly to: number;
  readonly counted: boolean;
  readonly why: CountingReason;
}

/**
 * Every stretch of `[from, to)` in the target's own time, without gap or overlap: what counts sums up to the
 * target's own time between the two.
 */
export function* countedStretches(
  target: Target,
  calendar: WorkingCalendar,
  from: number,
  to: number,
): Generator<CountedStretch> {
  if (from >= to) return;
  if (target.kind !== 'elapsed') {
    for (const stretch of calendar.stretches(from, to)) {
      yield { ...stretch, why: reasonOf(stretch, calendar) };
    }
  } else if (target.except === undefined) {
    yield { from, to, counted: true, why: { kind: 'aroundTheClock' } };
  } else {
    yield* withoutHolidays(calendar, from, to);
  }
}

function reasonOf({ from, why }: Stretch, calendar: WorkingCalendar): CountingReason {
  if (typeof why !== 'string') return { kind: why.kind, name: why.name };
  switch (why) {
    case 'open':
      return { kind: 'openHours' };
    case 'weekend':
      return { kind: 'weekend' };
    case 'closedHours': {
      const { working, zone } = calendar;
      const day = localDayAt(zone, from);
      const opening = working.firstOpeningOf(day);
      const close = working.lastCloseOf(day);
      const between = opening !== undefined && close !== undefined && opening <= from && from < close;
      return { kind: between ? 'break' : 'night' };
    }
  }
}

/** Around the clock but for public holidays, which are told date by date where their names differ. */
function* withoutHolidays(calendar: WorkingCalendar, from: number, to: number): Generator<CountedStretch> {
  const { outsidePublicHolidays: counting, zone, source } = calendar;
  let pending: CountedStretch | undefined;
  for (let at = from; at < to; ) {
    const counted = counting.isWorkingTime(at);
    const offset = offsetAt(zone, at);
    const day = Math.floor((at + offset) / DAY_MS);
    const dateEndsAt = Math.min(
      (day + 1) * DAY_MS - offset,
      zone.startsAt[stretchAt(zone, at) + 1] ?? Number.POSITIVE_INFINITY,
    );
    const holiday = counted ? undefined : source.exceptions[formatDay(day)];
    const why: CountingReason =
      holiday === undefined ? { kind: 'aroundTheClock' } : { kind: holiday.kind, name: holiday.name };
    const next = { from: at, to: Math.min(to, dateEndsAt), counted, why };
    if (pending !== undefined && pending.why.kind === why.kind && pending.why.name === why.name) {
      pending = { ...pending, to: next.to };
    } else {
      if (pending !== undefined) yield pending;
      pending = next;
    }
    at = next.to;
  }
  if (pending !== undefined) yield pending;
}
