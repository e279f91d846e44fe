import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BoundedCache } from '../privacy/bounded-cache.ts';
import { KeyFileError } from '../privacy/key-file.ts';
import { type NumberedMasterKey, unwrapKey } from '../privacy/key-wrap.ts';
import type { MasterKey } from '../privacy/master-key.ts';
import { openSqliteBodies } from '../store/stored-bodies.ts';

/** How it stands with the keys that the log's sealed values need. */
export interface KeyFinding {
  readonly sealedBlocks: number;
  /** Whose key was destroyed, as the record of erasures says. */
  readonly erasedBlocks: number;
  /** Blocks whose key is in no row: what they hold is lost, or this is not the log's key file. The first is named. */
  readonly missing: number;
  readonly firstMissing?: string;
  /** Blocks whose key was destroyed though nobody's erasure is on record. */
  readonly destroyedWithoutErasure: number;
  /** Blocks whose key is there and cannot be unwrapped: it is not what was stored. The first is named. */
  readonly damaged: number;
  readonly firstDamaged?: string;
}

const PAGE_EVENTS = 1_000;
/** Canonical JSON: the members of a block are in this order, and its base64 holds no quotes. */
const BLOCK = /"keyId":"([0-9a-f-]{36})","subject":"([0-9a-f-]{36})"\}/g;

type KeyState = 'present' | 'destroyed' | 'missing' | 'damaged';

/**
 * Looks the key of every sealed block up, and unwraps it where the master key is given. Reads alone.
 * @throws LogFileError, StoreUnavailableError, KeyFileError when the keys are wrapped by another master key
 */
export async function missingKeys(
  folder: string,
  master: MasterKey | undefined,
  onProgress: (events: number) => void,
): Promise<KeyFinding> {
  const log = openSqliteBodies(join(folder, 'events.db'));
  const db = new DatabaseSync(join(folder, 'keys.db'), { readOnly: true, timeout: 5_000 });
  try {
    const wrapped = db.prepare('SELECT wrapped FROM data_key WHERE key_id = ?');
    const wrapping = master && wrappingOf(db, master);
    const erased = db.prepare('SELECT 1 FROM erased_subject WHERE subject = ?');
    const known = new BoundedCache<KeyState>(20_000);
    const stateOf = (keyId: string): KeyState => {
      const before = known.get(keyId);
      if (before !== undefined) return before;
      const bytes = wrapped.get(keyId)?.wrapped;
      const state = !(bytes instanceof Uint8Array)
        ? 'missing'
        : bytes.every(byte => byte === 0)
          ? 'destroyed'
          : wrapping !== undefined && !isWhole(wrapping, keyId, bytes)
            ? 'damaged'
            : 'present';
      known.set(keyId, state);
      return state;
    };
    const found = { sealedBlocks: 0, erasedBlocks: 0, missing: 0, destroyedWithoutErasure: 0, damaged: 0 };
    let firstMissing: string | undefined;
    let firstDamaged: string | undefined;
    let events = 0;
    for (let position = ''; ; ) {
      const page = await log.after(position, PAGE_EVENTS);
      const last = page.at(-1);
      if (last === undefined) {
        return {
          ...found,
          ...(firstMissing === undefined ? {} : { firstMissing }),
          ...(firstDamaged === undefined ? {} : { firstDamaged }),
        };
      }
      for (const { streamId, revision, body } of page) {
        const sealed = body.lastIndexOf('"sealed":[');
        if (body.startsWith('"sealed":[]', sealed)) continue;
        for (const [, keyId = '', subject = ''] of body.slice(sealed).matchAll(BLOCK)) {
          found.sealedBlocks++;
          const state = stateOf(keyId);
          if (state === 'missing') {
            found.missing++;
            firstMissing ??= `${streamId} revision ${revision}, key ${keyId}`;
          } else if (state === 'damaged') {
            found.damaged++;
            firstDamaged ??= `${streamId} revision ${revision}, key ${keyId}`;
          } else if (state === 'destroyed') {
            if (erased.get(subject) === undefined) found.destroyedWithoutErasure++;
            else found.erasedBlocks++;
          }
        }
      }
      position = last.position;
      events += page.length;
      onProgress(events);
    }
  } finally {
    db.close();
    await log.close();
  }
}

/** @throws KeyFileError */
function wrappingOf(db: DatabaseSync, master: MasterKey): NumberedMasterKey {
  const row = db.prepare('SELECT number, fingerprint FROM master_key ORDER BY number DESC LIMIT 1').get();
  if (row?.fingerprint === master.id) return { number: Number(row.number), master };
  throw new KeyFileError(`keys.db is wrapped by the master key ${row?.fingerprint}, and not by ${master.id}`);
}

function isWhole(wrapping: NumberedMasterKey, keyId: string, wrapped: Uint8Array): boolean {
  try {
    return unwrapKey(wrapping, keyId, wrapped) !== undefined;
  } catch {
    return false;
  }
}
