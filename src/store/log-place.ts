import type { StoredEvent } from '../../domain/log/envelope.ts';
import { type LogHome, lastMove } from '../../domain/log/log-moved.ts';

/** The log in this store is not the one to go on with: it moved away, or has not arrived whole. */
export class LogElsewhereError extends Error {
  override readonly name = 'LogElsewhereError';
}

/** A log was to be copied from where there is none. */
export class NoLogError extends Error {
  override readonly name = 'NoLogError';
}

/** How a store is opened by who copies a log out of it or into it: one that moved away or is not whole opens too. */
export interface CopyAccess {
  /** Begins an empty store, in place of a new `LogCreated`: the copied log's own. */
  readonly first?: StoredEvent;
}

const NAMES: Readonly<Record<LogHome, string>> = {
  sqlite: 'the embedded store',
  eventstoredb: 'EventStoreDB',
};

/**
 * How often the log has moved, as its own stream tells: positions of before a move mean nothing after it.
 * @throws LogElsewhereError for a log that moved away from here
 */
export function movesOf(ofLog: readonly StoredEvent[], here: LogHome, where: string): number {
  const move = lastMove(ofLog);
  if (move !== undefined && move.to !== here) {
    const when = new Date(move.movedAt).toISOString();
    throw new LogElsewhereError(
      `the log in ${where} moved to ${NAMES[move.to]} at ${when}: it goes on there, and this copy is closed. ` +
        'redress migrate finishes a move that was cut off, and moves it back',
    );
  }
  return move?.move ?? 0;
}

/** @throws LogElsewhereError */
export function refuseUnfinished(isUnfinished: boolean, where: string): void {
  if (!isUnfinished) return;
  throw new LogElsewhereError(
    `the log in ${where} has not arrived whole: run redress migrate again, it goes on where it was cut off`,
  );
}
