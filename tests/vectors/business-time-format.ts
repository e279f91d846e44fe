import { z } from 'zod';
import {
  type CalendarVersion,
  calendarVersionSchema,
  compileCalendar,
  type Intervals,
  localDateSchema,
} from '../../domain/time/calendar.ts';
import { dueOf } from '../../domain/time/target.ts';
import { attempt, type Judged } from './expectation.ts';

const instant = z.iso.datetime({ offset: true }).transform(text => Date.parse(text));

const calendarSchema = z.object({
  zone: z.string(),
  /** Opening to close, the same on every working day. */
  segments: z.record(z.string(), z.string()),
  days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])),
  holidays: z.array(localDateSchema),
  makeup_days: z.array(localDateSchema),
});

export const businessTimeFileSchema = z.object({
  calendars: z.record(z.string(), calendarSchema),
  vectors: z.array(
    z.object({
      cal: z.string(),
      start: instant,
      minutes: z.int(),
      due_at_close: instant,
      until: instant,
      elapsed_s: z.int(),
    }),
  ),
});

/** Judges a file in the format of `business-time.json`: two expectations a vector. */
export function* judgeBusinessTime(file: z.infer<typeof businessTimeFileSchema>): Generator<Judged> {
  const calendars = new Map(
    Object.entries(file.calendars).map(([id, calendar]) => [
      id,
      compileCalendar(calendarVersion(id, calendar)),
    ]),
  );
  for (const [i, v] of file.vectors.entries()) {
    const id = `#${i} ${v.cal}`;
    const calendar = calendars.get(v.cal);
    if (!calendar) throw new Error(`vector ${id}: there is no such calendar in the file`);
    yield {
      kind: 'due_at_close',
      id,
      expected: v.due_at_close,
      actual: attempt(
        () => dueOf({ kind: 'workingTime', duration: `PT${v.minutes}M` }, v.start, calendar).dueAt,
      ),
    };
    yield {
      kind: 'elapsed_s',
      id,
      expected: v.elapsed_s * 1000,
      actual: attempt(() => calendar.workingMsBetween(v.start, v.until)),
    };
  }
}

function calendarVersion(id: string, file: z.infer<typeof calendarSchema>): CalendarVersion {
  const intervals: Intervals = Object.entries(file.segments).sort(([a], [b]) => (a < b ? -1 : 1));
  const day = (name: (typeof file.days)[number]) => (file.days.includes(name) ? intervals : []);
  return calendarVersionSchema.parse({
    calendarId: id,
    version: 1,
    timeZone: file.zone,
    week: {
      mon: day('mon'),
      tue: day('tue'),
      wed: day('wed'),
      thu: day('thu'),
      fri: day('fri'),
      sat: day('sat'),
      sun: day('sun'),
    },
    exceptions: Object.fromEntries([
      ...file.holidays.map(date => [date, { kind: 'publicHoliday', name: 'holiday', intervals: [] }]),
      ...file.makeup_days.map(date => [date, { kind: 'makeUpWorkingDay', name: 'make-up day', intervals }]),
    ]),
    knownThrough: '2199-12-31',
    knownFrom: 0,
  });
}
