import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import { canonicalJson } from './canonical-json.ts';
import { type EventLog, StoreUnavailableError } from './event-store.ts';
import { numberOfPosition, positionOf } from './position.ts';
import { storeFailure } from './sqlite-failure.ts';
import { openLogFileReadOnly, readLogId } from './sqlite-file.ts';

/** An event as it lies in the store: its canonical JSON, which is what is hashed, and by what it is found there. */
export interface StoredBody {
  readonly position: Position;
  readonly streamId: string;
  readonly revision: number;
  readonly body: string;
}

/** Reads the log without taking its events apart: for hashing and copying. */
export interface BodyReader {
  readonly logId: string;
  /** The next after a position (exclusive), at most `limit`, in log order. @throws StoreUnavailableError */
  after(position: Position, limit: number): Promise<readonly StoredBody[]>;
  /** Of one stream, in order. @throws StoreUnavailableError */
  ofStream(streamId: string): Promise<readonly StoredBody[]>;
  /** Of the newest event, `''` for an empty log. */
  head(): Promise<Position>;
  close(): Promise<void>;
}

/**
 * Opens the bodies of the embedded log beside its writer. What SQLite itself finds broken comes as a
 * StoreUnavailableError at the page that it lies in.
 * @throws LogFileError when there is no log of ours at `path`
 */
export function openSqliteBodies(path: string): BodyReader {
  const db = openLogFileReadOnly(path);
  try {
    const logId = readLogId(db, path);
    const page = db.prepare(
      'SELECT position, stream_id, revision, body FROM events WHERE position > ? ORDER BY position LIMIT ?',
    );
    const stream = db.prepare(
      'SELECT position, stream_id, revision, body FROM events WHERE stream_id = ? ORDER BY revision',
    );
    const newest = db.prepare('SELECT max(position) FROM events');
    for (const statement of [page, stream, newest]) statement.setReturnArrays(true);
    const rows = (read: () => Record<number, unknown>[]): Record<number, unknown>[] => {
      if (!db.isOpen) throw new StoreUnavailableError('closed', 'the event log is closed');
      try {
        return read();
      } catch (error) {
        throw storeFailure(error, false);
      }
    };
    return {
      logId,
      async after(position, limit) {
        return rows(() => page.all(numberOfPosition(position), limit)).map(bodyIn);
      },
      async ofStream(streamId) {
        return rows(() => stream.all(streamId)).map(bodyIn);
      },
      async head() {
        const highest = rows(() => newest.all())[0]?.[0];
        return typeof highest === 'number' ? positionOf(highest) : '';
      },
      async close() {
        if (db.isOpen) db.close();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Really an array of columns; the library's types know only objects. */
function bodyIn(row: Record<number, unknown>): StoredBody {
  return {
    position: positionOf(Number(row[0])),
    streamId: String(row[1]),
    revision: Number(row[2]),
    body: String(row[3]),
  };
}

/** The same of any store, which gives its events taken apart: they are written out again as they were. */
export function bodiesOf(log: EventLog): BodyReader {
  return {
    logId: log.logId,
    async after(position, limit) {
      return (await log.readAll(position, limit)).map(writtenOut);
    },
    async ofStream(streamId) {
      return (await log.readStream(streamId)).map(writtenOut);
    },
    head: () => log.head(),
    close: () => log.close(),
  };
}

function writtenOut({ position, ...envelope }: RecordedEvent): StoredBody {
  const { streamId, revision } = envelope;
  return { position, streamId, revision, body: canonicalJson(envelope) };
}
