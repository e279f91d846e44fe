import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { SQLITE_BUSY, sqliteCode } from './sqlite-failure.ts';

export class DataFolderBusyError extends Error {
  override readonly name = 'DataFolderBusyError';
  /** Of the owner, when it could be read. */
  readonly pid: number | undefined;
  constructor(folder: string, pid: number | undefined) {
    super(
      `the data folder ${folder} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}: ` +
        'one process at a time owns it',
    );
    this.pid = pid;
  }
}

export interface DataFolder {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Gives the folder up; again does nothing. Stores in it are closed first. */
  release(): void;
}

// Not to be opened by anything else in the owner's process: POSIX (fcntl) locks of a process on a file are dropped
// when the process closes any descriptor of that file. SQLite minds that for its own connections.
export const LOCK_FILE = 'lock.db';
const OWNER_FILE = 'owner.json';
const ownerSchema = z.object({ pid: z.int() });

/** Held here as well: a connection that nobody refers to is collected, and its lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Makes this process the one owner of a data folder, which is made (mode 0700) when it does not exist.
 * The lock is a lock of the operating system on a file, taken through SQLite: it ends with the process however the
 * process ends, so there is no stale one.
 * @throws DataFolderBusyError
 */
export function openDataFolder(folder: string): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = realpathSync(folder);
  const lock = takeLock(path);
  held.add(lock);
  writeWhole(join(path, OWNER_FILE), JSON.stringify({ pid: process.pid }));
  return {
    path,
    release() {
      if (!held.delete(lock)) return;
      rmSync(join(path, OWNER_FILE), { force: true });
      lock.close();
    },
  };
}

function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return lock;
  } catch (error) {
    lock.close();
    if (((sqliteCode(error) ?? 0) & 0xff) === SQLITE_BUSY)
      throw new DataFolderBusyError(path, ownerPid(path));
    throw error;
  }
}

/** The owner writes its id just after it has the lock: for an instant there is none, or its predecessor's. */
function ownerPid(path: string): number | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(join(path, OWNER_FILE), 'utf8'))).pid;
  } catch {
    return undefined;
  }
}

/** Readers find the old text or the new, never half of it. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
