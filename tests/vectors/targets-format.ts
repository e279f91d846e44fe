import { z } from 'zod';
import {
  type CalendarVersion,
  calendarExceptionSchema,
  calendarVersionSchema,
  compileCalendar,
  intervalsSchema,
  localDateSchema,
  type WorkingCalendar,
} from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import {
  type Anchor,
  afterPause,
  allowanceMs,
  dueOf,
  type Target,
  targetSchema,
  warningAt,
} from '../../domain/time/target.ts';
import { attempt, type Judged } from './expectation.ts';

/** RFC 3339 in, epoch milliseconds inside. */
const instant = z.iso.datetime({ offset: true }).transform(text => Date.parse(text));
const calendarId = z.string();
const common = { id: z.string(), calendar: calendarId };

const calendarSchema = z.object({
  timeZone: z.string(),
  week: calendarVersionSchema.shape.week,
  /** Intervals alone, or, where the kind matters, a whole exception. */
  exceptions: z.record(localDateSchema, z.union([intervalsSchema, calendarExceptionSchema])),
  knownThrough: localDateSchema,
});

/** How each kind's vectors are written: what goes in, and the instants and figures to come out. */
const vectorSchemas = {
  elapsed: z.object({
    id: z.string(),
    calendar: calendarId.optional(),
    start: instant,
    duration: z.string(),
    except: z.literal('publicHolidays').optional(),
    due: instant,
  }),
  workingTime: z.object({
    ...common,
    start: instant,
    durationMinutes: z.number().optional(),
    durationSeconds: z.number().optional(),
    due: instant,
  }),
  workingDays: z.object({
    ...common,
    start: instant,
    count: z.int(),
    countFrom: z.enum(['receipt', 'nextDay']),
    due: instant,
  }),
  before: z.object({ ...common, start: instant, anchor: localDateSchema, due: instant }),
  calendarMonths: z.object({
    ...common,
    anchor: localDateSchema,
    count: z.int(),
    roll: z.string(),
    windowWorkingDays: z.int(),
    date: localDateSchema,
    opensAt: instant,
    dueAt: instant,
  }),
  pause: z.object({
    ...common,
    target: targetSchema,
    start: instant,
    pauses: z.array(z.object({ from: instant, to: instant })),
    dueWithoutPause: instant,
    due: instant,
  }),
  warn: z.object({
    ...common,
    target: targetSchema,
    start: instant,
    fractions: z.array(z.number()),
    due: instant,
    allowanceMs: z.int(),
    warnAt: z.array(instant),
  }),
  provisional: z.object({
    ...common,
    target: targetSchema,
    start: instant.optional(),
    anchor: localDateSchema.optional(),
    date: localDateSchema.optional(),
    opensAt: instant.optional(),
    due: instant,
    provisional: z.boolean(),
  }),
};
type Kind = keyof typeof vectorSchemas;
type Vector<K extends Kind> = z.infer<(typeof vectorSchemas)[K]>;

export const targetsFileSchema = z.object({
  calendars: z.record(calendarId, calendarSchema),
  /** Any of the kinds, none unknown: a kind that is not judged must not look as if it had passed. */
  vectors: z.strictObject({
    elapsed: z.array(vectorSchemas.elapsed).default([]),
    workingTime: z.array(vectorSchemas.workingTime).default([]),
    workingDays: z.array(vectorSchemas.workingDays).default([]),
    before: z.array(vectorSchemas.before).default([]),
    calendarMonths: z.array(vectorSchemas.calendarMonths).default([]),
    pause: z.array(vectorSchemas.pause).default([]),
    warn: z.array(vectorSchemas.warn).default([]),
    provisional: z.array(vectorSchemas.provisional).default([]),
  }),
});

/** Judges a file in the format of `targets.json`. */
export function* judgeTargets(file: z.infer<typeof targetsFileSchema>): Generator<Judged> {
  const calendars = new Map(
    Object.entries(file.calendars).map(([id, calendar]) => [
      id,
      compileCalendar(calendarVersion(id, calendar)),
    ]),
  );
  const calendar = (id: string): WorkingCalendar => {
    const found = calendars.get(id);
    if (!found) throw new Error(`there is no calendar ${id} in the file`);
    return found;
  };
  const { vectors } = file;
  // Plain elapsed targets name no calendar, as they use none.
  const anyCalendar = compileCalendar(chinaCalendar());

  for (const v of vectors.elapsed) {
    const target = targetSchema.parse({
      kind: 'elapsed',
      duration: v.duration,
      ...(v.except && { except: v.except }),
    });
    const on = v.calendar === undefined ? anyCalendar : calendar(v.calendar);
    yield judge('elapsed', v.id, { due: v.due }, () => ({ due: dueOf(target, v.start, on).dueAt }));
  }
  for (const v of vectors.workingTime) {
    const seconds = (v.durationSeconds ?? 0) + (v.durationMinutes ?? 0) * 60;
    const target: Target = { kind: 'workingTime', duration: `PT${seconds}S` };
    yield judge('workingTime', v.id, { due: v.due }, () => ({
      due: dueOf(target, v.start, calendar(v.calendar)).dueAt,
    }));
  }
  for (const v of vectors.workingDays) {
    const target: Target = { kind: 'workingDays', count: v.count, countFrom: v.countFrom };
    yield judge('workingDays', v.id, { due: v.due }, () => ({
      due: dueOf(target, v.start, calendar(v.calendar)).dueAt,
    }));
  }
  for (const v of vectors.before) {
    yield judge('before', v.id, { due: v.due }, () => ({
      due: dueOf({ kind: 'before' }, v.start, calendar(v.calendar), { date: v.anchor }).dueAt,
    }));
  }
  for (const v of vectors.calendarMonths) yield judgeMonths(v, calendar);
  for (const v of vectors.pause) yield judgePause(v, calendar);
  for (const v of vectors.warn) yield judgeWarnings(v, calendar);
  for (const v of vectors.provisional) yield judgeProvisional(v, calendar);
}

type Calendars = (id: string) => WorkingCalendar;

function judgeMonths(v: Vector<'calendarMonths'>, calendar: Calendars): Judged {
  const { date, opensAt, dueAt } = v;
  return judge('calendarMonths', v.id, { date, opensAt, dueAt }, () => {
    const target = targetSchema.parse({
      kind: 'calendarMonths',
      count: v.count,
      roll: v.roll,
      windowWorkingDays: v.windowWorkingDays,
    });
    const due = dueOf(target, 0, calendar(v.calendar), { date: v.anchor });
    return { date: due.date, opensAt: due.opensAt, dueAt: due.dueAt };
  });
}

function judgePause(v: Vector<'pause'>, calendar: Calendars): Judged {
  return judge('pause', v.id, { dueWithoutPause: v.dueWithoutPause, due: v.due }, () => {
    const on = calendar(v.calendar);
    const dueWithoutPause = dueOf(v.target, v.start, on).dueAt;
    const due = v.pauses.reduce(
      (at, pause) => afterPause(v.target, at, pause.from, pause.to, on),
      dueWithoutPause,
    );
    return { dueWithoutPause, due };
  });
}

function judgeWarnings(v: Vector<'warn'>, calendar: Calendars): Judged {
  const { due, warnAt } = v;
  return judge('warn', v.id, { due, allowanceMs: v.allowanceMs, warnAt }, () => {
    const on = calendar(v.calendar);
    const { dueAt } = dueOf(v.target, v.start, on);
    return {
      due: dueAt,
      allowanceMs: allowanceMs(v.target, v.start, dueAt, on),
      warnAt: v.fractions.map(fraction => warningAt(v.target, v.start, dueAt, fraction, on)),
    };
  });
}

function judgeProvisional(v: Vector<'provisional'>, calendar: Calendars): Judged {
  const { due, provisional, date, opensAt } = v;
  return judge('provisional', v.id, { due, provisional, date, opensAt }, () => {
    const anchor: Anchor | undefined = v.anchor === undefined ? undefined : { date: v.anchor };
    const found = dueOf(v.target, v.start ?? 0, calendar(v.calendar), anchor);
    return {
      due: found.dueAt,
      provisional: found.provisional,
      date: date === undefined ? undefined : found.date,
      opensAt: opensAt === undefined ? undefined : found.opensAt,
    };
  });
}

function judge(kind: Kind, id: string, expected: unknown, evaluate: () => unknown): Judged {
  return { kind, id, expected, actual: attempt(evaluate) };
}

function calendarVersion(id: string, file: z.infer<typeof calendarSchema>): CalendarVersion {
  const exceptions = Object.entries(file.exceptions)
    // Past knownThrough the week alone is used; the schema would reject them.
    .filter(([date]) => date <= file.knownThrough)
    .map(([date, exception]) => [
      date,
      'kind' in exception ? exception : { kind: 'other', name: 'exception', intervals: exception },
    ]);
  return calendarVersionSchema.parse({
    calendarId: id,
    version: 1,
    timeZone: file.timeZone,
    week: file.week,
    exceptions: Object.fromEntries(exceptions),
    knownThrough: file.knownThrough,
    knownFrom: 0,
  });
}
