import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { LOG_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import type { WallClock } from '../clock.ts';
import { agreeOnMasterKey } from '../cluster/master-key-in-log.ts';
import { catchUp } from '../directory/log-follower.ts';
import { eachAtOnce } from '../engine/each-at-once.ts';
import { openKeyFile } from '../privacy/key-file.ts';
import { keyFollower } from '../privacy/key-follower.ts';
import { keyIn } from '../privacy/key-rows.ts';
import { type NumberedMasterKey, unwrapKey, WRAPPED_BYTES, wrapKey } from '../privacy/key-wrap.ts';
import { readMasterKey } from '../privacy/master-key.ts';
import { replayErasures } from '../privacy/replay-erasures.ts';
import { openSqliteKeyStore } from '../privacy/sqlite-key-store.ts';
import type { EventLog } from '../store/event-store.ts';
import type { KeyStreams } from '../store/shared-store.ts';
import type { BodyReader } from '../store/stored-bodies.ts';
import { leavesAfter } from './decisions.ts';
import { MigrationError } from './migration-error.ts';
import type { OpenLog } from './open-log.ts';
import { patiently } from './patience.ts';

const KEYS_FILE = 'keys.db';
const KEYS_AT_ONCE = 64;
/** Canonical JSON: the members of a sealed block are in this order (backup/missing-keys.ts). */
const KEY_ID = /"keyId":"([0-9a-f-]{36})","subject":"/g;

/**
 * Moves the keys of what was copied to where its nodes look for them: between `keys.db` of the data folder and streams
 * of their own on EventStoreDB. To be called when all but the last event is copied, before the source is closed: the
 * log is told the master key's fingerprint. Answers how many keys there are.
 * @throws MasterKeyError, MigrationError, KeyFileError, KeyDamagedError, StoreUnavailableError
 */
export async function moveKeys(
  { source, target }: { readonly source: OpenLog; readonly target: OpenLog },
  masterKeyFile: string | undefined,
  clock: WallClock,
): Promise<number> {
  const folder = source.folder ?? target.folder;
  const streams = source.keyStreams ?? target.keyStreams;
  if (folder === undefined || streams === undefined) return 0;
  const isLeaving = source.folder !== undefined;
  if (isLeaving && !existsSync(join(folder, KEYS_FILE))) return 0;
  const ofLog = await source.store.readStream(LOG_STREAM_ID);
  // A house on a shared log names its master key at its first start.
  if (!isLeaving && ofLog.every(({ type }) => type !== 'MasterKeyNamed')) return 0;
  const master = readMasterKey(masterKeyFile ?? join(folder, 'master.key'));
  const by = await agreeOnMasterKey(source.store, master, clock);
  return isLeaving
    ? keysIntoStreams(folder, streams, by)
    : keysOutOfStreams({ streams, folder, by }, target.bodies, target.store);
}

/**
 * Copies every key of a data folder into streams of their own, wrapped by the master key under the number that it has
 * in the log; what was destroyed is destroyed there. Again it does no harm. Answers how many keys there are.
 * @throws KeyFileError, KeyDamagedError, StoreUnavailableError
 */
async function keysIntoStreams(folder: string, streams: KeyStreams, by: NumberedMasterKey): Promise<number> {
  const { db, wrapping } = openKeyFile(join(folder, KEYS_FILE), by.master);
  try {
    const page = db.prepare(
      'SELECT number, key_id, wrapped FROM data_key WHERE number > ? ORDER BY number LIMIT 256',
    );
    let count = 0;
    for (let after = 0; ; ) {
      const rows = page.all(after);
      if (rows.length === 0) return count;
      const kept = rows.map(row => {
        const keyId = String(row.key_id);
        const key = keyIn(row, wrapping);
        return {
          keyId,
          wrapped: key === undefined ? Buffer.alloc(WRAPPED_BYTES) : wrapKey(by, keyId, key.key),
        };
      });
      await patiently(() => streams.add(kept));
      const destroyed = kept.filter(({ wrapped }) => wrapped.every(byte => byte === 0));
      await eachAtOnce(destroyed, KEYS_AT_ONCE, ({ keyId }) => patiently(() => streams.destroy(keyId)));
      after = Number(rows.at(-1)?.number);
      count += rows.length;
    }
  } finally {
    db.close();
  }
}

/**
 * Copies every key that the log names out of its stream into `keys.db` of a data folder; who was erased stays erased.
 * Goes on where it was cut off. Answers how many keys the log names.
 * @throws MigrationError for a key that is in no stream; KeyFileError, KeyDamagedError, StoreUnavailableError
 */
async function keysOutOfStreams(
  parts: { readonly streams: KeyStreams; readonly folder: string; readonly by: NumberedMasterKey },
  bodies: BodyReader,
  log: EventLog,
): Promise<number> {
  const { folder, by } = parts;
  const path = join(folder, KEYS_FILE);
  const { db, wrapping } = openKeyFile(path, by.master);
  let count = 0;
  try {
    const known = db.prepare('SELECT 1 FROM data_key WHERE key_id = ?');
    let wanted = new Set<string>();
    const bring = async (): Promise<void> => {
      count += await addKeys(db, { ...parts, wrapping }, wanted);
      wanted = new Set();
    };
    for await (const { body } of leavesAfter(bodies, '')) {
      const sealed = body.lastIndexOf('"sealed":[');
      for (const [, keyId = ''] of body.slice(sealed).matchAll(KEY_ID)) {
        if (!wanted.has(keyId) && known.get(keyId) === undefined) wanted.add(keyId);
      }
      if (wanted.size >= 1_000) await bring();
    }
    await bring();
  } finally {
    db.close();
  }
  const keys = openSqliteKeyStore({ path, masterKey: by.master });
  try {
    await catchUp(log, [await keyFollower(keys, log)]);
    await replayErasures({ log, keys, alsoSubjects: [] });
  } finally {
    await keys.close();
  }
  return count;
}

async function addKeys(
  db: DatabaseSync,
  {
    streams,
    by,
    wrapping,
  }: { readonly streams: KeyStreams; readonly by: NumberedMasterKey; readonly wrapping: NumberedMasterKey },
  keyIds: ReadonlySet<string>,
): Promise<number> {
  const rows = new Map<string, Uint8Array>();
  await eachAtOnce([...keyIds], KEYS_AT_ONCE, async keyId => {
    const wrapped = await patiently(() => streams.read(keyId));
    if (wrapped === undefined) {
      throw new MigrationError(
        `the log names the key ${keyId}, and there is none: nothing sealed by it can be read`,
      );
    }
    const key = wrapped === 'destroyed' ? undefined : unwrapKey(by, keyId, wrapped);
    rows.set(keyId, key === undefined ? Buffer.alloc(WRAPPED_BYTES) : wrapKey(wrapping, keyId, key));
  });
  const add = db.prepare('INSERT INTO data_key (key_id, wrapped) VALUES (?, ?)');
  db.exec('BEGIN IMMEDIATE');
  for (const [keyId, wrapped] of rows) add.run(keyId, wrapped);
  db.exec('COMMIT');
  return rows.size;
}
