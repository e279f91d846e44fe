import { streamIdSchema } from '../../domain/log/envelope.ts';
import { canonicalJson } from './canonical-json.ts';
import { AppendTooLargeError, MAX_APPEND_BYTES, type NewEvent } from './event-store.ts';

/** An append checked and written out: what every store keeps byte for byte. */
export interface EncodedAppend {
  readonly streamId: string;
  readonly expectedRevision: number;
  readonly eventIds: readonly string[];
  readonly types: readonly string[];
  /** Canonical JSON of each whole envelope. */
  readonly bodies: readonly string[];
  /** All bodies together, in bytes of UTF-8 or somewhat more. */
  readonly bytes: number;
}

/**
 * Events of one append with stream and revisions put in, as canonical JSON.
 * @throws AppendTooLargeError beyond MAX_APPEND_BYTES; TypeError (a bug of the caller) for no events at all, an
 *   inexact revision, an id in the wrong form (EventStoreDB's client breaks down on one), or what JSON cannot hold.
 */
export function encodeAppend(
  streamId: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): EncodedAppend {
  if (events.length === 0) throw new TypeError(`an append to ${streamId} without events`);
  if (!streamIdSchema.safeParse(streamId).success)
    throw new TypeError(`"${streamId}" is not a stream id, <category>-<uuid>`);
  if (!Number.isSafeInteger(expectedRevision) || expectedRevision < -1) {
    throw new TypeError(`${expectedRevision} is not a revision to append to ${streamId} at`);
  }
  const eventIds: string[] = [];
  const types: string[] = [];
  const bodies: string[] = [];
  let revision = expectedRevision;
  let characters = 0;
  let metadataWritten: NewEvent['metadata'] | undefined;
  let metadataText = '';
  for (const event of events) {
    if (!UUID.test(event.eventId)) throw new TypeError(`"${event.eventId}" is not a UUID to name an event`);
    revision++;
    const { data, eventId, metadata, schemaVersion, sealed, type } = event;
    // Events of one decision mostly share their metadata: then it is written once.
    if (metadata !== metadataWritten) {
      metadataWritten = metadata;
      metadataText = canonicalJson(metadata);
    }
    const body =
      `{"data":${canonicalJson(data)},"eventId":"${eventId}","metadata":${metadataText},` +
      `"revision":${revision},"schemaVersion":${canonicalJson(schemaVersion)},` +
      `"sealed":${sealed.length === 0 ? '[]' : canonicalJson(sealed)},"streamId":"${streamId}","type":${canonicalJson(type)}}`;
    eventIds.push(eventId);
    types.push(type);
    bodies.push(body);
    characters += body.length;
  }
  return {
    streamId,
    expectedRevision,
    eventIds,
    types,
    bodies,
    bytes: boundedBytes(bodies, characters, streamId),
  };
}

/** Bytes are counted only where the limit can be near: a character is three bytes at most. */
function boundedBytes(bodies: readonly string[], characters: number, streamId: string): number {
  const most = characters * 3;
  if (most <= MAX_APPEND_BYTES) return most;
  let bytes = 0;
  for (const body of bodies) bytes += Buffer.byteLength(body);
  if (bytes <= MAX_APPEND_BYTES) return bytes;
  throw new AppendTooLargeError(
    `${bodies.length} events of ${bytes} bytes for ${streamId}: an append takes ${MAX_APPEND_BYTES} bytes at most`,
  );
}

/** In the append path, where zod's parse of the same costs a few percent of the whole. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
