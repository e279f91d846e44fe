import { StoreUnavailableError } from './event-store.ts';

// Result codes of SQLite (sqlite.org/rescode.html): the low byte says which, the rest is detail.
export const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
export const SQLITE_CONSTRAINT_UNIQUE = 2067;
/** The index of the write-ahead file could not grow: seen when a disk is full. */
const SQLITE_IOERR_SHMSIZE = 4874;

/**
 * What a failing SQLite call means to callers of the port; what is not SQLite's comes back as it is (a bug).
 * `ambiguous`: the failing call was a commit. A commit without room was not written; one that failed otherwise
 * (a flush that gave an error) may be found again by recovery after a crash.
 */
export function storeFailure(error: unknown, ambiguous: boolean): unknown {
  const code = sqliteCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  if ((code & 0xff) === SQLITE_FULL || code === SQLITE_IOERR_SHMSIZE) {
    return new StoreUnavailableError('full', 'the disk or quota of the event store is full', {
      cause: error,
    });
  }
  if ((code & 0xff) === SQLITE_BUSY) {
    return new StoreUnavailableError('io', 'the event store is locked by another process', { cause: error });
  }
  return new StoreUnavailableError('io', `the event store failed: ${error.message}`, {
    cause: error,
    ambiguous,
  });
}

/** SQLite's extended result code of an error thrown by `node:sqlite`. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
