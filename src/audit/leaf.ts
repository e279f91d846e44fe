import { isKeyStream } from '../store/key-stream-name.ts';
import type { StoredBody } from '../store/stored-bodies.ts';
import { leafHash } from './merkle.ts';

/** Of one event in the tree. */
export interface Leaf {
  readonly hashed: Uint8Array;
  /** For naming it: 32 hex digits, zeros where the body is not as we write it. Not part of what is proven. */
  readonly eventId: string;
}

/** Leaves are the events of all streams but those of the store itself and of keys (0001-log-format, 15). */
export function isLeafStream(streamId: string): boolean {
  return !streamId.startsWith('$') && !isKeyStream(streamId);
}

export function leafOf({ body }: StoredBody): Leaf {
  return { hashed: leafHash(body), eventId: eventIdIn(body) };
}

const BEFORE = '"eventId":"';
const AFTER = '","metadata":{';
const ID_CHARACTERS = 36;
const NO_ID = '0'.repeat(32);

/** By its place in canonical JSON, between `data` and `metadata`: to parse each body would cost more than its hash. */
function eventIdIn(body: string): string {
  for (let at = body.indexOf(AFTER); at >= 0; at = body.indexOf(AFTER, at + 1)) {
    const from = at - ID_CHARACTERS;
    if (from < BEFORE.length || body.slice(from - BEFORE.length, from) !== BEFORE) continue;
    const hex = body.slice(from, at).replaceAll('-', '');
    return /^[0-9a-f]{32}$/.test(hex) ? hex : NO_ID;
  }
  return NO_ID;
}
