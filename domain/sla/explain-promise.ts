import type { WorkingCalendar } from '../time/calendar.ts';
import { type CountedDay, type CountedMonths, countedDays, countedMonths } from '../time/counted-days.ts';
import { type CountedStretch, countedStretches } from '../time/counted-stretches.ts';
import { parseDurationMs } from '../time/duration.ts';
import { allowanceMs, layOn, type Target } from '../time/target.ts';
import { anchoredDue, countingStart } from './anchored-due.ts';
import type { Clock } from './clock.ts';
import type { Schedule, Threshold } from './events.ts';
import type { CountingWay, PromiseHistory } from './promise-history.ts';

/**
 * How a deadline came to be, so that a person can check it with a wall calendar. The deadline is the stored one;
 * this is how it is counted. Instants are epoch milliseconds.
 */
export interface PromiseReckoning {
  /** From where the time counts: the start, the opening of a wave, or the end of the date that it hangs on. */
  readonly countsFrom: number;
  /** What has to pass, in the target's own time, and what set it: the target, or the change named. */
  readonly owed: { readonly ms: number; readonly setBy: SetBy };
  /** From `countsFrom` to the due instant, or to where the clock stopped; without gap or overlap. */
  readonly stretches: readonly CountedStretch[];
  /** How many were left out at the end of a very long list. */
  readonly stretchesLeftOut: number;
  /** The sum of all that counts. `countedMs + leftMs = owed.ms + beyondMs`. */
  readonly countedMs: number;
  /** Of a clock that stands still: what is still to pass. */
  readonly leftMs: number;
  /** More than was owed: a newer calendar gave time back in a pause, which never makes a deadline earlier than it was. */
  readonly beyondMs: number;
  /** Of a target in days: each date from the start, as it is counted without pauses; the last number is the target's. */
  readonly days?: readonly CountedDay[];
  readonly months?: CountedMonths;
  /** Another rule put the deadline elsewhere than its target alone does. */
  readonly bound?: { readonly kind: 'notLaterThan' | 'notBefore'; readonly unboundDueAt: number };
  /** Of a paused clock: when it falls due if it goes on now. */
  readonly dueIfResumedAt?: number;
  readonly warnings: readonly {
    readonly threshold: Threshold;
    readonly at: number;
    /** When it was written down, if it was given. */
    readonly givenAt?: number;
  }[];
}
type SetBy =
  | 'target'
  | 'carried'
  | (PromiseHistory['setBy'] & { type: 'SlaClockRescheduled' })['data']['because'];
type CalendarOf = (ref: Schedule['calendar']) => WorkingCalendar;

/** More than anybody checks by hand; a policy may promise thousands of days. */
const STRETCHES_TOLD = 1_000;

/** @param now until when a pause that lasts has lasted */
export function explainPromise(
  history: PromiseHistory,
  calendarOf: CalendarOf,
  now: number,
): PromiseReckoning {
  const { clock, way, setBy } = history;
  const { target, anchor } = clock;
  const calendar = calendarOf(setBy.data.schedule.calendar);
  const countsFrom = countingStart(target, clock.startedAt, calendar, anchor);
  const countsTo = way.stopped?.since ?? clock.schedule.dueAt;
  const stretches = [...walked(target, way, calendarOf, countsFrom, countsTo)];
  const countedMs = sumOf(stretches);
  const leftMs = way.stopped?.leftMs ?? 0;
  const owed = owedBy(history, calendarOf, countsFrom);
  const days = owed.setBy === 'target' ? countedDays(target, countsFrom, calendar) : undefined;
  return {
    countsFrom,
    owed,
    stretches: stretches.slice(0, STRETCHES_TOLD),
    stretchesLeftOut: Math.max(0, stretches.length - STRETCHES_TOLD),
    countedMs,
    leftMs,
    beyondMs: countedMs + leftMs - owed.ms,
    ...(days === undefined ? {} : { days }),
    ...monthsOf(clock, calendar, owed.setBy),
    ...boundOf(history, calendar, owed.setBy),
    ...dueIfResumed(clock, calendar, now),
    warnings: clock.schedule.warnings.map(({ threshold, at }) => {
      const given = history.entries.find(e => e.type === 'SlaClockWarned' && e.data.threshold === threshold);
      return given === undefined ? { threshold, at } : { threshold, at, givenAt: given.recordedAt };
    }),
  };
}

/** Of a target its own span; of a deadline that something else set, what there was to it when it was set. */
function owedBy(
  { clock, setBy, setWay }: PromiseHistory,
  calendarOf: CalendarOf,
  countsFrom: number,
): PromiseReckoning['owed'] {
  const { target, anchor } = clock;
  const { schedule } = setBy.data;
  if (setBy.type === 'SlaClockStarted' && setBy.data.carriedDueAt === undefined) {
    const calendar = calendarOf(schedule.calendar);
    const isPlain = anchor === undefined && (target.kind === 'elapsed' || target.kind === 'workingTime');
    const unbound = anchoredDue(target, clock.startedAt, calendar, anchor).dueAt;
    const ms =
      isPlain && unbound === schedule.dueAt
        ? parseDurationMs(target.duration)
        : allowanceMs(target, countsFrom, Math.max(countsFrom, schedule.dueAt), calendar);
    return { ms, setBy: 'target' };
  }
  const countsTo = setWay.stopped?.since ?? schedule.dueAt;
  const countedMs = sumOf([...walked(target, setWay, calendarOf, countsFrom, countsTo)]);
  return {
    ms: countedMs + (setWay.stopped?.leftMs ?? 0),
    setBy: setBy.type === 'SlaClockRescheduled' ? setBy.data.because : 'carried',
  };
}

function* walked(
  target: Target,
  { legs, pauses }: CountingWay,
  calendarOf: CalendarOf,
  from: number,
  to: number,
): Generator<CountedStretch> {
  function* counting(fromAt: number, toAt: number): Generator<CountedStretch> {
    for (const [i, leg] of legs.entries()) {
      const legFrom = i === 0 ? fromAt : Math.max(fromAt, leg.from);
      const legTo = Math.min(toAt, legs[i + 1]?.from ?? toAt);
      if (legFrom < legTo) yield* countedStretches(target, calendarOf(leg.calendar), legFrom, legTo);
    }
  }
  let at = from;
  for (const { from: pausedAt, to: resumedAt = to, reason } of pauses) {
    const [begins, ends] = [Math.max(at, pausedAt), Math.min(to, resumedAt)];
    if (begins >= ends) continue;
    yield* counting(at, begins);
    yield { from: begins, to: ends, counted: false, why: { kind: 'paused', name: reason } };
    at = ends;
  }
  yield* counting(at, to);
}

function sumOf(stretches: readonly CountedStretch[]): number {
  return stretches.reduce((sum, { from, to, counted }) => (counted ? sum + to - from : sum), 0);
}

/** A wave that nothing moved, or that moved with the visit it follows: both count from the last day held. */
function monthsOf(
  { target, anchor, startedAt }: Clock,
  calendar: WorkingCalendar,
  setBy: SetBy,
): { months?: CountedMonths } {
  const byDate = setBy === 'target' || setBy === 'heldCorrected' || setBy === 'visitMoved';
  if (target.kind !== 'calendarMonths' || anchor?.countedFrom === undefined || !byDate) return {};
  return { months: countedMonths(target, anchor.countedFrom, calendar.localDate(startedAt), calendar) };
}

function boundOf(
  { clock, setBy }: PromiseHistory,
  calendar: WorkingCalendar,
  by: SetBy,
): Pick<PromiseReckoning, 'bound'> {
  if (by !== 'target' || setBy.type !== 'SlaClockStarted') return {};
  const { anchor, target, startedAt } = clock;
  const { dueAt } = setBy.data.schedule;
  const dates = anchor?.countedFrom === undefined ? {} : { countedFrom: anchor.countedFrom };
  const unboundDueAt =
    target.kind === 'before' ? dueAt : anchoredDue(target, startedAt, calendar, dates).dueAt;
  if (unboundDueAt === dueAt) return {};
  return { bound: { kind: dueAt < unboundDueAt ? 'notLaterThan' : 'notBefore', unboundDueAt } };
}

function dueIfResumed(
  { target, schedule, pause, status }: Clock,
  calendar: WorkingCalendar,
  now: number,
): Pick<PromiseReckoning, 'dueIfResumedAt'> {
  if (status !== 'paused' || pause === undefined) return {};
  const resumedAt = Math.min(Math.max(now, pause.since), pause.endsAt);
  return { dueIfResumedAt: Math.max(schedule.dueAt, layOn(target, resumedAt, pause.leftMs, calendar)) };
}
