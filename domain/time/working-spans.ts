import { DAY_MS } from './local-date.ts';
import { stretchAt, type ZoneOffsets } from './time-zone.ts';

/** A working interval of one local day in local milliseconds since midnight, half-open. */
export type LocalInterval = readonly [openMs: number, closeMs: number];
/** The working intervals of a local day, by day number. */
export type IntervalsOfDay = (day: number) => readonly LocalInterval[];

/**
 * The working time of a run of local days, laid out as spans of instants with running totals, so that a
 * question costs the same however far apart its instants are. "Work" is the working time in milliseconds since
 * the run's beginning. Typed arrays: ten years of split shifts stay in the second-level cache.
 */
export class WorkingSpans {
  /** Local days `[fromDay, toDay)` are laid out. */
  readonly fromDay: number;
  readonly toDay: number;
  /** Instants in `[fromAt, toAt)` lie on those days whatever the zone: two days of margin. */
  readonly fromAt: number;
  readonly toAt: number;
  readonly count: number;
  readonly totalWork: number;
  /** One entry a span, in the order of time; `workBefore` has one more, the total. */
  readonly opens: Float64Array;
  readonly closes: Float64Array;
  readonly workBefore: Float64Array;
  /** First opening and last close of each local day; NaN without working time. */
  private readonly firstOpenings: Float64Array;
  private readonly lastCloses: Float64Array;
  /** Number of working days before each local day of the run, and those days. */
  private readonly rank: Int32Array;
  private readonly workingDays: Int32Array;
  /** First span that closes after the start of each day-long bucket of instants. */
  private readonly spanByTime: Int32Array;
  /** First span that ends at or after the start of each bucket of work. */
  private readonly spanByWork: Int32Array;
  private readonly workBucketMs: number;

  constructor(zone: ZoneOffsets, intervalsOf: IntervalsOfDay, fromDay: number, toDay: number) {
    this.fromDay = fromDay;
    this.toDay = toDay;
    this.fromAt = (fromDay + 2) * DAY_MS;
    this.toAt = (toDay - 2) * DAY_MS;

    const opens: number[] = [];
    const closes: number[] = [];
    this.firstOpenings = new Float64Array(toDay - fromDay).fill(Number.NaN);
    this.lastCloses = new Float64Array(toDay - fromDay).fill(Number.NaN);
    let lastDay = Number.NaN;
    eachPiece(zone, intervalsOf, fromDay, toDay, (day, openAt, closeAt) => {
      const last = closes.length - 1;
      if (lastDay === day && closes[last] === openAt) closes[last] = closeAt;
      else {
        opens.push(openAt);
        closes.push(closeAt);
      }
      lastDay = day;
      if (Number.isNaN(this.firstOpenings[day - fromDay])) this.firstOpenings[day - fromDay] = openAt;
      this.lastCloses[day - fromDay] = closeAt;
    });

    this.count = opens.length;
    this.opens = Float64Array.from(opens);
    this.closes = Float64Array.from(closes);
    this.workBefore = new Float64Array(this.count + 1);
    for (let i = 0; i < this.count; i++) {
      this.workBefore[i + 1] = at(this.workBefore, i) + at(this.closes, i) - at(this.opens, i);
    }
    this.totalWork = at(this.workBefore, this.count);

    this.rank = new Int32Array(toDay - fromDay + 1);
    const workingDays: number[] = [];
    for (let i = 0; i < toDay - fromDay; i++) {
      if (!Number.isNaN(at(this.firstOpenings, i))) workingDays.push(fromDay + i);
      this.rank[i + 1] = workingDays.length;
    }
    this.workingDays = Int32Array.from(workingDays);

    this.spanByTime = new Int32Array(toDay - fromDay);
    for (let bucket = 0, span = 0; bucket < this.spanByTime.length; bucket++) {
      while (span < this.count && at(this.closes, span) <= (fromDay + bucket) * DAY_MS) span++;
      this.spanByTime[bucket] = span;
    }
    this.workBucketMs = Math.max(1, Math.ceil(this.totalWork / Math.max(1, this.count)));
    this.spanByWork = new Int32Array(Math.floor(this.totalWork / this.workBucketMs) + 1);
    for (let bucket = 0, span = 0; bucket < this.spanByWork.length; bucket++) {
      while (at(this.workBefore, span + 1) < bucket * this.workBucketMs) span++;
      this.spanByWork[bucket] = span;
    }
  }

  /** The first span that closes after the instant, `count` if none does. The instant is in `[fromAt, toAt)`. */
  spanClosingAfter(instant: number): number {
    let span = at(this.spanByTime, Math.floor(instant / DAY_MS) - this.fromDay);
    while (span < this.count && at(this.closes, span) <= instant) span++;
    return span;
  }

  /** The working time from the run's beginning to the instant, which is in `[fromAt, toAt)`. */
  workAt(instant: number): number {
    const span = this.spanClosingAfter(instant);
    const before = at(this.workBefore, span);
    return span < this.count && instant > at(this.opens, span)
      ? before + instant - at(this.opens, span)
      : before;
  }

  /** The earliest instant with that much work before it; `work` is in `(0, totalWork]`. */
  instantOfWork(work: number): number {
    let span = at(this.spanByWork, Math.floor(work / this.workBucketMs));
    while (at(this.workBefore, span + 1) < work) span++;
    return at(this.opens, span) + work - at(this.workBefore, span);
  }

  /** The first opening of a laid-out day, NaN if it has no working time. */
  firstOpening(day: number): number {
    return at(this.firstOpenings, day - this.fromDay);
  }

  /** The last close of a laid-out day, NaN if it has no working time. */
  lastClose(day: number): number {
    return at(this.lastCloses, day - this.fromDay);
  }

  /** How many working days of the run lie before the day, which is in `[fromDay, toDay]`. */
  rankOf(day: number): number {
    return at(this.rank, day - this.fromDay);
  }

  /** The working day of that rank, undefined outside the run. */
  workingDayOf(rank: number): number | undefined {
    return this.workingDays[rank];
  }
}

/**
 * Emits the pieces of every local interval in the order of time. A stretch of constant offset maps local time to
 * instants in one piece; so an interval loses a skipped hour and gets a repeated one twice by itself.
 */
function eachPiece(
  zone: ZoneOffsets,
  intervalsOf: IntervalsOfDay,
  fromDay: number,
  toDay: number,
  emit: (day: number, openAt: number, closeAt: number) => void,
): void {
  for (let i = stretchAt(zone, (fromDay - 2) * DAY_MS); i < zone.startsAt.length; i++) {
    const startAt = zone.startsAt[i] ?? 0;
    const endAt = zone.startsAt[i + 1] ?? Number.POSITIVE_INFINITY;
    const offset = zone.offsetMs[i] ?? 0;
    const firstDay = Math.max(fromDay, Math.floor((startAt + offset) / DAY_MS));
    const lastDay = Math.min(toDay - 1, Math.floor((endAt + offset - 1) / DAY_MS));
    for (let day = firstDay; day <= lastDay; day++) {
      for (const [openMs, closeMs] of intervalsOf(day)) {
        const openAt = Math.max(startAt, day * DAY_MS + openMs - offset);
        const closeAt = Math.min(endAt, day * DAY_MS + closeMs - offset);
        if (openAt < closeAt) emit(day, openAt, closeAt);
      }
    }
    if (startAt > (toDay + 2) * DAY_MS) return;
  }
}

/** Reads an entry that the caller knows to exist. */
function at(array: Float64Array | Int32Array, index: number): number {
  return array[index] ?? Number.NaN;
}
