import { z } from 'zod';
import { type CalendarException, type CalendarVersion, type Intervals, localDateSchema } from './calendar.ts';
import years from './china-holidays.json' with { type: 'json' };
import { dayOf, formatDay } from './local-date.ts';

/**
 * China's public holidays and make-up working days (补班) 2007–2026, as the General Office of the State Council
 * (国务院办公厅) announces them in its yearly notice 关于…部分节假日安排的通知; `notices` are those of each year, with the
 * two that amended 2019 and 2020 and the one that added the day of 2015. `off` are first and last date of a run of
 * days off, weekends in it included; `worked` are days worked in exchange. A day stands under the year it falls
 * in: the last days of December belong to the notice of the year after.
 */
const yearsSchema = z.array(
  z.object({
    year: z.int(),
    notices: z.array(z.url()),
    holidays: z.array(
      z.object({
        name: z.string(),
        off: z.array(z.tuple([localDateSchema, localDateSchema])),
        worked: z.array(localDateSchema),
      }),
    ),
  }),
);

const NORMAL_DAY: Intervals = [
  ['08:30', '12:00'],
  ['13:30', '17:30'],
];

/** The notice for 2026, the last one in, is of 2025-11-04. */
const KNOWN_FROM = Date.parse('2025-11-04T00:00:00+08:00');

/** Monday to Friday 08:30–12:00 and 13:30–17:30 in Shanghai, with every day the State Council moved. */
export function chinaCalendar(version = 1): CalendarVersion {
  return {
    calendarId: 'cn',
    version,
    timeZone: 'Asia/Shanghai',
    week: {
      mon: NORMAL_DAY,
      tue: NORMAL_DAY,
      wed: NORMAL_DAY,
      thu: NORMAL_DAY,
      fri: NORMAL_DAY,
      sat: [],
      sun: [],
    },
    exceptions: chinaExceptions(),
    knownThrough: '2026-12-31',
    knownFrom: KNOWN_FROM,
  };
}

function chinaExceptions(): Record<string, CalendarException> {
  const exceptions: Record<string, CalendarException> = {};
  for (const { holidays } of yearsSchema.parse(years)) {
    for (const { name, off, worked } of holidays) {
      for (const [first, last] of off) {
        for (let day = dayOf(first); day <= dayOf(last); day++) {
          exceptions[formatDay(day)] = { kind: 'publicHoliday', name, intervals: [] };
        }
      }
      for (const date of worked) exceptions[date] = { kind: 'makeUpWorkingDay', name, intervals: NORMAL_DAY };
    }
  }
  return exceptions;
}
