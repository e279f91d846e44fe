import fc from 'fast-check';
import { type CalendarVersion, calendarVersionSchema, type Intervals } from '../../domain/time/calendar.ts';

/** A fortnight in which something happens to the clock of a zone, or nothing does. */
export interface Window {
  readonly what: string;
  readonly timeZone: string;
  /** The first date, in UTC. */
  readonly from: string;
}

export const WINDOW_DAYS = 14;

export const WINDOWS: readonly Window[] = [
  { what: 'no change', timeZone: 'Asia/Shanghai', from: '2026-02-09' },
  { what: 'an hour skipped', timeZone: 'America/New_York', from: '2026-03-03' },
  { what: 'an hour repeated', timeZone: 'America/New_York', from: '2026-10-27' },
  { what: 'an hour skipped', timeZone: 'Europe/Berlin', from: '2025-03-25' },
  { what: 'an hour repeated', timeZone: 'Europe/Berlin', from: '2025-10-21' },
  { what: 'half an hour skipped', timeZone: 'Australia/Lord_Howe', from: '2026-09-29' },
  { what: 'half an hour repeated', timeZone: 'Australia/Lord_Howe', from: '2026-03-31' },
  { what: 'an hour skipped, of old', timeZone: 'Asia/Shanghai', from: '1988-04-12' },
  { what: 'an hour repeated, of old', timeZone: 'Asia/Shanghai', from: '1991-09-10' },
  { what: 'a whole day skipped', timeZone: 'Pacific/Apia', from: '2011-12-26' },
  { what: 'a whole day skipped', timeZone: 'Pacific/Kwajalein', from: '1993-08-16' },
  { what: 'midnight skipped', timeZone: 'America/Sao_Paulo', from: '2018-10-30' },
  { what: 'the hour before midnight repeated', timeZone: 'America/Sao_Paulo', from: '2018-02-13' },
  { what: 'midnight shown twice', timeZone: 'America/St_Johns', from: '2009-10-28' },
  { what: 'a minute past midnight skipped', timeZone: 'America/St_Johns', from: '2009-03-04' },
  { what: 'two hours repeated', timeZone: 'Antarctica/Troll', from: '2025-10-21' },
  { what: 'a quarter of an hour skipped', timeZone: 'Asia/Kathmandu', from: '1985-12-28' },
  { what: 'half an hour repeated for good', timeZone: 'Asia/Pyongyang', from: '2015-08-10' },
];

/** An instant in the first days of a window, at the minute or off it, so that answers mostly lie in the window. */
export function instantIn(window: Window, days: number): fc.Arbitrary<number> {
  const fromAt = Date.parse(`${window.from}T00:00:00Z`) + 86_400_000;
  return fc.oneof(
    fc.integer({ min: 0, max: days * 1440 }).map(minutes => fromAt + minutes * 60_000),
    fc.integer({ min: 0, max: days * 86_400_000 }).map(ms => fromAt + ms),
  );
}

/** Up to four disjoint intervals of a day, at any minute, some touching, some from or to midnight. */
const intervals: fc.Arbitrary<Intervals> = fc
  .uniqueArray(
    fc.oneof(
      fc.integer({ min: 0, max: 1440 }),
      fc.integer({ min: 0, max: 24 }).map(hour => hour * 60),
    ),
    {
      minLength: 2,
      maxLength: 8,
    },
  )
  .chain(bounds => fc.tuple(fc.constant(bounds.toSorted((a, b) => a - b)), fc.boolean()))
  .map(([bounds, touching]) =>
    bounds.flatMap((open, i): [string, string][] => {
      const close = bounds[i + 1];
      return close === undefined || (!touching && i % 2 === 1) ? [] : [[clock(open), clock(close)]];
    }),
  );

const maybeClosed = fc.oneof({ weight: 3, arbitrary: intervals }, fc.constant<Intervals>([]));

/** Any calendar version of the window's zone, with exceptions on some of its dates. */
export function calendarIn(window: Window): fc.Arbitrary<CalendarVersion> {
  const fromAt = Date.parse(`${window.from}T00:00:00Z`);
  const date = (day: number) => new Date(fromAt + day * 86_400_000).toISOString().slice(0, 10);
  const exception = fc.oneof(
    fc.constant({ kind: 'publicHoliday', name: 'holiday', intervals: [] }),
    intervals.map(worked => ({ kind: 'makeUpWorkingDay', name: 'make-up day', intervals: worked })),
    maybeClosed.map(worked => ({ kind: 'companyShutdown', name: 'shutdown', intervals: worked })),
  );
  return fc
    .record({
      calendarId: fc.constant('drawn'),
      version: fc.constant(1),
      timeZone: fc.constant(window.timeZone),
      week: fc.record({
        mon: intervals,
        tue: maybeClosed,
        wed: maybeClosed,
        thu: maybeClosed,
        fri: intervals,
        sat: maybeClosed,
        sun: maybeClosed,
      }),
      exceptions: fc.dictionary(fc.integer({ min: 0, max: WINDOW_DAYS - 2 }).map(date), exception, {
        maxKeys: 5,
      }),
      knownThrough: fc.constant(date(WINDOW_DAYS - 2)),
      knownFrom: fc.constant(0),
    })
    .map(version => calendarVersionSchema.parse(version));
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
