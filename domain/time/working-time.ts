import { BeyondHorizonError, describeDay, HORIZON_FROM_DAY, HORIZON_TO_DAY } from './horizon.ts';
import { DAY_MS } from './local-date.ts';
import type { ZoneOffsets } from './time-zone.ts';
import { type IntervalsOfDay, WorkingSpans } from './working-spans.ts';

/** Years laid out around the first question; each later reach outside doubles the run on that side. */
const FIRST_REACH_DAYS = 3 * 366;

/**
 * Working time without end, laid out as far as questions reach and no further than the horizon.
 * Days are day numbers, instants epoch milliseconds. Throws `BeyondHorizonError`.
 */
export class WorkingTime {
  private readonly zone: ZoneOffsets;
  private readonly intervalsOf: IntervalsOfDay;
  private spans: WorkingSpans | undefined;

  constructor(zone: ZoneOffsets, intervalsOf: IntervalsOfDay) {
    this.zone = zone;
    this.intervalsOf = intervalsOf;
  }

  isWorkingTime(at: number): boolean {
    const spans = this.around(at);
    const span = spans.spanClosingAfter(at);
    return span < spans.count && (spans.opens[span] ?? 0) <= at;
  }

  /** Where working time is next entered: the first opening at or after the instant. */
  nextOpening(at: number): number {
    let spans = this.around(at);
    for (;;) {
      let span = spans.spanClosingAfter(at);
      if (span < spans.count && (spans.opens[span] ?? 0) < at) span++;
      if (span < spans.count) return spans.opens[span] ?? 0;
      spans = this.reachForward('the next opening');
    }
  }

  /** The first close after the instant. */
  nextClose(at: number): number {
    let spans = this.around(at);
    for (;;) {
      const span = spans.spanClosingAfter(at);
      if (span < spans.count) return spans.closes[span] ?? 0;
      spans = this.reachForward('the next close');
    }
  }

  /** The last close at or before the instant. */
  lastCloseBefore(at: number): number {
    let spans = this.around(at);
    for (;;) {
      const span = spans.spanClosingAfter(at) - 1;
      if (span >= 0) return spans.closes[span] ?? 0;
      spans = this.reachBack('the last close');
    }
  }

  /** Negative if `b` is before `a`. */
  between(a: number, b: number): number {
    this.around(a);
    const spans = this.around(b);
    return spans.workAt(b) - spans.workAt(a);
  }

  /** The earliest instant at which the working time since `start` equals `ms`; 0 is `start` itself. */
  add(start: number, ms: number): number {
    if (!(ms >= 0)) throw new Error(`working time to add must not be negative: ${ms}`);
    if (ms === 0) return start;
    let spans = this.around(start);
    for (;;) {
      const work = spans.workAt(start) + ms;
      if (work <= spans.totalWork) return spans.instantOfWork(work);
      spans = this.reachForward('the end of that much working time');
    }
  }

  isWorkingDay(day: number): boolean {
    return !Number.isNaN(this.aroundDay(day).firstOpening(day));
  }

  firstOpeningOf(day: number): number | undefined {
    return numberOrUndefined(this.aroundDay(day).firstOpening(day));
  }

  lastCloseOf(day: number): number | undefined {
    return numberOrUndefined(this.aroundDay(day).lastClose(day));
  }

  /**
   * n > 0: the n-th working day after the day; n < 0: before it; 0: the day itself, or the next working day if it
   * is none.
   */
  addWorkingDays(day: number, n: number): number {
    let spans = this.aroundDay(day);
    for (;;) {
      const rank = n > 0 ? spans.rankOf(day + 1) + n - 1 : spans.rankOf(day) + n;
      const found = spans.workingDayOf(rank);
      if (found !== undefined) return found;
      spans = rank < 0 ? this.reachBack('that working day') : this.reachForward('that working day');
    }
  }

  /** The run, reaching over the instant. */
  private around(at: number): WorkingSpans {
    const spans = this.spans;
    if (spans !== undefined && at >= spans.fromAt && at < spans.toAt) return spans;
    if (!Number.isFinite(at)) throw new Error(`not an instant: ${at}`);
    return this.aroundDay(Math.floor(at / DAY_MS));
  }

  /** The run, reaching over the day and the instants of its date in any zone. */
  private aroundDay(day: number): WorkingSpans {
    const spans = this.spans;
    if (spans !== undefined && day >= spans.fromDay + 2 && day < spans.toDay - 2) return spans;
    if (day < HORIZON_FROM_DAY || day >= HORIZON_TO_DAY) throw new BeyondHorizonError(describeDay(day));
    if (spans === undefined) return this.layOut(day - FIRST_REACH_DAYS, day + FIRST_REACH_DAYS);
    return day < spans.fromDay + 2
      ? this.layOut(Math.min(day - FIRST_REACH_DAYS, 2 * spans.fromDay - spans.toDay), spans.toDay)
      : this.layOut(spans.fromDay, Math.max(day + FIRST_REACH_DAYS, 2 * spans.toDay - spans.fromDay));
  }

  private reachForward(what: string): WorkingSpans {
    const { fromDay, toDay } = this.spans ?? { fromDay: 0, toDay: 0 };
    if (toDay >= HORIZON_TO_DAY + 2) throw new BeyondHorizonError(what);
    return this.layOut(fromDay, 2 * toDay - fromDay);
  }

  private reachBack(what: string): WorkingSpans {
    const { fromDay, toDay } = this.spans ?? { fromDay: 0, toDay: 0 };
    if (fromDay <= HORIZON_FROM_DAY - 2) throw new BeyondHorizonError(what);
    return this.layOut(2 * fromDay - toDay, toDay);
  }

  private layOut(fromDay: number, toDay: number): WorkingSpans {
    this.spans = new WorkingSpans(
      this.zone,
      this.intervalsOf,
      Math.max(fromDay, HORIZON_FROM_DAY - 2),
      Math.min(toDay, HORIZON_TO_DAY + 2),
    );
    return this.spans;
  }
}

function numberOrUndefined(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
