import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Position } from '../../domain/log/envelope.ts';
import { sqliteCode } from '../store/sqlite-failure.ts';

/**
 * `tree.db`: the hashes of the tree as tiles of 256 (c2sp.org/tlog-tiles), those of level 0 being the leaves'. A tile
 * of level n+1 holds one hash for each full tile of level n. Derived from the log, but no cache: it is what tells
 * which event was changed, and is never thrown away because the log does not fit it (docs/decisions/0004).
 */
export const TILE_HASHES = 256;
export const TILE_LEVELS = 8;

/** It is not a file of ours, or cannot be read. */
export class TreeFileError extends Error {
  override readonly name = 'TreeFileError';
}

/** "REDT". */
const APPLICATION_ID = 0x52454454;
const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 5_000;
/** What the house makes in it. */
export const TREE_SCHEMA = `
  CREATE TABLE tile (
    -- level * 2^40 + index
    number INTEGER PRIMARY KEY,
    hashes BLOB NOT NULL,
    -- Of level 0 alone: the position after which its first event comes, and the ids of its events, 16 bytes each.
    after_position TEXT,
    event_ids BLOB
  ) STRICT;
  CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    log_id TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- Everything in the log up to here was looked at.
    position TEXT NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

export interface TreeState {
  readonly logId: string;
  /** Leaves. */
  readonly size: number;
  readonly position: Position;
}

export function tileNumber(level: number, index: number): number {
  return level * 2 ** 40 + index;
}

/** Opens `tree.db` for its one writer; a new one begins empty, for this log. @throws TreeFileError */
export function openTreeFile(path: string, logId: string): DatabaseSync {
  createPrivately(path);
  return opened(path, false, db => {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2048');
    db.exec(`PRAGMA journal_size_limit = ${4 * 1024 * 1024}`);
    if (isOurs(db, path)) return;
    db.exec(`BEGIN IMMEDIATE; ${TREE_SCHEMA}`);
    db.prepare(`INSERT INTO state VALUES (1, ?, 0, '')`).run(logId);
    db.exec('COMMIT');
  });
}

/** Opens it beside its writer; `undefined` where none was made yet. @throws TreeFileError */
export function openTreeFileReadOnly(path: string): DatabaseSync | undefined {
  let ours = false;
  const db = opened(path, true, reader => {
    ours = isOurs(reader, path);
  });
  if (ours) return db;
  db.close();
  return undefined;
}

/** @throws TreeFileError */
export function readTreeState(db: DatabaseSync): TreeState {
  const row = readable('the file of hashes', () =>
    db.prepare('SELECT log_id, size, position FROM state').get(),
  );
  if (row === undefined) throw new TreeFileError('the file of hashes does not say how far it is');
  return { logId: String(row.log_id), size: Number(row.size), position: String(row.position) };
}

function opened(path: string, readOnly: boolean, begin: (db: DatabaseSync) => void): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    return readable(path, () => {
      db = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
      begin(db);
      return db;
    });
  } catch (error) {
    db?.close();
    throw error;
  }
}

/** What SQLite itself finds wrong is damage of the file. @throws TreeFileError */
export function readable<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TreeFileError || sqliteCode(error) === undefined) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new TreeFileError(`${what} cannot be read as hashes: ${why}`, { cause: error });
  }
}

function isOurs(db: DatabaseSync, path: string): boolean {
  const applicationId = db.prepare('PRAGMA application_id').get()?.application_id;
  const tables = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables;
  if (applicationId === 0 && tables === 0) return false;
  const version = db.prepare('PRAGMA user_version').get()?.user_version;
  if (applicationId !== APPLICATION_ID || version !== SCHEMA_VERSION) {
    throw new TreeFileError(`${path} is no file of hashes that this release reads`);
  }
  return true;
}

function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // One that exists is not opened here: closing it would drop SQLite's locks on it in this process (fcntl).
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
