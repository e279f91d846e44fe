import dayjs from 'dayjs';
import businessTime from 'dayjs-business-time';
import { DateTime } from 'luxon';
import OpeningHours from 'opening_hours';
import { type CalendarVersion, compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { dueOf, type Target } from '../../domain/time/target.ts';
import { figure } from './figure.ts';

/**
 * Due dates in working time on ten years of China's calendar (2017–2026: split shifts, holidays, make-up days),
 * for spans of 1 to 4,000 working hours, beside two libraries and a plain walk from day to day. Every start is a
 * whole minute of working time, which suits all four; so that 4,000 hours stay inside the ten years, the starts
 * end with 2024. Ours and the others' answers are compared before anything is timed.
 */
const BENCH = 'deadlines';
const SPANS_HOURS = [1, 40, 400, 4000] as const;
const FROM_YEAR = 2017;
const TO_YEAR = 2026;
const ROUNDS = 7;
const ROUND_MS = 60;

/** Start (epoch ms) and working hours to due (epoch ms). */
type DueAt = (startAt: number, hours: number) => number;

export async function run(): Promise<void> {
  // dayjs-business-time and opening_hours work in the zone of the process.
  process.env.TZ = 'Asia/Shanghai';
  const calendar = tenYears();
  const starts = drawStarts(calendar, 4096);

  const ours = redress(calendar);
  const others: Record<string, DueAt> = {
    'dayjs-business-time': dayjsBusinessTime(calendar),
    opening_hours: openingHours(calendar),
    'luxon walk': luxonWalk(calendar),
  };
  for (const [name, other] of Object.entries(others)) reportAgreement(name, ours, other, starts);

  const oursMs = timesPerCall(ours, starts);
  report('redress', oursMs);
  const ratios: number[] = [];
  for (const [name, other] of Object.entries(others)) {
    const otherMs = timesPerCall(other, starts);
    report(name, otherMs);
    ratios.push(...otherMs.map((ms, i) => ms / (oursMs[i] ?? Number.NaN)));
  }
  figure(BENCH, 'slowest', 1000 / Math.max(...oursMs), 'due dates/s');
  figure(BENCH, 'ratio', Math.min(...ratios), 'times the fastest other');
  figure(BENCH, 'flatness', (oursMs.at(-1) ?? 0) / (oursMs[0] ?? 1), 'time at 4000 h / time at 1 h');
}

/**
 * Milliseconds a call for each span, the median of some rounds. The spans take turns, so that a busy machine
 * troubles all alike; a span goes on through the starts where its round before ended.
 */
function timesPerCall(dueAt: DueAt, starts: Float64Array): number[] {
  const rounds: number[][] = SPANS_HOURS.map(() => []);
  let next = 0;
  let sum = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [span, hours] of SPANS_HOURS.entries()) {
      const began = performance.now();
      let calls = 0;
      let spent = 0;
      // The clock is looked at after a batch that grows while batches are short.
      for (let batch = 1; spent < ROUND_MS; batch = Math.min(batch * 2, 4096)) {
        for (let i = 0; i < batch; i++) {
          sum += dueAt(starts[next] ?? 0, hours);
          next = (next + 1) % starts.length;
        }
        calls += batch;
        spent = performance.now() - began;
      }
      // The first round warms up.
      if (round > 0) rounds[span]?.push(spent / calls);
    }
  }
  if (!Number.isFinite(sum)) throw new Error('a due date is no number');
  return rounds.map(times => times.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN);
}

function report(name: string, timesMs: readonly number[]): void {
  for (const [i, hours] of SPANS_HOURS.entries()) {
    figure(BENCH, `${name} ${hours} h`, 1000 / (timesMs[i] ?? Number.NaN), 'due dates/s');
  }
}

function reportAgreement(name: string, ours: DueAt, other: DueAt, starts: Float64Array): void {
  for (const hours of SPANS_HOURS) {
    const sample = starts.subarray(0, hours > 400 ? 10 : 40);
    const same = sample.filter(start => ours(start, hours) === other(start, hours)).length;
    figure(BENCH, `${name} ${hours} h agrees`, same / sample.length, 'of a sample');
  }
}

function tenYears(): CalendarVersion {
  const china = chinaCalendar();
  const exceptions = Object.entries(china.exceptions).filter(
    ([date]) => Number(date.slice(0, 4)) >= FROM_YEAR,
  );
  return { ...china, exceptions: Object.fromEntries(exceptions) };
}

/** Whole minutes of working time, drawn by a fixed generator, in no order. */
function drawStarts(version: CalendarVersion, count: number): Float64Array {
  const calendar = compileCalendar(version);
  const fromAt = Date.UTC(FROM_YEAR, 0, 1);
  const minutes = (Date.UTC(TO_YEAR - 1, 0, 1) - fromAt) / 60_000;
  const starts = new Float64Array(count);
  let state = 20_261_124;
  for (let i = 0; i < count; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const at = fromAt + Math.floor((state / 2 ** 32) * minutes) * 60_000;
    if (calendar.isWorkingTime(at)) starts[i++] = at;
  }
  return starts;
}

function redress(version: CalendarVersion): DueAt {
  const calendar = compileCalendar(version);
  const targets = new Map<number, Target>(
    SPANS_HOURS.map(hours => [hours, { kind: 'workingTime', duration: `PT${hours}H` }]),
  );
  return (startAt, hours) => {
    const target = targets.get(hours);
    if (!target) throw new Error(`no target of ${hours} h`);
    return dueOf(target, startAt, calendar).dueAt;
  };
}

/** It knows holidays, but no day that is worked although its weekday isn't: its due dates are later than true. */
function dayjsBusinessTime(version: CalendarVersion): DueAt {
  dayjs.extend(businessTime);
  const day = (intervals: CalendarVersion['week']['mon']) =>
    intervals.length === 0
      ? null
      : intervals.map(([open, close]) => ({ start: `${open}:00`, end: `${close}:00` }));
  const { week } = version;
  dayjs.setBusinessTime({
    sunday: day(week.sun),
    monday: day(week.mon),
    tuesday: day(week.tue),
    wednesday: day(week.wed),
    thursday: day(week.thu),
    friday: day(week.fri),
    saturday: day(week.sat),
  });
  const holidays = Object.entries(version.exceptions).filter(([, { intervals }]) => intervals.length === 0);
  dayjs.setHolidays(holidays.map(([date]) => date));
  return (startAt, hours) => dayjs(startAt).addBusinessHours(hours).valueOf();
}

/** It has no sum of working time: its iterator is followed from change to change. */
function openingHours(version: CalendarVersion): DueAt {
  const hoursOf = (intervals: CalendarVersion['week']['mon']) =>
    intervals.length === 0 ? 'off' : intervals.map(interval => interval.join('-')).join(',');
  const { week } = version;
  const rules = [
    ...Object.entries(week).map(([weekday, intervals]) => [
      `${weekday.slice(0, 1).toUpperCase()}${weekday.slice(1, 2)}`,
      hoursOf(intervals),
    ]),
    ...Object.entries(version.exceptions).map(([date, { intervals }]) => {
      const [year = '', month = '', day = ''] = date.split('-');
      return [`${year} ${MONTHS[Number(month) - 1]} ${day}`, hoursOf(intervals)];
    }),
  ];
  const hours = new OpeningHours(rules.map(rule => rule.join(' ')).join('; '));
  return (startAt, wantedHours) => {
    const iterator = hours.getIterator(new Date(startAt));
    let left = wantedHours * 3_600_000;
    for (let at = startAt; ; ) {
      const open = iterator.getState();
      if (!iterator.advance()) throw new Error('opening_hours knows no further change');
      const next = iterator.getDate().getTime();
      if (open && next - at >= left) return at + left;
      if (open) left -= next - at;
      at = next;
    }
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** What one would write by hand: each day's intervals, from day to day, until the time is used up. */
function luxonWalk(version: CalendarVersion): DueAt {
  const { week, exceptions, timeZone: zone } = version;
  const byWeekday = [week.mon, week.tue, week.wed, week.thu, week.fri, week.sat, week.sun];
  const timeOf = (day: DateTime, time: string) =>
    day
      .plus({ days: time === '24:00' ? 1 : 0 })
      .set({ hour: Number(time.slice(0, 2)) % 24, minute: Number(time.slice(3)) });
  return (startAt, hours) => {
    let left = hours * 3_600_000;
    for (let day = DateTime.fromMillis(startAt, { zone }).startOf('day'); ; day = day.plus({ days: 1 })) {
      const intervals = exceptions[day.toISODate() ?? '']?.intervals ?? byWeekday[day.weekday - 1] ?? [];
      for (const [open, close] of intervals) {
        const from = Math.max(startAt, timeOf(day, open).toMillis());
        const to = timeOf(day, close).toMillis();
        if (to <= from) continue;
        if (to - from >= left) return from + left;
        left -= to - from;
      }
    }
  };
}
