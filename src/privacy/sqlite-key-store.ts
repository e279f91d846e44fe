import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import { BoundedCache } from './bounded-cache.ts';
import { KeyFileError, openKeyFile, truncateWriteAheadFile } from './key-file.ts';
import { keyIn, type NumberedKey, prepareStatements, transaction } from './key-rows.ts';
import { type DataKey, type KeyStore, SubjectErasedError } from './key-store.ts';
import { type NumberedMasterKey, wrapKey } from './key-wrap.ts';
import type { MasterKey } from './master-key.ts';

/** Subjects that wait to be written with a batch of keys: about a millisecond of writing, as of a batch itself. */
const MAX_UNWRITTEN = 128;

export interface SqliteKeyStoreOptions {
  /** The file, `keys.db`. */
  readonly path: string;
  readonly masterKey: MasterKey;
  /** Keys made at once; a new batch begins when half a pool is left. */
  readonly batchKeys?: number;
  readonly poolKeys?: number;
  /** Unwrapped keys kept, by subject and by id each. */
  readonly cacheKeys?: number;
}

/** That an event names a key for a subject. */
export interface KeyUse {
  readonly subject: string;
  readonly keyId: string;
}

export interface SqliteKeyStore extends KeyStore {
  /** As it was set last: all events up to there have their keys' subjects on disk; `''` at first. */
  checkpoint(): string;
  /**
   * Writes the subjects of all keys given out so far, and a checkpoint, in one transaction. To be called with
   * one whose events' keys had been given out before the call: any that the log has reported durable.
   */
  setCheckpoint(checkpoint: string): void;
  /**
   * Takes over what events after the checkpoint say, up to one that becomes the checkpoint; returns how many
   * subjects were news. To be called at start for the whole rest of the log, before the first `keyFor`.
   * @throws KeyFileError when a key is named for two subjects, or is in no row: then this is not the log's key
   *   store, or one from an older backup, and what those keys sealed would be shown as erased. Nothing is taken over.
   */
  reconcile(uses: Iterable<KeyUse>, upTo: string): number;
  /** Wraps every key by another master key, in one transaction (about 30 µs a key, nothing else meanwhile); then only that one opens the file. */
  rewrap(masterKey: MasterKey): void;
}

/**
 * Data keys in SQLite, apart from the log. A key is durable before it is given out; whom it was given to is
 * written later, together with the next batch of keys or the next checkpoint. Keys are only ever given out by
 * the process that made them: after a crash those left over may be named by an event for a subject that is not
 * on disk yet, so no later process gives them to another.
 * @throws KeyFileError, StoreUnavailableError (disk full)
 */
export function openSqliteKeyStore(options: SqliteKeyStoreOptions): SqliteKeyStore {
  const { path, masterKey, batchKeys = 64, poolKeys = 1_024, cacheKeys = 10_000 } = options;
  const opened = openKeyFile(path, masterKey);
  const { db } = opened;
  let wrapping: NumberedMasterKey = opened.wrapping;

  const sql = prepareStatements(db);
  /** Durable, given to nobody. */
  let pool: NumberedKey[] = [];
  /** Given out, the subject not yet on disk. */
  let unwritten = new Map<string, NumberedKey>();
  const bySubject = new BoundedCache<DataKey>(cacheKeys);
  const byId = new BoundedCache<DataKey>(cacheKeys);
  let refilling: NodeJS.Immediate | undefined;
  let anyErased = sql.anyErased.get() !== undefined;

  function remember(subject: string, key: DataKey): DataKey {
    bySubject.set(subject, key);
    byId.set(key.keyId, key);
    return key;
  }

  function writeSubjects(): void {
    // In the order of the index: neighbours are on one page.
    const sorted = [...unwritten].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [subject, key] of sorted) sql.addSubject.run(subject, key.number);
  }

  function makeBatch(): void {
    // In bulk: a call to the generator for each would cost more than wrapping the key.
    const bytes = randomBytes((32 + 16) * batchKeys);
    const made: NumberedKey[] = [];
    const withSubjects = unwritten.size >= MAX_UNWRITTEN;
    transaction(db, () => {
      if (withSubjects) writeSubjects();
      for (let at = 0; at < bytes.length; at += 32 + 16) {
        const key = bytes.subarray(at, at + 32);
        const keyId = v7({ random: bytes.subarray(at + 32, at + 32 + 16) });
        const { lastInsertRowid } = sql.addKey.run(keyId, wrapKey(wrapping, keyId, key));
        made.push({ number: Number(lastInsertRowid), keyId, key });
      }
    });
    if (withSubjects) unwritten = new Map();
    pool = [...made.reverse(), ...pool];
  }

  function refillSoon(): void {
    if (refilling !== undefined || pool.length > poolKeys / 2) return;
    refilling = setImmediate(() => {
      refilling = undefined;
      try {
        makeBatch();
        refillSoon();
      } catch {
        // A full disk: whoever finds the pool empty tries again, and is told.
      }
    });
    refilling.unref();
  }

  function isErased(subject: string): boolean {
    return anyErased && sql.isErased.get(subject) !== undefined;
  }

  return {
    keyFor(subject) {
      const cached = bySubject.get(subject) ?? unwritten.get(subject);
      if (cached !== undefined) return cached;
      if (isErased(subject)) throw new SubjectErasedError(subject);
      const row = sql.keyOfSubject.get(subject);
      const stored = row === undefined ? undefined : keyIn(row, wrapping);
      if (stored !== undefined) return remember(subject, stored);

      if (pool.length === 0) makeBatch();
      const fresh = pool.pop();
      if (fresh === undefined) throw new Error('a batch of no keys was made');
      unwritten.set(subject, fresh);
      refillSoon();
      return remember(subject, fresh);
    },

    keyById(keyId) {
      const cached = byId.get(keyId);
      if (cached !== undefined) return cached;
      const row = sql.keyById.get(keyId);
      const stored = row === undefined ? undefined : keyIn(row, wrapping);
      if (stored !== undefined) byId.set(keyId, stored);
      return stored;
    },

    async eraseSubject(subject) {
      let destroyed: string[] = [];
      transaction(db, () => {
        writeSubjects();
        destroyed = sql.keysOfSubject.all(subject).map(row => String(row.key_id));
        sql.destroyKeys.run(subject);
        sql.forgetSubject.run(subject);
        sql.addErased.run(subject);
      });
      unwritten = new Map();
      anyErased = true;
      bySubject.delete(subject);
      for (const keyId of destroyed) byId.delete(keyId);
      truncateWriteAheadFile(db);
      return destroyed.length;
    },

    isErased,

    checkpoint: () => String(sql.checkpoint.get()?.position ?? ''),

    setCheckpoint(checkpoint) {
      transaction(db, () => {
        writeSubjects();
        sql.setCheckpoint.run(checkpoint);
      });
      unwritten = new Map();
    },

    reconcile(uses, upTo) {
      let added = 0;
      let destroyed = 0;
      transaction(db, () => {
        for (const { subject, keyId } of uses) {
          const number = sql.keyById.get(keyId)?.number;
          if (typeof number !== 'number') {
            throw new KeyFileError(
              `the log names key ${keyId} before ${upTo}, and ${path} does not hold it: ` +
                'put back the keys.db that belongs to this log',
            );
          }
          if (isErased(subject)) {
            destroyed += Number(sql.destroyKey.run(number).changes);
            byId.delete(keyId);
          } else {
            added += Number(sql.addSubject.run(subject, number).changes);
            const owner = sql.subjectOfKey.get(number)?.subject;
            if (owner !== subject) {
              throw new KeyFileError(`key ${keyId} is named for subject ${subject}, and belongs to ${owner}`);
            }
            bySubject.delete(subject);
          }
        }
        sql.setCheckpoint.run(upTo);
      });
      if (destroyed > 0) truncateWriteAheadFile(db);
      return added;
    },

    rewrap(newMaster) {
      const next: NumberedMasterKey = { number: wrapping.number + 1, master: newMaster };
      transaction(db, () => {
        sql.addMaster.run(next.number, newMaster.id);
        let after = 0;
        for (;;) {
          const rows = sql.keysAfter.all(after);
          if (rows.length === 0) break;
          for (const row of rows) {
            after = Number(row.number);
            const key = keyIn(row, wrapping);
            if (key !== undefined) sql.rewrapKey.run(wrapKey(next, key.keyId, key.key), key.number);
          }
        }
      });
      wrapping = next;
      truncateWriteAheadFile(db);
    },

    async close() {
      if (refilling !== undefined) clearImmediate(refilling);
      if (!db.isOpen) return;
      transaction(db, writeSubjects);
      bySubject.clear();
      byId.clear();
      pool = [];
      db.close();
    },
  };
}
