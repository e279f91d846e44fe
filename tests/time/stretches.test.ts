import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { calendarIn, instantIn, WINDOWS } from './arbitrary-calendar.ts';

const china = compileCalendar(chinaCalendar());

function told(from: string, to: string): string[] {
  return [...china.stretches(Date.parse(from), Date.parse(to))].map(({ from, to, counted, why }) => {
    const local = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(5, 16);
    const reason = typeof why === 'string' ? why : `${why.kind} ${why.name}`;
    return `${local(from)} to ${local(to)}: ${counted ? 'counts' : 'does not count'}, ${reason}`;
  });
}

test('a stretch of time is told as open hours, closed hours and the weekend', () => {
  expect(told('2026-01-09T16:00:00+08:00', '2026-01-12T09:00:00+08:00')).toEqual([
    '01-09T16:00 to 01-09T17:30: counts, open',
    '01-09T17:30 to 01-10T00:00: does not count, closedHours',
    '01-10T00:00 to 01-12T00:00: does not count, weekend',
    '01-12T00:00 to 01-12T08:30: does not count, closedHours',
    '01-12T08:30 to 01-12T09:00: counts, open',
  ]);
});

test('a holiday is told in one piece, a make-up day by its name', () => {
  expect(told('2026-02-14T13:00:00+08:00', '2026-02-24T09:00:00+08:00')).toEqual([
    '02-14T13:00 to 02-14T13:30: does not count, closedHours',
    '02-14T13:30 to 02-14T17:30: counts, makeUpWorkingDay 春节',
    '02-14T17:30 to 02-15T00:00: does not count, closedHours',
    '02-15T00:00 to 02-24T00:00: does not count, publicHoliday 春节',
    '02-24T00:00 to 02-24T08:30: does not count, closedHours',
    '02-24T08:30 to 02-24T09:00: counts, open',
  ]);
});

test('past the last known date a weekend is a weekend, whatever is announced later', () => {
  expect(told('2027-01-02T10:00:00+08:00', '2027-01-02T11:00:00+08:00')).toEqual([
    '01-02T10:00 to 01-02T11:00: does not count, weekend',
  ]);
});

test('stretches cover a span without gap or overlap, and those that count sum up to its working time', () => {
  const drawn = fc
    .constantFrom(...WINDOWS)
    .chain(window =>
      fc.record({ version: calendarIn(window), a: instantIn(window, 8), b: instantIn(window, 8) }),
    );
  fc.assert(
    fc.property(drawn, ({ version, a, b }) => {
      const calendar = compileCalendar(version);
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const stretches = [...calendar.stretches(from, to)];
      const bounds = stretches.flatMap(stretch => [stretch.from, stretch.to]);
      if (from < to) expect([bounds[0], bounds.at(-1)]).toEqual([from, to]);
      for (const [i, stretch] of stretches.entries()) {
        expect(stretch.from).toBeLessThan(stretch.to);
        expect(stretch.from).toBe(i === 0 ? from : stretches[i - 1]?.to);
      }
      const counted = stretches.filter(stretch => stretch.counted).reduce((sum, s) => sum + s.to - s.from, 0);
      expect(counted).toBe(calendar.workingMsBetween(from, to));
    }),
  );
});
