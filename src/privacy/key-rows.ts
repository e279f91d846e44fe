import type { DatabaseSync } from 'node:sqlite';
import { storeFailure } from '../store/sqlite-failure.ts';
import type { DataKey } from './key-store.ts';
import { type NumberedMasterKey, unwrapKey, WRAPPED_BYTES } from './key-wrap.ts';

/** A data key with the number of its row. */
export interface NumberedKey extends DataKey {
  readonly number: number;
}

type Row = Record<string, unknown>;

/** Of a row `number, key_id, wrapped`; `undefined` for a destroyed key. */
export function keyIn(row: Row, wrapping: NumberedMasterKey): NumberedKey | undefined {
  const { number, key_id: keyId, wrapped } = row;
  if (typeof number !== 'number' || typeof keyId !== 'string' || !(wrapped instanceof Uint8Array)) {
    throw new TypeError('not a row of data_key');
  }
  const key = unwrapKey(wrapping, keyId, wrapped);
  return key === undefined ? undefined : { number, keyId, key };
}

/** Every statement of the key store. */
export function prepareStatements(db: DatabaseSync) {
  const ownKeys = '(SELECT number FROM subject_key WHERE subject = ?)';
  return {
    addKey: db.prepare('INSERT INTO data_key (key_id, wrapped) VALUES (?, ?)'),
    keyById: db.prepare('SELECT number, key_id, wrapped FROM data_key WHERE key_id = ?'),
    // A subject has a second key only where a log was written by several key stores: the oldest stays its own.
    keyOfSubject: db.prepare(
      'SELECT number, key_id, wrapped FROM subject_key JOIN data_key USING (number) WHERE subject = ? ORDER BY number LIMIT 1',
    ),
    keysOfSubject: db.prepare(`SELECT key_id FROM data_key WHERE number IN ${ownKeys}`),
    keysAfter: db.prepare(
      'SELECT number, key_id, wrapped FROM data_key WHERE number > ? ORDER BY number LIMIT 1000',
    ),
    rewrapKey: db.prepare('UPDATE data_key SET wrapped = ? WHERE number = ?'),
    destroyKey: db.prepare(`UPDATE data_key SET wrapped = zeroblob(${WRAPPED_BYTES}) WHERE number = ?`),
    destroyKeys: db.prepare(
      `UPDATE data_key SET wrapped = zeroblob(${WRAPPED_BYTES}) WHERE number IN ${ownKeys}`,
    ),
    addSubject: db.prepare('INSERT INTO subject_key (subject, number) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    subjectOfKey: db.prepare('SELECT subject FROM subject_key WHERE number = ?'),
    forgetSubject: db.prepare('DELETE FROM subject_key WHERE subject = ?'),
    addErased: db.prepare('INSERT INTO erased_subject VALUES (?) ON CONFLICT DO NOTHING'),
    isErased: db.prepare('SELECT 1 FROM erased_subject WHERE subject = ?'),
    anyErased: db.prepare('SELECT 1 FROM erased_subject LIMIT 1'),
    checkpoint: db.prepare('SELECT position FROM checkpoint'),
    setCheckpoint: db.prepare('UPDATE checkpoint SET position = ?'),
    addMaster: db.prepare('INSERT INTO master_key VALUES (?, ?)'),
  };
}

/**
 * Everything or nothing of `work`, on disk when it returns.
 * @throws StoreUnavailableError for a full disk and other failures of the file
 */
export function transaction(db: DatabaseSync, work: () => void): void {
  try {
    db.exec('BEGIN IMMEDIATE');
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isOpen && db.isTransaction) db.exec('ROLLBACK');
    throw storeFailure(error, false);
  }
}
