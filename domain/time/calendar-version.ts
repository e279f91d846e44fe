import { z } from 'zod';
import { HORIZON_FROM, HORIZON_FROM_DAY, HORIZON_TO, HORIZON_TO_DAY } from './horizon.ts';
import { parseDate } from './local-date.ts';
import { isTimeZone } from './time-zone.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const EXCEPTION_KINDS = ['publicHoliday', 'companyShutdown', 'makeUpWorkingDay', 'other'] as const;

/** A date that exists, `YYYY-MM-DD`, in the years that calendars are worked out for. */
export const localDateSchema = z
  .string()
  .superRefine((text, ctx) => {
    const problem = dateProblem(text);
    if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem });
  })
  .meta({ format: 'date' });

function dateProblem(text: string): string | undefined {
  const day = parseDate(text);
  if (day === undefined) return `${JSON.stringify(text)} is no date that exists, YYYY-MM-DD`;
  return day < HORIZON_FROM_DAY || day >= HORIZON_TO_DAY
    ? `${text} lies outside the years from ${HORIZON_FROM} to ${HORIZON_TO}`
    : undefined;
}

const openSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time from 00:00 to 23:59');
const closeSchema = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time from 00:00 to 24:00');

/** `[open, close)` in local time. */
const intervalSchema = z.tuple([openSchema, closeSchema]).readonly();

/** More openings in one day than any shift plan has. */
const MOST_INTERVALS = 24;
/** Days apart from the week that one calendar lists: some eighty years of China's. */
export const MOST_EXCEPTIONS = 3_000;

/** Sorted, disjoint, each inside the day; they may touch. `HH:MM` sorts as text. */
export const intervalsSchema = z
  .array(intervalSchema)
  .max(MOST_INTERVALS, `must be at most ${MOST_INTERVALS} intervals a day`)
  .readonly()
  .superRefine((intervals, ctx) => {
    for (const [i, [open, close]] of intervals.entries()) {
      const before = intervals[i - 1];
      if (open >= close) {
        ctx.addIssue({
          code: 'custom',
          path: [i],
          message: `closes at ${close}, not after it opens at ${open}`,
        });
      } else if (before && open < before[0]) {
        ctx.addIssue({
          code: 'custom',
          path: [i],
          message: `out of order: ${open} comes after ${before[0]}`,
        });
      } else if (before && open < before[1]) {
        ctx.addIssue({
          code: 'custom',
          path: [i],
          message: `overlaps the interval before: opens at ${open}, before its close at ${before[1]}`,
        });
      }
    }
  });
export type Intervals = z.infer<typeof intervalsSchema>;

/** A date on which the week does not hold. */
export const calendarExceptionSchema = z
  .object({
    kind: z.enum(EXCEPTION_KINDS),
    name: z.string().trim().min(1).max(100),
    intervals: intervalsSchema,
  })
  .superRefine(({ kind, name, intervals }, ctx) => {
    if (kind === 'publicHoliday' && intervals.length > 0) {
      ctx.addIssue({
        code: 'custom',
        path: ['intervals'],
        message: `a public holiday (${name}) has no working time`,
      });
    }
    if (kind === 'makeUpWorkingDay' && intervals.length === 0) {
      ctx.addIssue({
        code: 'custom',
        path: ['intervals'],
        message: `a make-up working day (${name}) needs working time`,
      });
    }
  });
export type CalendarException = z.infer<typeof calendarExceptionSchema>;

/** By local date. zod's own word on a wrong key ("Invalid key in record") would not say why. */
const exceptionsSchema = z.record(z.string(), calendarExceptionSchema).superRefine((exceptions, ctx) => {
  const dates = Object.keys(exceptions);
  if (dates.length > MOST_EXCEPTIONS) {
    ctx.addIssue({ code: 'custom', message: `lists ${dates.length} days, more than ${MOST_EXCEPTIONS}` });
    return;
  }
  for (const date of dates) {
    const problem = dateProblem(date);
    if (problem !== undefined) ctx.addIssue({ code: 'custom', path: [date], message: problem });
  }
});

export const calendarIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'must be letters, digits, dots or dashes');

const content = {
  calendarId: calendarIdSchema,
  timeZone: z.string().max(60).refine(isTimeZone, { error: 'is no IANA time zone' }),
  week: z.strictObject({
    mon: intervalsSchema,
    tue: intervalsSchema,
    wed: intervalsSchema,
    thu: intervalsSchema,
    fri: intervalsSchema,
    sat: intervalsSchema,
    sun: intervalsSchema,
  }),
  exceptions: exceptionsSchema,
  knownThrough: localDateSchema,
};

const wholeSchema = z.object(content);
type Whole = z.infer<typeof wholeSchema>;

function checkWhole(
  { week, exceptions, knownThrough }: Pick<Whole, 'week' | 'exceptions' | 'knownThrough'>,
  ctx: z.RefinementCtx,
): void {
  if (WEEKDAYS.every(weekday => week[weekday].length === 0)) {
    ctx.addIssue({
      code: 'custom',
      path: ['week'],
      message: 'has no working time: nothing would ever fall due',
    });
  }
  for (const date of Object.keys(exceptions)) {
    if (date > knownThrough) {
      ctx.addIssue({
        code: 'custom',
        path: ['exceptions', date],
        message: `lies after knownThrough (${knownThrough}), where the week alone holds`,
      });
    }
  }
}

/** What a calendar says, before it is published as a version. Local times and dates are in `timeZone`. */
export const calendarContentSchema = wholeSchema.superRefine(checkWhole);
export type CalendarContent = z.infer<typeof calendarContentSchema>;

/**
 * One published state of a working calendar. `knownFrom` is the instant (epoch ms) at which this state became
 * known; past `knownThrough` the week alone holds.
 */
export const calendarVersionSchema = z
  .object({ ...content, version: z.int().min(1), knownFrom: z.int().min(0).max(8.64e15) })
  .superRefine(checkWhole);
export type CalendarVersion = z.infer<typeof calendarVersionSchema>;
