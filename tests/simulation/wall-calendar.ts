import type { DayTable } from './day-table.ts';

/**
 * Working time as somebody reads it off a calendar on the wall, one day after the other (sla-semantics, "Working
 * calendar" and "Targets"). Shanghai has no daylight saving in these years: its wall clock is UTC and eight hours.
 * Written from that page alone; nothing here is the engine's.
 */
export class WallCalendar {
  readonly #days: DayTable;

  constructor(days: DayTable) {
    this.#days = days;
  }

  isWorked(date: string): boolean {
    const special = this.#days.get(date);
    if (special !== undefined) return !special.off;
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    return weekday >= 1 && weekday <= 5;
  }

  /** [open, close) of a date, as instants. */
  hours(date: string): readonly (readonly [number, number])[] {
    if (!this.isWorked(date)) return [];
    return [
      [instantOf(date, '08:30'), instantOf(date, '12:00')],
      [instantOf(date, '13:30'), instantOf(date, '17:30')],
    ];
  }

  workBetween(from: number, to: number): number {
    let sum = 0;
    for (let date = dateOf(from); date <= dateOf(to); date = nextDate(date)) {
      for (const [open, close] of this.hours(date)) {
        sum += Math.max(0, Math.min(close, to) - Math.max(open, from));
      }
    }
    return sum;
  }

  /** The earliest instant with so much working time since the start. */
  addWork(start: number, ms: number): number {
    if (ms === 0) return start;
    let left = ms;
    for (let date = dateOf(start); ; date = nextDate(date)) {
      for (const [open, close] of this.hours(date)) {
        const from = Math.max(open, start);
        if (from >= close) continue;
        if (close - from >= left) return from + left;
        left -= close - from;
      }
    }
  }

  firstOpening(date: string): number {
    return instantOf(date, '08:30');
  }

  lastClose(date: string): number {
    return instantOf(date, '17:30');
  }

  isOpen(at: number): boolean {
    return this.hours(dateOf(at)).some(([open, close]) => at >= open && at < close);
  }

  /** At or before the instant. */
  lastCloseBefore(at: number): number {
    for (let date = dateOf(at); ; date = previousDate(date)) {
      const closes = this.hours(date).map(([, close]) => close);
      const before = closes.filter(close => close <= at).at(-1);
      if (before !== undefined) return before;
    }
  }

  /** The n-th working day after the date. */
  workingDayAfter(date: string, n: number): string {
    let found = date;
    for (let left = n; left > 0; ) {
      found = nextDate(found);
      if (this.isWorked(found)) left--;
    }
    return found;
  }

  /** `workingDays`, counted from the receipt: the page read sentence by sentence. */
  dueInWorkingDays(start: number, count: number): number {
    let from = start;
    if (!this.isOpen(from)) {
      let date = dateOf(start);
      while (!this.hours(date).some(([open]) => open >= start)) date = nextDate(date);
      from = this.hours(date).find(([open]) => open >= start)?.[0] ?? 0;
    }
    const own = dateOf(from);
    if (from === this.firstOpening(own)) {
      return this.lastClose(count === 1 ? own : this.workingDayAfter(own, count - 1));
    }
    const date = this.workingDayAfter(own, count);
    const sameTime = from - instantOf(own, '00:00') + instantOf(date, '00:00');
    if (sameTime < this.firstOpening(date)) return this.firstOpening(date);
    if (sameTime > this.lastClose(date)) return this.lastClose(date);
    // In the gap between two intervals: the close before it.
    return this.isOpen(sameTime) ? sameTime : this.lastCloseBefore(sameTime);
  }

  /** The day of the start does not count. */
  dueFromNextDay(start: number, count: number): number {
    return this.lastClose(this.workingDayAfter(dateOf(start), count));
  }

  /** The last close before a date. */
  eveOf(date: string): number {
    return this.lastCloseBefore(instantOf(date, '00:00'));
  }

  /** A wave some months after a date: opening and due instant, rolled to the following working day. */
  wave(anchor: string, months: number): { readonly opensAt: number; readonly dueAt: number } {
    let date = monthsAfter(anchor, months);
    while (!this.isWorked(date)) date = nextDate(date);
    return {
      opensAt: this.firstOpening(date),
      dueAt: this.lastClose(this.workingDayAfter(date, 9)),
    };
  }
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function dateOf(at: number): string {
  return new Date(at + 8 * HOUR_MS).toISOString().slice(0, 10);
}

export function instantOf(date: string, time: string): number {
  return Date.parse(`${date}T${time}:00Z`) - 8 * HOUR_MS;
}

export function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

export function previousDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}

/** The same day of the month, or the month's last one. */
function monthsAfter(date: string, months: number): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const index = year * 12 + (month - 1) + months;
  const first = `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  for (let last = day; ; last--) {
    const wanted = `${first}-${String(last).padStart(2, '0')}`;
    const read = new Date(`${wanted}T00:00:00Z`);
    if (!Number.isNaN(read.getTime()) && read.toISOString().slice(0, 10) === wanted) return wanted;
  }
}
