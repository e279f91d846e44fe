import type { CalendarVersion, Intervals } from '../../domain/time/calendar.ts';

/** One UTC minute and what the wall clock shows in it. */
interface Minute {
  readonly at: number;
  readonly date: string;
  readonly time: string;
  readonly open: boolean;
}

const MINUTE_MS = 60_000;
const walls = new Map<string, readonly { at: number; date: string; time: string }[]>();

/**
 * The rules of working time the slow way: every minute of a window is asked for its wall clock and whether an
 * interval holds it; everything else walks over those minutes. It shares no code with the calendar it judges, not
 * even the source of the zones' offsets. Answers outside the window are undefined.
 */
export class WalkedCalendar {
  private readonly minutes: readonly Minute[];

  constructor(version: CalendarVersion, fromAt: number, days: number) {
    let intervals: Intervals = [];
    let dateBefore = '';
    this.minutes = wallsOf(version.timeZone, fromAt, days).map(({ at, date, time }) => {
      if (date !== dateBefore) intervals = intervalsOn(version, date);
      dateBefore = date;
      return { at, date, time, open: intervals.some(([open, close]) => open <= time && time < close) };
    });
  }

  isWorkingTime(at: number): boolean | undefined {
    return this.minuteAt(at)?.open;
  }

  nextOpening(at: number): number | undefined {
    return this.minutes.find((minute, i) => minute.at >= at && minute.open && !this.continues(i - 1))?.at;
  }

  lastCloseBefore(at: number): number | undefined {
    const i = this.minutes.findLastIndex(
      (minute, i) => minute.at + MINUTE_MS <= at && minute.open && !this.continues(i),
    );
    return ended(this.minutes[i]);
  }

  between(a: number, b: number): number {
    let sum = 0;
    for (const { at, open } of this.minutes) {
      if (open) sum += Math.max(0, Math.min(b, at + MINUTE_MS) - Math.max(a, at));
    }
    return sum;
  }

  add(start: number, ms: number): number | undefined {
    if (ms === 0) return start;
    let left = ms;
    for (const { at, open } of this.minutes) {
      if (!open || at + MINUTE_MS <= start) continue;
      const from = Math.max(start, at);
      if (at + MINUTE_MS - from >= left) return from + left;
      left -= at + MINUTE_MS - from;
    }
    return undefined;
  }

  dateOf(at: number): string | undefined {
    return this.minuteAt(at)?.date;
  }

  workingDates(): string[] {
    return [...new Set(this.minutes.filter(minute => minute.open).map(minute => minute.date))].sort();
  }

  firstOpeningOf(date: string): number | undefined {
    return this.minutes.find(minute => minute.open && minute.date === date)?.at;
  }

  lastCloseOf(date: string): number | undefined {
    return ended(this.minutes.findLast(minute => minute.open && minute.date === date));
  }

  /** `workingDays` counted from the receipt, the page read sentence by sentence. */
  dueInWorkingDays(count: number, start: number): number | undefined {
    const from = this.isWorkingTime(start)
      ? start
      : this.minutes.find(({ at, open }) => open && at >= start)?.at;
    if (from === undefined) return undefined;
    const minute = this.minuteAt(from);
    if (!minute) return undefined;
    const dates = this.workingDates();
    const own = dates.indexOf(minute.date);
    if (from === this.firstOpeningOf(minute.date)) return this.lastCloseOf(dates[own + count - 1] ?? '');
    const date = dates[own + count];
    if (date === undefined) return undefined;
    const sameTime = this.atLocal(date, minute.time, from - minute.at);
    const [opening, close] = [this.firstOpeningOf(date), this.lastCloseOf(date)];
    if (sameTime === undefined || opening === undefined || close === undefined) return undefined;
    if (sameTime < opening) return opening;
    if (sameTime > close) return close;
    return this.isWorkingTime(sameTime) ? sameTime : this.lastCloseBefore(sameTime);
  }

  /** `workingDays` counted from the next day. */
  dueFromNextDay(count: number, start: number): number | undefined {
    const date = this.dateOf(start);
    if (date === undefined) return undefined;
    const dates = this.workingDates().filter(working => working > date);
    return this.lastCloseOf(dates[count - 1] ?? '');
  }

  /** The earlier of two, the first instant after a gap. */
  private atLocal(date: string, time: string, restMs: number): number | undefined {
    const shown = this.minutes.find(minute => minute.date === date && minute.time === time);
    if (shown) return shown.at + restMs;
    const wanted = `${date} ${time}`;
    return this.minutes.find((minute, i) => {
      const before = this.minutes[i - 1];
      return before && wall(before) < wanted && wanted < wall(minute);
    })?.at;
  }

  private minuteAt(at: number): Minute | undefined {
    const first = this.minutes[0];
    return first && this.minutes[Math.floor((at - first.at) / MINUTE_MS)];
  }

  /** Whether work goes on after that minute, on the same local date. */
  private continues(i: number): boolean {
    const [minute, next] = [this.minutes[i], this.minutes[i + 1]];
    return (
      minute !== undefined && next !== undefined && minute.open && next.open && minute.date === next.date
    );
  }
}

function intervalsOn({ week, exceptions, knownThrough }: CalendarVersion, date: string) {
  const exception = date <= knownThrough ? exceptions[date] : undefined;
  if (exception) return exception.intervals;
  const weekdays = [week.sun, week.mon, week.tue, week.wed, week.thu, week.fri, week.sat];
  return weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? [];
}

function ended(minute: Minute | undefined): number | undefined {
  return minute && minute.at + MINUTE_MS;
}

function wall({ date, time }: Minute): string {
  return `${date} ${time}`;
}

/** Asked of `Intl` once a window: this is the slow part. */
function wallsOf(timeZone: string, fromAt: number, days: number) {
  const key = `${timeZone} ${fromAt} ${days}`;
  const known = walls.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const minutes = Array.from({ length: days * 1440 }, (_, i) => {
    const at = fromAt + i * MINUTE_MS;
    // 'DD/MM/YYYY, HH:MM'
    const text = format.format(at);
    return {
      at,
      date: `${text.slice(6, 10)}-${text.slice(3, 5)}-${text.slice(0, 2)}`,
      time: text.slice(12, 17),
    };
  });
  walls.set(key, minutes);
  return minutes;
}
