import { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { upcast } from '../../domain/log/upcast.ts';
import { resultOf } from '../../domain/sla/clock.ts';
import { type SlaEvent, slaEvents } from '../../domain/sla/events.ts';
import { explainPromise } from '../../domain/sla/explain-promise.ts';
import { type ClockEntry, promiseHistories, type WrittenSlaEvent } from '../../domain/sla/promise-history.ts';
import { isStaff } from './authentication.ts';
import { clockSchema } from './case-document.ts';
import type { HttpEngine } from './engine-port.ts';
import { type InstantWriter, instantsToText, instantWriter } from './instants.ts';
import { namesOf } from './trail-document.ts';

const instant = z.string().meta({ format: 'date-time' });
const actSchema = z.object({
  command: z.string(),
  actor: z.object({
    id: z.uuid(),
    role: z.string(),
    via: z.string(),
    name: z.string().optional().meta({ description: 'For staff: as it is now.' }),
    onBehalfOf: z.uuid().optional(),
  }),
});
const reasonSchema = z.object({
  kind: z.string().meta({
    description:
      'Counts: `aroundTheClock`, `openHours`, `workingDay`, `makeUpWorkingDay`. Does not: `night`, `break`, `weekend`, `publicHoliday`, `companyShutdown`, `paused`, `receiptDay`, `begun` (the working day in whose middle the counting begins).',
  }),
  name: z
    .string()
    .optional()
    .meta({ description: "The calendar's name for the date; of a pause its reason." }),
});
const daySchema = z.object({ date: z.string(), number: z.int().optional(), why: reasonSchema });

const reckoningSchema = z.object({
  countsFrom: instant,
  owed: z.object({
    ms: z.int(),
    setBy: z.string().meta({ description: '`target`, or the change that set the deadline anew.' }),
  }),
  stretches: z
    .array(z.object({ from: instant, to: instant, ms: z.int(), counted: z.boolean(), why: reasonSchema }))
    .meta({
      description: 'Every stretch of time from the start to the due instant, without gap or overlap.',
    }),
  stretchesLeftOut: z.int(),
  countedMs: z.int().meta({ description: '`countedMs` + `leftMs` = `owed.ms` + `beyondMs`' }),
  leftMs: z.int().meta({ description: 'Of a clock that stands still.' }),
  beyondMs: z.int().meta({
    description: 'A newer calendar gave time back in a pause, which makes no deadline earlier than it was.',
  }),
  days: z.array(daySchema).optional().meta({
    description: 'Of a target in working days: each date from the start, the counted ones numbered.',
  }),
  months: z
    .object({
      anchorDate: z.string(),
      months: z.int(),
      date: z.string(),
      rolledDate: z.string(),
      skipped: z.array(daySchema),
    })
    .optional(),
  bound: z.object({ kind: z.enum(['notLaterThan', 'notBefore']), unboundDueAt: instant }).optional(),
  dueIfResumedAt: instant.optional(),
  warnings: z.array(
    z.object({
      threshold: z.union([z.number(), z.literal('closedTime')]),
      at: instant,
      givenAt: instant.optional(),
    }),
  ),
});

export const promisesSchema = z.object({
  id: z.uuid(),
  number: z.string().optional(),
  lifecycle: z.string(),
  promises: z.array(
    clockSchema
      .pick({ clock: true, cycle: true, status: true, result: true, target: true, startedAt: true })
      .extend({
        startedBy: actSchema,
        opensAt: instant.optional(),
        dueAt: instant.meta({ description: "In the calendar's zone." }),
        provisional: z.boolean(),
        policyVersion: z.int(),
        calendar: z.object({ id: z.string(), version: z.int(), timeZone: z.string() }),
        reckoning: reckoningSchema,
        happened: z.array(
          actSchema.extend({
            type: z.string(),
            occurredAt: instant,
            recordedAt: instant,
            details: z.record(z.string(), z.unknown()),
          }),
        ),
      }),
  ),
});
export type Promises = z.infer<typeof promisesSchema>;

/** Every promise of a case explained from its stream, `undefined` if there is none. Instants are in each calendar's zone. */
export async function promisesDocument(
  engine: HttpEngine,
  lifecycle: AnyLifecycle,
  caseId: string,
  actor: Actor,
): Promise<Promises | undefined> {
  const stored = await engine.store.readStream(`${lifecycle.category}-${caseId}`);
  if (stored.length === 0) return undefined;
  const names = isStaff(actor) ? await namesOf(engine, stored) : new Map<string, string>();
  const number = engine.views.numberOf(caseId);
  const calendarOf = (ref: { id: string; version: number }) => engine.policies.calendarOf(ref);
  const act = ({ actor: by, command }: Pick<ClockEntry, 'actor' | 'command'>) => {
    const name = names.get(by.id);
    return { command, actor: name === undefined ? by : { ...by, name } };
  };
  const promises = promiseHistories(slaEventsOf(stored)).flatMap(history => {
    const { clock, entries } = history;
    const [started] = entries;
    if (started === undefined) return [];
    const { schedule } = clock;
    const calendar = calendarOf(schedule.calendar);
    const write = instantWriter(calendar.timeZone);
    return {
      clock: clock.clock,
      cycle: clock.cycle,
      status: clock.status,
      result: resultOf(clock),
      target: clock.target,
      startedAt: write(clock.startedAt),
      startedBy: act(started),
      ...(schedule.opensAt === undefined ? {} : { opensAt: write(schedule.opensAt) }),
      dueAt: write(schedule.dueAt),
      provisional: schedule.provisional,
      policyVersion: schedule.policyVersion,
      calendar: { ...schedule.calendar, timeZone: calendar.timeZone },
      reckoning: reckoningDocument(explainPromise(history, calendarOf, engine.clock.now()), write),
      happened: entries.map(entry => ({
        ...act(entry),
        type: entry.type,
        occurredAt: write(entry.occurredAt),
        recordedAt: write(entry.recordedAt),
        details: detailsOf(entry, write),
      })),
    };
  });
  return { id: caseId, ...(number === undefined ? {} : { number }), lifecycle: lifecycle.name, promises };
}

function slaEventsOf(stored: readonly RecordedEvent[]): WrittenSlaEvent[] {
  const commands = new Map<string, string>();
  return stored.flatMap(event => {
    const { metadata, revision } = event;
    if (metadata.command !== undefined) commands.set(metadata.commandId, metadata.command.type);
    const current = upcast(event, slaEvents);
    if (current.outcome === 'unknown') return [];
    const { occurredAt, decidedAt, recordedAt, commandId, actor } = metadata;
    return {
      // Sound: its data has passed the schema of its type, when it was written or in the upcaster.
      ...({ type: event.type, data: current.data, occurredAt } as unknown as SlaEvent),
      revision,
      commandId,
      actorId: actor.id,
      decidedAt,
      recordedAt,
      actor,
      command: commands.get(commandId) ?? '',
    };
  });
}

function reckoningDocument(
  reckoning: ReturnType<typeof explainPromise>,
  write: InstantWriter,
): z.infer<typeof reckoningSchema> {
  const { countsFrom, stretches, bound, dueIfResumedAt, warnings, days, months, ...figures } = reckoning;
  return {
    ...figures,
    countsFrom: write(countsFrom),
    stretches: stretches.map(({ from, to, counted, why }) => ({
      from: write(from),
      to: write(to),
      ms: to - from,
      counted,
      why,
    })),
    ...(days === undefined ? {} : { days: [...days] }),
    ...(months === undefined ? {} : { months: { ...months, skipped: [...months.skipped] } }),
    ...(bound === undefined ? {} : { bound: { ...bound, unboundDueAt: write(bound.unboundDueAt) } }),
    ...(dueIfResumedAt === undefined ? {} : { dueIfResumedAt: write(dueIfResumedAt) }),
    warnings: warnings.map(({ threshold, at, givenAt }) => ({
      threshold,
      at: write(at),
      ...(givenAt === undefined ? {} : { givenAt: write(givenAt) }),
    })),
  };
}

/** What an entry adds to the promise's own fields; free text stays in the trail. */
function detailsOf(entry: ClockEntry, write: InstantWriter): Record<string, unknown> {
  const {
    clock: _clock,
    cycle: _cycle,
    schedule,
    evidence: _text,
    warningsLeft: _left,
    ...rest
  }: Record<string, unknown> & { schedule?: { dueAt: number } } = entry.data;
  const due = schedule === undefined ? {} : { dueAt: schedule.dueAt };
  return Object(instantsToText({ ...due, ...rest }, write));
}
