import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { NumberedMasterKey } from './key-wrap.ts';
import type { MasterKey } from './master-key.ts';

/** The file is not a key store that this release reads, or was wrapped by another master key. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** "REDK". */
const APPLICATION_ID = 0x5245444b;
const SCHEMA_VERSION = 1;
/** One process owns the data folder: whoever else has the file open is a person with a tool, or a backup. */
const BUSY_TIMEOUT_MS = 1_000;

/**
 * A wrapped key is written once, at the end of its table, and later only overwritten by as many bytes: no row of
 * `data_key` is ever deleted or changes its length, so no record moves between pages. That an erased key is gone
 * does not rest on `secure_delete` finding every copy that balancing makes.
 */
export const KEY_SCHEMA = `
  CREATE TABLE data_key (
    number INTEGER PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    -- Zeros once it is destroyed.
    wrapped BLOB NOT NULL
  ) STRICT;
  -- A key has one subject: a second row for a number cannot be written.
  CREATE TABLE subject_key (
    subject TEXT NOT NULL,
    number INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (subject, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE erased_subject (subject TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE master_key (number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL) STRICT;
  CREATE TABLE checkpoint (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), position TEXT NOT NULL) STRICT;
  INSERT INTO checkpoint VALUES (1, '');
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens `keys.db`, or makes it; what a crash left in the write-ahead file goes into the file first, so that an
 * erasure that was on its way is completed.
 * @throws KeyFileError
 */
export function openKeyFile(
  path: string,
  master: MasterKey,
): { readonly db: DatabaseSync; readonly wrapping: NumberedMasterKey } {
  createPrivately(path);
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    const isNew = checkFile(db, path);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    db.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192');
    if (isNew) {
      db.exec(`BEGIN IMMEDIATE; ${KEY_SCHEMA}`);
      db.prepare('INSERT INTO master_key VALUES (1, ?)').run(master.id);
      db.exec('COMMIT');
    }
    truncateWriteAheadFile(db);
    const row = db.prepare('SELECT number, fingerprint FROM master_key ORDER BY number DESC LIMIT 1').get();
    if (row?.fingerprint !== master.id) {
      throw new KeyFileError(
        `${path} is wrapped by the master key ${row?.fingerprint}, and was given ${master.id}: ` +
          'name the right one by REDRESS_MASTER_KEY_FILE',
      );
    }
    return { db, wrapping: { number: Number(row.number), master } };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Empties the write-ahead file: old pages in it still hold what was overwritten since.
 * @throws KeyFileError when another connection holds it
 */
export function truncateWriteAheadFile(db: DatabaseSync): void {
  const result = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (result?.busy !== 0) {
    throw new KeyFileError(
      'the write-ahead file of the key store is held by another process: stop it, then repeat',
    );
  }
}

function checkFile(db: DatabaseSync, path: string): boolean {
  let applicationId: unknown;
  try {
    applicationId = db.prepare('PRAGMA application_id').get()?.application_id;
  } catch (error) {
    throw new KeyFileError(`${path} is not a key store of Redress: it is no SQLite file`, { cause: error });
  }
  const tables = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables;
  if (applicationId === 0 && tables === 0) return true;
  if (applicationId !== APPLICATION_ID) {
    throw new KeyFileError(`${path} is not a key store of Redress: it is another program's SQLite file`);
  }
  const version = db.prepare('PRAGMA user_version').get()?.user_version;
  if (version !== SCHEMA_VERSION) {
    throw new KeyFileError(
      `${path} has schema version ${version}, this release reads ${SCHEMA_VERSION}: a newer release wrote it`,
    );
  }
  return false;
}

/** Readable by its owner alone from its first byte; SQLite gives its other files the same mode. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // One that exists is not opened here: closing it would drop SQLite's locks on it in this process (fcntl).
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
