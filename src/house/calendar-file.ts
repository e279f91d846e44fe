import { z } from 'zod';
import {
  type CalendarVersion,
  calendarIdSchema,
  type Intervals,
  intervalsSchema,
  localDateSchema,
} from '../../domain/time/calendar-version.ts';
import { isTimeZone } from '../../domain/time/time-zone.ts';
import { problemsOf, type TextProblem } from '../text-problem.ts';
import { readYaml } from '../yaml-text.ts';
import {
  type CalendarFile,
  datesOf,
  knownThroughOf,
  mergedDays,
  normalHours,
  oneWordADay,
  type ToldDay,
  wholeCalendar,
} from './calendar-days.ts';

/** `08:30-12:00` as an interval; anything else is told with its place. */
const hoursSchema = z.array(z.string().max(40)).transform((texts, ctx): Intervals => {
  const intervals = texts.map((text, at): [string, string] => {
    const [, open, close] = /^(\d\d:\d\d)\s*-\s*(\d\d:\d\d)$/.exec(text) ?? [];
    if (open !== undefined && close !== undefined) return [open, close];
    ctx.addIssue({ code: 'custom', path: [at], message: 'must be two times, as 08:30-12:00' });
    return ['00:00', '24:00'];
  });
  if (ctx.issues.length > 0) return [];
  const parsed = intervalsSchema.safeParse(intervals);
  for (const { path, message } of parsed.error?.issues ?? []) {
    ctx.addIssue({ code: 'custom', path: path.slice(0, 1), message });
  }
  return intervals;
});

const datesSchema = z.array(z.string().max(40)).max(400);

const daysSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    kind: z.enum(['publicHoliday', 'companyShutdown', 'other']).default('publicHoliday'),
    closed: datesSchema.default([]),
    /** Make-up working days of a holiday or shutdown; of `other` days with hours of their own. */
    worked: datesSchema.default([]),
    /** Of the days worked; a whole normal day, if not given. */
    hours: hoursSchema.optional(),
  })
  .superRefine(({ closed, worked, hours }, ctx) => {
    if (closed.length + worked.length === 0)
      ctx.addIssue({ code: 'custom', message: 'names no day: give closed or worked' });
    if (hours !== undefined && worked.length === 0)
      ctx.addIssue({ code: 'custom', path: ['hours'], message: 'is for days worked, and there are none' });
    if (hours?.length === 0)
      ctx.addIssue({ code: 'custom', path: ['hours'], message: 'a day worked needs working time' });
  });

/** A calendar as people write it (docs/calendars-and-policies.md). */
const fileSchema = z.strictObject({
  calendar: calendarIdSchema,
  timeZone: z.string().max(60).refine(isTimeZone, { error: 'is no IANA time zone' }).optional(),
  knownThrough: localDateSchema.optional(),
  /** The years that the file tells whole; all others stay as they are in force. */
  years: z.array(z.int().min(1960).max(2199)).min(1).max(240).optional(),
  week: z
    .strictObject({
      mon: hoursSchema,
      tue: hoursSchema,
      wed: hoursSchema,
      thu: hoursSchema,
      fri: hoursSchema,
      sat: hoursSchema,
      sun: hoursSchema,
    })
    .optional(),
  days: z.array(daysSchema).max(3_000).default([]),
});

/**
 * Reads a calendar in YAML or JSON. With `years` it tells those alone: the rest is taken over from the newest version.
 * @param newest of the calendar that the file names; `undefined` when it has none yet
 */
export function readCalendarFile(
  text: string,
  newest: (calendarId: string) => CalendarVersion | undefined,
): CalendarFile {
  const read = readYaml(text);
  if (read.outcome === 'refused') return read;
  const at = (path: readonly string[], message: string): TextProblem => {
    const line = read.lineOf(path);
    return { path, message, ...(line === undefined ? {} : { line }) };
  };
  const parsed = fileSchema.safeParse(read.value);
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap(issue => problemsOf(issue));
    return { outcome: 'refused', problems: found.map(({ path, message }) => at(path, message)) };
  }

  const file = parsed.data;
  const base = newest(file.calendar);
  const { timeZone, week } = file.years === undefined ? file : { ...base, ...defined(file) };
  const knownThrough = knownThroughOf(file.knownThrough, base, file.years);
  const missing: TextProblem[] = [];
  if (file.years !== undefined && base === undefined)
    missing.push(at(['years'], `${file.calendar} has no version yet that other years could be taken from`));
  if (timeZone === undefined) missing.push(at([], 'timeZone: is needed, as Asia/Shanghai'));
  if (week === undefined) missing.push(at([], 'week: is needed, mon to sun'));
  if (knownThrough === undefined)
    missing.push(at([], 'knownThrough: is needed: the last day that is known, as 2027-12-31'));
  if (timeZone === undefined || week === undefined || knownThrough === undefined || missing.length > 0)
    return { outcome: 'refused', problems: missing };

  const problems: TextProblem[] = [];
  const normal = normalHours(week);
  const told = file.days.flatMap(({ name, kind, closed, worked, hours = normal }, entry) => {
    const workedKind = kind === 'other' ? kind : 'makeUpWorkingDay';
    const days = (list: readonly string[], field: string, exception: ToldDay['exception']): ToldDay[] =>
      list.flatMap((text, index) => {
        const path = ['days', String(entry), field, String(index)];
        const dates = datesOf(text);
        if (typeof dates === 'string') problems.push(at(path, dates));
        const line = read.lineOf(path);
        return typeof dates === 'string'
          ? []
          : dates.map(date => ({ date, exception, path, ...(line === undefined ? {} : { line }) }));
      });
    return [
      ...days(closed, 'closed', { kind, name, intervals: [] }),
      ...days(worked, 'worked', { kind: workedKind, name, intervals: hours }),
    ];
  });
  const single = oneWordADay(told, false);
  problems.push(...single.problems);
  if (problems.length > 0) return { outcome: 'refused', problems };

  const exceptions = mergedDays(base, file.years, single.days);
  const content = { calendarId: file.calendar, timeZone, week, exceptions, knownThrough };
  const whole = wholeCalendar(content, single.days, read.lineOf);
  if (whole.outcome === 'refused') return whole;
  const basedOn = file.years === undefined || base === undefined ? {} : { basedOn: base.version };
  return { ...whole, ...basedOn, notes: [] };
}

/** Without the keys that hold `undefined`: those are taken over. */
function defined({
  timeZone,
  week,
}: Pick<z.infer<typeof fileSchema>, 'timeZone' | 'week'>): Partial<
  Pick<CalendarVersion, 'timeZone' | 'week'>
> {
  return { ...(timeZone === undefined ? {} : { timeZone }), ...(week === undefined ? {} : { week }) };
}
