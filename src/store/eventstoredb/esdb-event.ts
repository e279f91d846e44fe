import { type RecordedEvent as EsdbEvent, type EventData, jsonEvent } from '@eventstore/db-client';
import type { Position, RecordedEvent, StoredEvent } from '../../../domain/log/envelope.ts';
import { placeOf } from './place.ts';

const ID_BEFORE = ',"eventId":"';
const ID_AFTER = '","metadata":';
const ID_CHARACTERS = 36;
const REVISION = ',"revision":';
const SCHEMA_VERSION = ',"schemaVersion":';
const STREAM = ',"streamId":"';
const TYPE = '","type":"';
const utf8 = new TextEncoder();

/**
 * How an envelope is kept on EventStoreDB: id, type, stream and revision as its own, `data` as the event's data, the
 * rest as its metadata. Put together again and written canonically it is what every store keeps byte for byte.
 * A body is taken apart where it was put together (encodeAppend): parsed whole and written again by the library it
 * would cost several times as much. The library takes `data` as a value alone.
 */
export function esdbEventOf(body: string): EventData {
  const { data, end } = dataIn(body);
  const id = body.slice(end + ID_BEFORE.length, end + ID_BEFORE.length + ID_CHARACTERS);
  const metadata = end + ID_BEFORE.length + ID_CHARACTERS + ID_AFTER.length;
  // From the end: what lies behind each of these holds no such key.
  const stream = body.lastIndexOf(STREAM);
  const type = body.slice(body.indexOf(TYPE, stream) + TYPE.length, -2);
  const revision = body.lastIndexOf(REVISION, stream);
  const rest = body.indexOf(SCHEMA_VERSION, revision);
  const kept = `{"metadata":${body.slice(metadata, revision)}${body.slice(rest, stream)}}`;
  return jsonEvent({ id, type, data, metadata: utf8.encode(kept) });
}

/** The data of a body and where it ends: at the first place that looks like its end and leaves it whole. */
function dataIn(body: string): { readonly data: StoredEvent['data']; readonly end: number } {
  for (let end = body.indexOf(ID_BEFORE); end >= 0; end = body.indexOf(ID_BEFORE, end + 1)) {
    if (!body.startsWith(ID_AFTER, end + ID_BEFORE.length + ID_CHARACTERS)) continue;
    try {
      // No part of an object that ends before its brace is JSON.
      return { data: JSON.parse(body.slice('{"data":'.length, end)) as StoredEvent['data'], end };
    } catch {}
  }
  throw new TypeError('not a body as encodeAppend writes it');
}

/** @throws LogDamagedError for an event in one of our streams that no release of ours wrote */
export function recordedEventOf(event: EsdbEvent, place?: Position): RecordedEvent {
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
    position: place ?? placeOf(position),
  };
}

function isOwn(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** Something else writes into this database: it must be Redress's alone. */
export class LogDamagedError extends Error {
  override readonly name = 'LogDamagedError';
}
