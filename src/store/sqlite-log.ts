import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import { type EventLog, StoreUnavailableError, type StreamedLog, type WholeStream } from './event-store.ts';
import { numberOfPosition, positionOf, recordedEvent } from './position.ts';
import { storeFailure } from './sqlite-failure.ts';
import { openLogFileReadOnly, readLogId } from './sqlite-file.ts';
import { WINDOW_BYTES, wholeStreams } from './whole-streams.ts';
import { streamsOfThread } from './whole-streams-thread.ts';

/** A shorter log is read before a thread has begun. */
const WORTH_A_THREAD_EVENTS = 50_000;

/**
 * Opens the log beside its writer, for reading only: for worker threads (projector, exports). It sees what is
 * committed, and holds no lock that a writer waits for.
 * @throws LogFileError when there is no log of ours at `path`
 */
export async function openSqliteLog(path: string): Promise<EventLog & StreamedLog> {
  const db = openLogFileReadOnly(path);
  try {
    return new SqliteLog(db, readLogId(db, path), path);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The reading half of the port over one connection. */
export class SqliteLog implements EventLog, StreamedLog {
  readonly logId: string;
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #stream: StatementSync;
  readonly #all: StatementSync;
  readonly #head: StatementSync;
  readonly #newest: StatementSync;
  /** For the types that were asked for last. */
  #typed: { readonly key: string; readonly statement: StatementSync } | undefined;

  constructor(db: DatabaseSync, logId: string, path: string) {
    this.#db = db;
    this.#path = path;
    this.logId = logId;
    this.#stream = db.prepare(
      'SELECT position, body FROM events WHERE stream_id = ? AND revision >= ? ORDER BY revision',
    );
    this.#all = db.prepare('SELECT position, body FROM events WHERE position > ? ORDER BY position LIMIT ?');
    this.#head = db.prepare('SELECT max(position) FROM events');
    this.#newest = db.prepare('SELECT position, body FROM events ORDER BY position DESC LIMIT 1');
    // Rows as arrays are read a fifth faster than as objects.
    for (const statement of [this.#stream, this.#all, this.#head, this.#newest])
      statement.setReturnArrays(true);
  }

  async readStream(streamId: string, fromRevision = 0): Promise<readonly RecordedEvent[]> {
    return this.#read(this.#stream, streamId, fromRevision).map(toEvent);
  }

  // A whole page is fetched at once, and no cursor stays open: a reader that stays in its transaction keeps the
  // write-ahead file from being reset, and it grows.
  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#read(this.#all, numberOfPosition(after), limit).map(toEvent);
  }

  async *streams(
    end: Position,
    windowBytes = WINDOW_BYTES,
  ): AsyncGenerator<readonly WholeStream[], void, void> {
    const upTo = numberOfPosition(end);
    if (upTo < WORTH_A_THREAD_EVENTS) yield* wholeStreams(this.#db, upTo, windowBytes);
    else yield* streamsOfThread({ path: this.#path, end: upTo, windowBytes });
  }

  async readTypes(after: Position, types: readonly string[], lookAt: number) {
    const from = numberOfPosition(after);
    const newest = Number(this.#read(this.#head)[0]?.[0] ?? 0);
    // By place, which is as good as by count: positions without an event are few.
    const upTo = Math.min(newest, from + lookAt);
    if (upTo <= from) return { events: [], upTo: after };
    const rows = this.#read(this.#ofTypes(types), from, upTo);
    return { events: rows.map(toEvent), upTo: positionOf(upTo) };
  }

  /** A body is canonical JSON, whose last key is `type`: it is known by its last bytes, without being parsed. */
  #ofTypes(types: readonly string[]): StatementSync {
    const key = types.join();
    if (this.#typed?.key === key) return this.#typed.statement;
    const ends = types.map(type => {
      if (!/^[A-Za-z0-9]+$/.test(type)) throw new TypeError(`"${type}" is not an event type`);
      const end = `"type":"${type}"}`;
      return `substr(CAST(body AS BLOB), -${end.length}) = CAST('${end}' AS BLOB)`;
    });
    const statement = this.#db.prepare(
      `SELECT position, body FROM events WHERE position > ? AND position <= ? AND (${ends.join(' OR ') || '0'}) ORDER BY position`,
    );
    statement.setReturnArrays(true);
    this.#typed = { key, statement };
    return statement;
  }

  async head(): Promise<Position> {
    const newest = this.#read(this.#head)[0]?.[0];
    return typeof newest === 'number' ? positionOf(newest) : '';
  }

  async recordedUntil(): Promise<number | undefined> {
    return this.#read(this.#newest).map(toEvent)[0]?.metadata.recordedAt;
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #read(statement: StatementSync, ...values: (string | number)[]): Row[] {
    if (!this.#db.isOpen) throw new StoreUnavailableError('closed', 'the event log is closed');
    try {
      return statement.all(...values);
    } catch (error) {
      throw storeFailure(error, false);
    }
  }
}

/** Really an array of columns; the library's types know only objects. */
type Row = Record<number, SQLOutputValue>;

function toEvent(row: Row): RecordedEvent {
  return recordedEvent(String(row[1]), positionOf(Number(row[0])));
}
