import { z } from 'zod';

/**
 * The envelope of one event, as it is stored and hashed (docs/decisions/0001-log-format.md).
 * Instants are UTC epoch milliseconds.
 */
export const instantSchema = z.int().min(0).max(8.64e15).meta({ id: 'Instant' });
export const uuidSchema = z.uuid().lowercase();
/** `<category>-<uuid>`, the category in camelCase. */
export const streamIdSchema = z
  .string()
  .max(100)
  .regex(
    /^[a-z][A-Za-z0-9]*-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'must be <category>-<uuid>',
  );

export const VIA = ['http', 'cli', 'import', 'timer', 'workflow', 'integration'] as const;
export const viaSchema = z.enum(VIA);
export type Via = z.infer<typeof viaSchema>;

/** Who gave the command: ids only, never a name. */
export const actorStampSchema = z.object({
  id: uuidSchema,
  role: z.string().min(1).max(40),
  via: viaSchema,
  onBehalfOf: uuidSchema.optional(),
});
export type ActorStamp = z.infer<typeof actorStampSchema>;

export const journalledCommandSchema = z.object({ type: z.string(), data: z.json() });

export const metadataSchema = z.object({
  /** When the fact happened. */
  occurredAt: instantSchema,
  /** The `now` that was given to `decide`; historical in an import. */
  decidedAt: instantSchema,
  /** The wall clock at writing, always true, never earlier than that of the stream's event before. */
  recordedAt: instantSchema,
  actor: actorStampSchema,
  commandId: uuidSchema,
  correlationId: uuidSchema,
  causationId: uuidSchema.optional(),
  traceparent: z.string().max(100).optional(),
  policyVersion: z.int().min(1).optional(),
  calendarVersion: z.int().min(1).optional(),
  deciderVersion: z.int().min(1),
  importId: uuidSchema.optional(),
  /** On the first event of a decision and on a rejection: the whole command, personal fields sealed. */
  command: journalledCommandSchema.optional(),
  /** What the decision used that is not in the stream itself. */
  context: z.json().optional(),
  /** HMAC-SHA-256 (hex) of the canonical command under a key of the case. */
  bodyMac: z.string().length(64).optional(),
});
export type Metadata = z.infer<typeof metadataSchema>;

/** All personal fields of one event and one subject: AES-256-GCM, base64. */
export const sealedBlockSchema = z.object({
  keyId: uuidSchema,
  subject: uuidSchema,
  box: z.base64(),
});
export type SealedBlock = z.infer<typeof sealedBlockSchema>;

export const storedEventSchema = z.object({
  eventId: uuidSchema,
  streamId: streamIdSchema,
  revision: z.int().min(0),
  type: z.string().regex(/^[A-Z][A-Za-z0-9]{0,79}$/),
  schemaVersion: z.int().min(1),
  data: z.record(z.string(), z.json()),
  sealed: z.array(sealedBlockSchema),
  metadata: metadataSchema,
});
export type StoredEvent = z.infer<typeof storedEventSchema>;

/** An event read from a log, with its place in the whole log (see `Position`). */
export interface RecordedEvent extends StoredEvent {
  readonly position: Position;
}

/**
 * The place of an event in one log: fixed-width, so that plain string comparison is log order.
 * Opaque outside the store, and never stored in an event.
 */
export type Position = string;

/** `complaint-0190…` → `complaint`. */
export function categoryOf(streamId: string): string {
  return streamId.slice(0, streamId.indexOf('-'));
}

/** `complaint-0190…` → `0190…`. */
export function uuidOf(streamId: string): string {
  return streamId.slice(streamId.indexOf('-') + 1);
}
