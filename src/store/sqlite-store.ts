import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { v7 as uuidv7 } from 'uuid';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import { logCreated } from '../../domain/log/log-created.ts';
import { AppendListeners } from './append-listeners.ts';
import { type EncodedAppend, encodeAppend } from './encoded-append.ts';
import { type AppendResult, type EventStore, type NewEvent, StoreUnavailableError } from './event-store.ts';
import { positionOf } from './position.ts';
import { SQLITE_CONSTRAINT_UNIQUE, sqliteCode, storeFailure } from './sqlite-failure.ts';
import { openLogFile, readLogId } from './sqlite-file.ts';
import { SqliteLog } from './sqlite-log.ts';

export interface SqliteStoreOptions {
  /** Of `events.db`; made when it does not exist. Its folder must, and must be owned (data-folder.ts). */
  readonly path: string;
  /** Tells the time of `LogCreated` in a new log. */
  readonly clock: { now(): number };
  /** A fresh UUID for a new log; UUIDv7 by default. */
  readonly newLogId?: () => string;
  /** Called with the connection before use, for what is set on a connection (a quota: `PRAGMA max_page_count`). */
  readonly onConnection?: (db: DatabaseSync) => void;
}

/**
 * Opens the embedded event store. Appends that are asked for within one turn of the event loop are committed
 * together, at its end, with one flush.
 * @throws LogFileError for a file that is not ours; StoreUnavailableError
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<EventStore> {
  try {
    const db = openLogFile(options.path, connection => insertFirstEvent(connection, options));
    try {
      options.onConnection?.(db);
      return new SqliteStore(db, readLogId(db, options.path));
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw storeFailure(error, false);
  }
}

const INSERT = 'INSERT INTO events (stream_id, revision, body) VALUES (?, ?, ?)';

function insertFirstEvent(db: DatabaseSync, options: SqliteStoreOptions): void {
  const logId = options.newLogId?.() ?? uuidv7();
  const event = logCreated({ logId, eventId: uuidv7(), commandId: uuidv7() }, options.clock.now());
  const { streamId, bodies } = encodeAppend(event.streamId, -1, [event]);
  for (const body of bodies) db.prepare(INSERT).run(streamId, event.revision, body);
}

/** One commit takes no more than this; what waits beyond it goes into the next turn's. */
const MAX_COMMIT_BYTES = 16 * 1024 * 1024;

/** Streams whose last revision is remembered, to spare looking it up; twice as many at most: some 3 MB. */
const REMEMBERED_STREAMS = 10_000;

interface Pending extends EncodedAppend {
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteStore implements EventStore {
  readonly logId: string;
  readonly #db: DatabaseSync;
  readonly #log: SqliteLog;
  readonly #listeners = new AppendListeners();
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #lastRevision: StatementSync;
  readonly #resent: StatementSync;
  #revisions = new Map<string, number>();
  #olderRevisions = new Map<string, number>();
  #queue: Pending[] = [];
  #closing = false;

  constructor(db: DatabaseSync, logId: string) {
    this.logId = logId;
    this.#db = db;
    this.#log = new SqliteLog(db, logId);
    // The write lock first: a transaction that starts by reading can't become a writer when another has written.
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    // A statement for each row: one with many rows of VALUES was measured no faster.
    this.#insert = db.prepare(INSERT);
    this.#lastRevision = db.prepare(
      'SELECT revision FROM events WHERE stream_id = ? ORDER BY revision DESC LIMIT 1',
    );
    this.#resent = db.prepare(
      `SELECT position, body ->> '$.eventId' AS event_id FROM events
       WHERE stream_id = ? AND revision > ? ORDER BY revision LIMIT ?`,
    );
  }

  append(streamId: string, expectedRevision: number, events: readonly NewEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#closing) throw closedError();
      const append = encodeAppend(streamId, expectedRevision, events);
      if (this.#queue.push({ ...append, resolve, reject }) === 1) setImmediate(this.#flush);
    });
  }

  onAppended(listener: (position: Position) => void): () => void {
    return this.#listeners.add(listener);
  }

  readStream(streamId: string, fromRevision?: number): Promise<readonly RecordedEvent[]> {
    return this.#log.readStream(streamId, fromRevision);
  }

  readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#log.readAll(after, limit);
  }

  readTypes(after: Position, types: readonly string[], lookAt: number) {
    return this.#log.readTypes(after, types, lookAt);
  }

  head(): Promise<Position> {
    return this.#log.head();
  }

  /** Commits what was asked for before. */
  async close(): Promise<void> {
    this.#closing = true;
    while (this.#queue.length > 0) this.#flush();
    await this.#log.close();
  }

  readonly #flush = (): void => {
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    let results: AppendResult[];
    let newest: number;
    let committing = false;
    try {
      this.#rollBack();
      this.#begin.run();
      newest = 0;
      results = [];
      for (const append of batch) {
        const decided = this.#decide(append);
        results.push(decided.result);
        newest = Math.max(newest, decided.newest);
      }
      committing = true;
      this.#commit.run();
    } catch (error) {
      this.#abandon(batch, storeFailure(error, committing));
      return;
    }
    for (const [index, append] of batch.entries()) {
      const result = results[index];
      if (result !== undefined) append.resolve(result);
    }
    if (newest > 0) this.#listeners.notify(positionOf(newest));
  };

  #takeBatch(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const append of this.#queue) {
      bytes += append.bytes;
      if (bytes > MAX_COMMIT_BYTES && count > 0) break;
      count++;
    }
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    if (!this.#closing) setImmediate(this.#flush);
    return this.#queue.splice(0, count);
  }

  /** `newest`: the number of the last position written, 0 when nothing was. */
  #decide(append: EncodedAppend): { result: AppendResult; newest: number } {
    const { streamId, expectedRevision, bodies } = append;
    // What is remembered is only a hint: the index refuses a revision that is taken, whoever took it.
    const expected =
      expectedRevision === -1 ||
      (this.#revisions.get(streamId) ?? this.#olderRevisions.get(streamId)) === expectedRevision ||
      this.#lookUpRevision(streamId) === expectedRevision;
    if (!expected) return { result: this.#resentOrConflict(append), newest: 0 };
    let revision = expectedRevision;
    let newest = 0;
    for (const body of bodies) {
      revision++;
      try {
        newest = Number(this.#insert.run(streamId, revision, body).lastInsertRowid);
      } catch (error) {
        // Only the first can be taken: a stream has no holes. (ON CONFLICT DO NOTHING would use up a position.)
        if (newest === 0 && sqliteCode(error) === SQLITE_CONSTRAINT_UNIQUE) {
          return { result: this.#resentOrConflict(append), newest: 0 };
        }
        throw error;
      }
    }
    this.#remember(streamId, revision);
    return { result: { outcome: 'appended', revision, position: positionOf(newest) }, newest };
  }

  #resentOrConflict({ streamId, expectedRevision, eventIds }: EncodedAppend): AppendResult {
    const stored = this.#resent.all(streamId, expectedRevision, eventIds.length);
    const last = stored.at(-1);
    if (stored.length === eventIds.length && stored.every((row, at) => row.event_id === eventIds[at])) {
      return {
        outcome: 'appended',
        revision: expectedRevision + eventIds.length,
        position: positionOf(Number(last?.position)),
      };
    }
    return { outcome: 'conflict', actualRevision: this.#lookUpRevision(streamId) };
  }

  #lookUpRevision(streamId: string): number {
    const row = this.#lastRevision.get(streamId);
    return row === undefined ? -1 : Number(row.revision);
  }

  /** In two generations: to take single old entries out of a Map costs more than all else it does here. */
  #remember(streamId: string, revision: number): void {
    this.#revisions.set(streamId, revision);
    if (this.#revisions.size < REMEMBERED_STREAMS) return;
    this.#olderRevisions = this.#revisions;
    this.#revisions = new Map();
  }

  #forgetAll(): void {
    this.#revisions.clear();
    this.#olderRevisions.clear();
  }

  /** Nothing of the batch is stored: neither what would have been appended, nor a conflict with it, holds. */
  #abandon(batch: readonly Pending[], failure: unknown): void {
    this.#forgetAll();
    try {
      this.#rollBack();
    } catch {
      // Tried again before the next commit, whose callers then hear of it.
    }
    for (const append of batch) append.reject(failure);
  }

  /** SQLite may have rolled back by itself (a full disk), or may still be in the transaction that failed. */
  #rollBack(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }
}

function closedError(): StoreUnavailableError {
  return new StoreUnavailableError('closed', 'the event store is closed');
}
