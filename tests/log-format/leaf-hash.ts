import { createHash } from 'node:crypto';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { canonicalJson } from '../../src/store/canonical-json.ts';

/** A Merkle leaf, hex: SHA-256(0x00 ‖ canonical JSON of the envelope), without the position (0001-log-format, 15). */
export function leafHash(event: StoredEvent): string {
  const { eventId, streamId, revision, type, schemaVersion, data, sealed, metadata } = event;
  const envelope = { eventId, streamId, revision, type, schemaVersion, data, sealed, metadata };
  return createHash('sha256').update('\x00').update(canonicalJson(envelope)).digest('hex');
}
