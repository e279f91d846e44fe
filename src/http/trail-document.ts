import { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { upcast } from '../../domain/log/upcast.ts';
import { isStaff } from './authentication.ts';
import type { HttpEngine } from './engine-port.ts';
import { type InstantWriter, instantsToText } from './instants.ts';

export const trailQuery = z.strictObject({
  rejections: z.enum(['true', 'false'], 'must be true or false').optional().meta({
    description: 'With `true` also what was tried and rejected, and why.',
  }),
});

const instant = z.string().meta({ format: 'date-time' });
const actorSchema = z.object({
  id: z.uuid(),
  role: z.string(),
  via: z.string(),
  name: z.string().optional().meta({ description: 'For staff: as it is now.' }),
  onBehalfOf: z.uuid().optional(),
});
const entrySchema = z.object({
  revision: z.int(),
  type: z.string(),
  occurredAt: instant.meta({ description: 'When it happened.' }),
  recordedAt: instant.meta({ description: 'When it was written down.' }),
  actor: actorSchema,
  command: z
    .string()
    .optional()
    .meta({ description: 'On the first event of a decision: what was asked for.' }),
  data: z.record(z.string(), z.unknown()),
});
export const trailSchema = z.object({
  id: z.uuid(),
  number: z.string().optional(),
  lifecycle: z.string(),
  entries: z.array(entrySchema),
  rejections: z
    .array(
      z.object({
        command: z.string(),
        reason: z.string(),
        details: z.record(z.string(), z.unknown()),
        decidedOnRevision: z.int(),
        recordedAt: instant,
        actor: actorSchema,
      }),
    )
    .optional(),
});
export type Trail = z.infer<typeof trailSchema>;

interface TrailOptions {
  readonly rejections?: 'true' | 'false' | undefined;
  readonly actor: Actor;
  readonly write: InstantWriter;
}

/** The trail of a case from its stream, `undefined` if there is none. Opened values are not kept anywhere. */
export async function trailDocument(
  engine: HttpEngine,
  lifecycle: AnyLifecycle,
  caseId: string,
  { rejections, actor, write }: TrailOptions,
): Promise<Trail | undefined> {
  const staff = isStaff(actor);
  const stored = await engine.store.readStream(`${lifecycle.category}-${caseId}`);
  if (stored.length === 0) return undefined;
  const tried = rejections === 'true' ? await engine.store.readStream(`rejection-${caseId}`) : undefined;
  const names = staff ? await namesOf(engine, [...stored, ...(tried ?? [])]) : new Map<string, string>();
  const shown = (event: RecordedEvent) => (staff ? engine.sealer.open(event) : event);
  const number = engine.views.numberOf(caseId);
  return {
    id: caseId,
    ...(number === undefined ? {} : { number }),
    lifecycle: lifecycle.name,
    entries: stored.map(event => entryOf(shown(event), lifecycle, names, write)),
    ...(tried === undefined ? {} : { rejections: tried.map(event => rejectionOf(event, names, write)) }),
  };
}

function entryOf(
  event: RecordedEvent,
  lifecycle: AnyLifecycle,
  names: ReadonlyMap<string, string>,
  write: InstantWriter,
): Trail['entries'][number] {
  const { metadata } = event;
  const current = upcast(event, lifecycle.events);
  return {
    revision: event.revision,
    type: event.type,
    occurredAt: write(metadata.occurredAt),
    recordedAt: write(metadata.recordedAt),
    actor: actorOf(event, names),
    ...(metadata.command === undefined ? {} : { command: metadata.command.type }),
    data: Object(instantsToText(current.outcome === 'current' ? current.data : event.data, write)),
  };
}

function rejectionOf(
  event: RecordedEvent,
  names: ReadonlyMap<string, string>,
  write: InstantWriter,
): NonNullable<Trail['rejections']>[number] {
  const { command, reason, details, decidedOnRevision } = event.data;
  return {
    command: String(command),
    reason: String(reason),
    details: Object(instantsToText(details, write)),
    decidedOnRevision: Number(decidedOnRevision),
    recordedAt: write(event.metadata.recordedAt),
    actor: actorOf(event, names),
  };
}

function actorOf(
  { metadata }: RecordedEvent,
  names: ReadonlyMap<string, string>,
): z.infer<typeof actorSchema> {
  const { id, role, via, onBehalfOf } = metadata.actor;
  const name = names.get(id);
  return {
    id,
    role,
    via,
    ...(name === undefined ? {} : { name }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  };
}

/** The names of those who acted, read once each. Timers and workflows have none. */
export async function namesOf(
  { people }: HttpEngine,
  events: readonly RecordedEvent[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(
    events.filter(event => event.metadata.actor.role !== 'system').map(event => event.metadata.actor.id),
  );
  const names = new Map<string, string>();
  for (const id of ids) {
    const person = await people.readUser(id);
    if (person !== undefined) names.set(id, person.name);
  }
  return names;
}
