import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { logIdIn } from '../../domain/log/log-id.ts';
import { type ForeignObject, foreignObjects } from './foreign-objects.ts';
import { demandLog } from './gone-log.ts';
import { LogFileError } from './log-file-error.ts';
import { sqliteCode } from './sqlite-failure.ts';

/** "REDR": tells our log from any other SQLite file (sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x52454452;
const SCHEMA_VERSION = 1;
const SQLITE_NOTADB = 26;

/** How long a connection waits for another one's lock, which is held for one commit or recovery. */
const BUSY_TIMEOUT_MS = 5_000;

const SCHEMA = `
  CREATE TABLE events (
    -- AUTOINCREMENT: a position is never used again, so a reader's checkpoint never comes to mean another event.
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    -- Canonical JSON of the whole envelope: what is hashed is what is stored.
    body TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_stream ON events (stream_id, revision);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens the log's file for writing. A file that is new or empty becomes a log; `insertFirst` then puts its first
 * event in, in the transaction that makes the tables.
 * @throws LogFileError
 */
export function openLogFile(path: string, insertFirst: (db: DatabaseSync) => void): DatabaseSync {
  createPrivately(path);
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Looked at before anything is set: another program's file is left as it was.
    const state = fileState(db, path);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;');
    // Written back every 4 MB, on the writer's thread: measured at 64 appends in flight, commits stall 20 ms for it
    // (40–65 ms at 16 MB, 75–95 ms at 64 MB, for 15 % more appends a second at best).
    db.exec('PRAGMA wal_autocheckpoint = 1000');
    // After a burst or a long reader the write-ahead file is cut back, once it could be written back.
    db.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`);
    if (state === 'new') {
      db.exec('BEGIN IMMEDIATE');
      // Another process may have made it between the look and the lock.
      if (fileState(db, path) === 'new') {
        db.exec(SCHEMA);
        insertFirst(db);
      }
      db.exec('COMMIT');
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens an existing log for reading only. @throws LogFileError */
export function openLogFileReadOnly(path: string): DatabaseSync {
  demandLog(path);
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw new LogFileError(`${path} cannot be opened for reading`, { cause: error });
  }
  try {
    if (fileState(db, path) === 'new') throw new LogFileError(`${path} holds no log yet`);
    db.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16384;');
    return db;
  } catch (error) {
    db.close();
    throw sqliteCode(error) === undefined ? error : unreadable(path, error);
  }
}

/** What somebody else put into the file of a log, or changed in it, beside its events. @throws LogFileError */
export function foreignInLog(path: string): readonly ForeignObject[] {
  const db = openLogFileReadOnly(path);
  try {
    return foreignObjects(db, SCHEMA);
  } finally {
    db.close();
  }
}

/** The log's own id, from its first event. @throws LogFileError */
export function readLogId(db: DatabaseSync, path: string): string {
  const event = firstEvent(db, path);
  if (typeof event === 'object' && event !== null && 'data' in event) {
    const logId = logIdIn(event.data);
    if (logId !== undefined) return logId;
  }
  throw new LogFileError(
    `${path} does not begin with an event LogCreated of a format that this release reads`,
  );
}

/** `undefined` where there is none, or it is no JSON. */
function firstEvent(db: DatabaseSync, path: string): unknown {
  try {
    const body = db.prepare('SELECT body FROM events ORDER BY position LIMIT 1').get()?.body;
    return typeof body === 'string' ? JSON.parse(body) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw sqliteCode(error) === undefined ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): LogFileError {
  const why = error instanceof Error ? error.message : String(error);
  return new LogFileError(`${path} cannot be read: ${why}`, { cause: error });
}

function fileState(db: DatabaseSync, path: string): 'new' | 'ours' {
  let applicationId: unknown;
  let tables: unknown;
  try {
    applicationId = db.prepare('PRAGMA application_id').get()?.application_id;
    tables = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables;
  } catch (error) {
    if (sqliteCode(error) !== SQLITE_NOTADB) throw error;
    throw new LogFileError(`${path} is not a log of Redress: it is no SQLite file`, { cause: error });
  }
  if (applicationId === 0 && tables === 0) return 'new';
  if (applicationId !== APPLICATION_ID) {
    throw new LogFileError(`${path} is not a log of Redress: it is another program's SQLite file`);
  }
  const version = db.prepare('PRAGMA user_version').get()?.user_version;
  if (version !== SCHEMA_VERSION) {
    throw new LogFileError(
      `${path} has schema version ${version}, this release reads ${SCHEMA_VERSION}: a newer release wrote it`,
    );
  }
  return 'ours';
}

/** Readable by its owner alone from its first byte; the write-ahead file gets the same mode from SQLite. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // One that exists is never opened here: closing it would drop SQLite's locks on it in this process (fcntl).
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
