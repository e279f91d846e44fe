import { type RecordedEvent as EsdbEvent, type EventData, jsonEvent } from '@eventstore/db-client';
import type { RecordedEvent, StoredEvent } from '../../../domain/log/envelope.ts';
import { placeOf } from './place.ts';

/**
 * How an envelope is kept on EventStoreDB: id, type, stream and revision as its own, `data` as the event's data, the
 * rest as its metadata. Put together again and written canonically it is what every store keeps byte for byte.
 */
export function esdbEventOf(body: string): EventData {
  // Written by encodeAppend a moment ago.
  const { eventId, type, data, metadata, schemaVersion, sealed } = JSON.parse(body) as StoredEvent;
  return jsonEvent({ id: eventId, type, data, metadata: { metadata, schemaVersion, sealed } });
}

/** @throws LogDamagedError for an event in one of our streams that no release of ours wrote */
export function recordedEventOf(event: EsdbEvent): RecordedEvent {
  const { id, streamId, revision, type, data, metadata, position } = event;
  if (!isOwn(data) || !isOwn(metadata) || !('schemaVersion' in metadata) || position === undefined) {
    throw new LogDamagedError(`event ${id}, ${revision}@${streamId}, was not written by Redress`);
  }
  // Parts of an envelope that encodeAppend checked before it was sent: the one place where they are trusted.
  const own = metadata as unknown as Pick<StoredEvent, 'metadata' | 'schemaVersion' | 'sealed'>;
  return {
    data: data as StoredEvent['data'],
    eventId: id,
    metadata: own.metadata,
    revision: Number(revision),
    schemaVersion: own.schemaVersion,
    sealed: own.sealed,
    streamId,
    type,
    position: placeOf(position),
  };
}

function isOwn(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** Something else writes into this database: it must be Redress's alone. */
export class LogDamagedError extends Error {
  override readonly name = 'LogDamagedError';
}
