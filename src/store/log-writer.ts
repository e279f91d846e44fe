import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EncodedAppend } from './encoded-append.ts';
import type { AppendResult } from './event-store.ts';
import { positionOf } from './position.ts';
import { SQLITE_CONSTRAINT_UNIQUE, sqliteCode, storeFailure } from './sqlite-failure.ts';

/** What of an append has to be known to write it. */
export type WritableAppend = Pick<EncodedAppend, 'streamId' | 'expectedRevision' | 'bodies'>;

export const INSERT_EVENT = 'INSERT INTO events (stream_id, revision, body) VALUES (?, ?, ?)';

/** Streams whose last revision is remembered, to spare looking it up; twice as many at most: some 3 MB. */
const REMEMBERED_STREAMS = 10_000;

export interface Written {
  /** One for each append, in order. */
  readonly results: readonly AppendResult[];
  /** The number of the newest position written; 0 when nothing was. */
  readonly newest: number;
}

/** Decides and commits appends on the log's one writing connection. */
export class LogWriter {
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #lastRevision: StatementSync;
  readonly #resent: StatementSync;
  #revisions = new Map<string, number>();
  #olderRevisions = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    // The write lock first: a transaction that starts by reading can't become a writer when another has written.
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    // A statement for each row: one with many rows of VALUES was measured no faster.
    this.#insert = db.prepare(INSERT_EVENT);
    this.#lastRevision = db.prepare(
      'SELECT revision FROM events WHERE stream_id = ? ORDER BY revision DESC LIMIT 1',
    );
    this.#resent = db.prepare(
      `SELECT position, body ->> '$.eventId' AS event_id FROM events
       WHERE stream_id = ? AND revision > ? ORDER BY revision LIMIT ?`,
    );
  }

  /**
   * Commits all of them together, with one flush; an append in conflict is left out and takes nothing with it.
   * @throws StoreUnavailableError: nothing of the batch is stored, unless it is ambiguous
   */
  write(batch: readonly WritableAppend[]): Written {
    const results: AppendResult[] = [];
    let newest = 0;
    let committing = false;
    try {
      this.#rollBack();
      this.#begin.run();
      for (const append of batch) {
        const decided = this.#decide(append);
        results.push(decided.result);
        newest = Math.max(newest, decided.newest);
      }
      committing = true;
      this.#commit.run();
    } catch (error) {
      this.#abandon();
      throw storeFailure(error, committing);
    }
    return { results, newest };
  }

  /** `newest`: the number of the last position written, 0 when nothing was. */
  #decide(append: WritableAppend): { result: AppendResult; newest: number } {
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

  #resentOrConflict({ streamId, expectedRevision, bodies }: WritableAppend): AppendResult {
    const stored = this.#resent.all(streamId, expectedRevision, bodies.length);
    const last = stored.at(-1);
    if (
      stored.length === bodies.length &&
      stored.every((row, at) => row.event_id === eventIdOf(bodies[at] ?? ''))
    ) {
      return {
        outcome: 'appended',
        revision: expectedRevision + bodies.length,
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

  /** Nothing of the batch is stored: neither what would have been appended, nor a conflict with it, holds. */
  #abandon(): void {
    this.#revisions.clear();
    this.#olderRevisions.clear();
    try {
      this.#rollBack();
    } catch {
      // Tried again before the next commit, whose callers then hear of it.
    }
  }

  /** SQLite may have rolled back by itself (a full disk), or may still be in the transaction that failed. */
  #rollBack(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }
}

/** Of a body as `encodeAppend` writes it; asked for where an append meets others alone. */
function eventIdOf(body: string): unknown {
  const event: unknown = JSON.parse(body);
  return typeof event === 'object' && event !== null && 'eventId' in event ? event.eventId : undefined;
}
