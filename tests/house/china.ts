import { z } from 'zod';
import type { CalendarContent } from '../../domain/time/calendar-version.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { sharedText } from '../shared-data.ts';

const stateSchema = z.object({
  year: z.int(),
  papers: z.array(z.string()),
  days: z.array(z.object({ name: z.string(), date: z.string(), isOffDay: z.boolean() })),
});

/** One year's days off and worked in exchange, as they were known at a moment. */
export function stateOf(file: string) {
  return stateSchema.parse(JSON.parse(sharedText(`data/cn-calendar/point-in-time/${file}`)));
}

/** The file that a person would write of it. */
export function calendarFile(file: string): string {
  const { year, days } = stateOf(file);
  return JSON.stringify({
    calendar: 'cn',
    years: [year],
    days: days.map(({ name, date, isOffDay }) => ({ name, [isOffDay ? 'closed' : 'worked']: [date] })),
  });
}

/** As they were announced and amended: at noon of the day of the paper. */
export const STATES = {
  '2019 announced': { file: '2019@20190309T004122-ef175409.json', at: '2018-12-06T12:00:00+08:00' },
  '2019 amended': { file: '2019@20190716T151126-96872fb9.json', at: '2019-03-22T12:00:00+08:00' },
  '2020 announced': { file: '2020@20191121T191051-be07ee7c.json', at: '2019-11-21T12:00:00+08:00' },
  '2020 amended': { file: '2020@20200213T195056-e6d876d5.json', at: '2020-01-27T12:00:00+08:00' },
} as const;

/** China's calendar through a date, as a whole file: nothing after it, and nothing that was amended later. */
export function chinaFile(knownThrough: string): string {
  const { timeZone, week, exceptions } = chinaCalendar();
  const hours = (intervals: readonly (readonly [string, string])[]) =>
    intervals.map(([open, close]) => `${open}-${close}`);
  return JSON.stringify({
    calendar: 'cn',
    timeZone,
    knownThrough,
    week: Object.fromEntries(Object.entries(week).map(([day, intervals]) => [day, hours(intervals)])),
    days: daysOf(exceptions, date => date <= knownThrough),
  });
}

/** One year as it stands in the end. */
export function chinaYear(year: number): string {
  const days = daysOf(chinaCalendar().exceptions, date => date.startsWith(String(year)));
  return JSON.stringify({ calendar: 'cn', years: [year], days });
}

function daysOf(exceptions: CalendarContent['exceptions'], wanted: (date: string) => boolean): object[] {
  return Object.entries(exceptions)
    .filter(([date]) => wanted(date))
    .map(([date, { name, intervals }]) => ({ name, [intervals.length === 0 ? 'closed' : 'worked']: [date] }));
}
