import { expect, test } from 'vitest';
import { z } from 'zod';
import { calendarVersionSchema, compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { DAY_MS } from '../../domain/time/local-date.ts';
import { sharedText } from '../shared-data.ts';

const published = z
  .object({ days: z.record(z.string(), z.object({ off: z.boolean(), name: z.string() })) })
  .parse(JSON.parse(sharedText('data/cn-calendar/calendar-2007-2026.json'))).days;

test('the calendar of China is a valid calendar version', () => {
  expect(calendarVersionSchema.safeParse(chinaCalendar())).toMatchObject({ success: true });
});

test('it names exactly the published days, each as published', () => {
  const ours = Object.entries(chinaCalendar().exceptions).map(([date, { kind, name }]) => [
    date,
    { off: kind === 'publicHoliday', name },
  ]);
  expect(Object.fromEntries(ours)).toEqual(published);
});

test('it works on the very days on which China worked, 2007 to 2026', () => {
  const calendar = compileCalendar(chinaCalendar());
  const wrong: string[] = [];
  for (let at = Date.UTC(2007, 0, 1); at <= Date.UTC(2026, 11, 31); at += DAY_MS) {
    const date = new Date(at).toISOString().slice(0, 10);
    const weekend = [0, 6].includes(new Date(at).getUTCDay());
    const works = published[date] ? !published[date].off : !weekend;
    if (calendar.isWorkingDay(date) !== works) wrong.push(date);
  }
  expect(wrong).toEqual([]);
});

test('a make-up working day has the hours of a normal one', () => {
  const calendar = compileCalendar(chinaCalendar());
  // Saturday 2026-02-14 was worked.
  expect(calendar.firstOpeningOf('2026-02-14')).toBe(Date.parse('2026-02-14T08:30:00+08:00'));
  expect(calendar.lastCloseOf('2026-02-14')).toBe(Date.parse('2026-02-14T17:30:00+08:00'));
});
