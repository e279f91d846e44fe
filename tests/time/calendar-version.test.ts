import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CalendarVersion, calendarVersionSchema, compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { HORIZON_TO } from '../../domain/time/horizon.ts';

const HOLIDAY = { kind: 'publicHoliday', name: 'a holiday', intervals: [] };
const MAKE_UP = { kind: 'makeUpWorkingDay', name: 'a make-up day', intervals: [['08:30', '12:00']] };

function complaints(change: Record<string, unknown>): string {
  const { error } = calendarVersionSchema.safeParse({ ...chinaCalendar(), ...change });
  return error ? z.prettifyError(error) : 'valid';
}

function monday(intervals: unknown): string {
  return complaints({ week: { ...chinaCalendar().week, mon: intervals } });
}

describe('a calendar version is refused, with the reason,', () => {
  test.each([
    [
      'for overlapping intervals',
      [
        ['08:30', '12:00'],
        ['11:00', '17:30'],
      ],
      'overlaps the interval before',
    ],
    [
      'for intervals out of order',
      [
        ['13:30', '17:30'],
        ['08:30', '12:00'],
      ],
      'out of order',
    ],
    [
      'for an interval that ends before it begins',
      [['12:00', '08:30']],
      'closes at 08:30, not after it opens at 12:00',
    ],
    ['for an empty interval', [['08:30', '08:30']], 'not after it opens'],
    ['for a time that does not exist', [['08:30', '12:60']], 'must be a time from 00:00 to 24:00'],
    ['for an opening at 24:00', [['24:00', '24:00']], 'must be a time from 00:00 to 23:59'],
    ['for an interval past midnight', [['22:00', '25:00']], 'must be a time from 00:00 to 24:00'],
  ])('%s', (_what, intervals, reason) => {
    expect(monday(intervals)).toContain(reason);
  });

  test.each([
    ['an unknown zone', { timeZone: 'Asia/Shangri-La' }, 'is no IANA time zone'],
    ['an offset for a zone', { timeZone: '+08:00' }, 'is no IANA time zone'],
    ['a date that does not exist', { exceptions: { '2026-02-30': HOLIDAY } }, 'is no date that exists'],
    ['a date written otherwise', { exceptions: { '2026-2-3': HOLIDAY } }, 'is no date that exists'],
    ['an end that does not exist', { knownThrough: '2026-02-29' }, 'is no date that exists'],
    [
      'a public holiday with working time',
      { exceptions: { '2026-02-16': { ...HOLIDAY, intervals: [['08:30', '12:00']] } } },
      'a public holiday (a holiday) has no working time',
    ],
    [
      'a make-up day without working time',
      { exceptions: { '2026-02-14': { ...MAKE_UP, intervals: [] } } },
      'a make-up working day (a make-up day) needs working time',
    ],
    ['an unknown kind', { exceptions: { '2026-02-16': { ...HOLIDAY, kind: 'feast' } } }, 'publicHoliday'],
    ['an exception past what is known', { exceptions: { '2027-01-01': HOLIDAY } }, 'lies after knownThrough'],
    ['a date no calendar is worked out for', { knownThrough: HORIZON_TO }, 'lies outside'],
    ['a week without a day', { week: { mon: [] } }, 'tue'],
    [
      'a week without work',
      { week: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] } },
      'nothing would ever fall due',
    ],
  ])('for %s', (_what, change, reason) => {
    expect(complaints(change)).toContain(reason);
  });
});

describe('a calendar version may have', () => {
  test('a close at 24:00', () =>
    expect(
      monday([
        ['00:00', '06:00'],
        ['22:00', '24:00'],
      ]),
    ).toBe('valid'));
  test('intervals that touch', () =>
    expect(
      monday([
        ['08:00', '12:00'],
        ['12:00', '16:00'],
      ]),
    ).toBe('valid'));
  test('a shut-down of half a day', () =>
    expect(complaints({ exceptions: { '2026-12-24': { ...MAKE_UP, kind: 'companyShutdown' } } })).toBe(
      'valid',
    ));
});

describe('a calendar', () => {
  const withWeek = (timeZone: string, open: string, close: string): CalendarVersion => {
    const day = [[open, close]] as const;
    const week = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
    return { ...chinaCalendar(), timeZone, week, exceptions: {} };
  };

  test('is compiled once for one version', () => {
    const version = chinaCalendar();
    expect(compileCalendar(version)).toBe(compileCalendar(version));
  });

  test('says in words that an answer lies beyond its years', () => {
    const calendar = compileCalendar(chinaCalendar());
    expect(() => calendar.addWorkingMs(Date.UTC(2190, 0, 1), 1e12)).toThrow('outside the years');
    expect(() => calendar.nextOpening(8.64e15)).toThrow('outside the years');
    expect(() => calendar.lastCloseBefore(Date.UTC(1800, 0, 1))).toThrow('outside the years');
    expect(() => calendar.addWorkingDays('2026-01-01', 1_000_000)).toThrow('outside the years');
  });

  test('answers to the first and the last of its years', () => {
    const calendar = compileCalendar(chinaCalendar());
    expect(calendar.nextOpening(0)).toBe(Date.parse('1970-01-01T08:30:00+08:00'));
    expect(calendar.nextOpening(Date.parse('2199-12-31T00:00:00Z'))).toBe(
      Date.parse('2199-12-31T08:30:00+08:00'),
    );
  });

  test('that closes at 24:00 ends its day then, and not on the day after', () => {
    const calendar = compileCalendar(withWeek('Asia/Shanghai', '20:00', '24:00'));
    expect(calendar.lastCloseOf('2026-03-02')).toBe(Date.parse('2026-03-03T00:00:00+08:00'));
    expect(calendar.firstOpeningOf('2026-03-03')).toBe(Date.parse('2026-03-03T20:00:00+08:00'));
  });

  test('that works around the clock still closes and opens at every midnight', () => {
    const calendar = compileCalendar(withWeek('Asia/Shanghai', '00:00', '24:00'));
    const noon = Date.parse('2026-03-02T12:00:00+08:00');
    expect(calendar.lastCloseBefore(noon)).toBe(Date.parse('2026-03-02T00:00:00+08:00'));
    expect(calendar.nextOpening(noon)).toBe(Date.parse('2026-03-03T00:00:00+08:00'));
  });

  test('works an hour less in a night whose hour is skipped, an hour more where it is repeated', () => {
    const calendar = compileCalendar(withWeek('America/New_York', '00:00', '06:00'));
    const worked = (date: string) =>
      calendar.workingMsBetween(calendar.firstOpeningOf(date) ?? 0, calendar.lastCloseOf(date) ?? 0) /
      3_600_000;
    expect(['2026-03-07', '2026-03-08', '2026-11-01'].map(worked)).toEqual([6, 5, 7]);
  });

  test('does not work on a date that its zone left out', () => {
    const calendar = compileCalendar(withWeek('Pacific/Apia', '08:00', '17:00'));
    expect(['2011-12-29', '2011-12-30', '2011-12-31'].map(date => calendar.isWorkingDay(date))).toEqual([
      true,
      false,
      true,
    ]);
    expect(calendar.addWorkingDays('2011-12-29', 1)).toBe('2011-12-31');
  });

  test('knows its dates through the last known one, in its own zone', () => {
    const calendar = compileCalendar(chinaCalendar());
    expect(calendar.isKnown(Date.parse('2026-12-31T23:59:59.999+08:00'))).toBe(true);
    expect(calendar.isKnown(Date.parse('2027-01-01T00:00:00+08:00'))).toBe(false);
  });

  test('uses the week alone past the last known date, whatever else it holds', () => {
    const calendar = compileCalendar({ ...chinaCalendar(), knownThrough: '2026-02-16' });
    const festival = ['2026-02-16', '2026-02-17', '2026-02-28'];
    expect(festival.map(date => calendar.isWorkingDay(date))).toEqual([false, true, false]);
  });
});
