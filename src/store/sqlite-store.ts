import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { v7 as uuidv7 } from 'uuid';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import { LOG_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { logCreated } from '../../domain/log/log-created.ts';
import { AppendListeners } from './append-listeners.ts';
import { isUnfinishedCopy, markUnfinished } from './copy-mark.ts';
import { type EncodedAppend, encodeAppend } from './encoded-append.ts';
import {
  type AppendResult,
  type EventStore,
  type LookedAt,
  type NewEvent,
  StoreUnavailableError,
} from './event-store.ts';
import { demandLog, refuseGone } from './gone-log.ts';
import { type CopyAccess, movesOf, refuseUnfinished } from './log-place.ts';
import { INSERT_EVENT } from './log-writer.ts';
import { numberOfPosition, positionOf } from './position.ts';
import { RecentTypes } from './recent-types.ts';
import { storeFailure } from './sqlite-failure.ts';
import { openLogFile, openLogFileReadOnly, readLogId } from './sqlite-file.ts';
import { SqliteLog } from './sqlite-log.ts';
import { WriterThread } from './writer-thread.ts';

export interface SqliteStoreOptions {
  /** Of `events.db`; made when it does not exist. Its folder must, and must be owned (data-folder.ts). */
  readonly path: string;
  /** Tells the time of `LogCreated` in a new log. */
  readonly clock: { now(): number };
  /** A fresh UUID for a new log; UUIDv7 by default. */
  readonly newLogId?: () => string;
  /** For who copies a log alone. */
  readonly copy?: CopyAccess;
}

export interface SqliteEventStore extends EventStore {
  /** Runs SQL on the writing connection, after the appends before it: a quota (`PRAGMA max_page_count`), say. */
  execute(sql: string): Promise<void>;
}

/**
 * Opens the embedded event store. A thread of its own writes; appends that come while it commits are committed
 * together by its next flush.
 * @throws LogFileError for a file that is not ours; LogElsewhereError; StoreUnavailableError
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteEventStore> {
  const { path, copy } = options;
  if (copy === undefined) refuseUnfinished(isUnfinishedCopy(path), path);
  // Who copies a log into a folder begins it there, whatever lies beside it.
  if (copy?.first === undefined) demandLog(path);
  // Before there is anything in it; a log that is there already is none of ours to mark yet.
  if (copy?.first !== undefined && !existsSync(path)) markUnfinished(path);
  try {
    // Made, or looked at and recovered after a crash, before anybody else opens it.
    const first = openLogFile(path, connection => insertFirstEvent(connection, options));
    try {
      const db = openLogFileReadOnly(path);
      try {
        const log = new SqliteLog(db, readLogId(db, path), path);
        const moves = copy === undefined ? movesOf(await log.readStream(LOG_STREAM_ID), 'sqlite', path) : 0;
        return new SqliteStore(path, log, moves);
      } catch (error) {
        db.close();
        throw error;
      }
    } finally {
      first.close();
    }
  } catch (error) {
    throw storeFailure(error, false);
  }
}

function insertFirstEvent(db: DatabaseSync, options: SqliteStoreOptions): void {
  // A file of SQLite's with nothing in it.
  if (options.copy?.first === undefined) refuseGone(options.path);
  const logId = options.newLogId?.() ?? uuidv7();
  const event =
    options.copy?.first ?? logCreated({ logId, eventId: uuidv7(), commandId: uuidv7() }, options.clock.now());
  const { streamId, bodies } = encodeAppend(event.streamId, -1, [event]);
  for (const body of bodies) db.prepare(INSERT_EVENT).run(streamId, event.revision, body);
}

/** One commit takes no more than this; what waits beyond it goes into the next. */
const MAX_COMMIT_BYTES = 16 * 1024 * 1024;

interface Pending extends EncodedAppend {
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteStore implements SqliteEventStore {
  readonly logId: string;
  readonly moves: number;
  readonly #log: SqliteLog;
  readonly #writer: WriterThread;
  readonly #listeners = new AppendListeners();
  readonly #recent = new RecentTypes();
  #queue: Pending[] = [];
  #writing = false;
  #drained: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(path: string, log: SqliteLog, moves: number) {
    this.logId = log.logId;
    this.moves = moves;
    this.#log = log;
    this.#writer = new WriterThread({ path });
  }

  append(streamId: string, expectedRevision: number, events: readonly NewEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw closedError();
      const append = encodeAppend(streamId, expectedRevision, events);
      const first = this.#queue.push({ ...append, resolve, reject }) === 1;
      // At the end of the turn, so that what is asked for within it goes together.
      if (first && !this.#writing) setImmediate(this.#flush);
    });
  }

  onAppended(listener: (position: Position) => void): () => void {
    return this.#listeners.add(listener);
  }

  eventsBetween(after: Position, upTo: Position): number {
    return Math.max(numberOfPosition(upTo) - numberOfPosition(after), 0);
  }

  readStream(streamId: string, fromRevision?: number): Promise<readonly RecordedEvent[]> {
    return this.#log.readStream(streamId, fromRevision);
  }

  readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#log.readAll(after, limit);
  }

  async readTypes(after: Position, types: readonly string[], lookAt: number): Promise<LookedAt> {
    const from = numberOfPosition(after);
    const newest = this.#recent.newest();
    const upTo = Math.min(newest, from + lookAt);
    if (upTo > from && this.#recent.holdNone(from, upTo, new Set(types))) {
      return { events: [], upTo: positionOf(upTo), atEnd: upTo === newest };
    }
    return this.#log.readTypes(after, types, lookAt);
  }

  head(): Promise<Position> {
    return this.#log.head();
  }

  recordedUntil(): Promise<number | undefined> {
    return this.#log.recordedUntil();
  }

  execute(sql: string): Promise<void> {
    return this.#writer.execute(sql);
  }

  /** Commits what was asked for before. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#flush();
    await this.#drained;
    await this.#writer.close();
    await this.#log.close();
  }

  readonly #flush = (): void => {
    if (!this.#writing) this.#drained = this.#drain();
  };

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        const { results, newest } = await this.#writer.write(batch);
        for (const [index, append] of batch.entries()) {
          const result = results[index];
          if (result === undefined) continue;
          if (result.outcome === 'appended') this.#noteTypes(result.position, append.types);
          append.resolve(result);
        }
        if (newest > 0) this.#listeners.notify(positionOf(newest));
      } catch (error) {
        for (const append of batch) append.reject(error);
      }
    }
    // In the same turn as the look at the queue: what comes later asks for a flush of its own.
    this.#writing = false;
  }

  /** Of an append that was written now: one that was sent again is where it was, and is not news. */
  #noteTypes(position: Position, types: readonly string[]): void {
    const last = numberOfPosition(position);
    if (last > this.#recent.newest()) this.#recent.add(last - types.length + 1, types);
  }

  #takeBatch(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const append of this.#queue) {
      bytes += append.bytes;
      if (bytes > MAX_COMMIT_BYTES && count > 0) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }
}

function closedError(): StoreUnavailableError {
  return new StoreUnavailableError('closed', 'the event store is closed');
}
