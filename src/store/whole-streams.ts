import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { WholeStream } from './event-store.ts';
import { LogWindow } from './log-window.ts';
import { storeFailure } from './sqlite-failure.ts';

const PAGE_EVENTS = 500;
/** Given out together, about. */
const BATCH_EVENTS = 500;
/** Of the log, looked back at: some 70,000 events. */
export const WINDOW_BYTES = 64 * 1024 * 1024;

/** A stream of which the window has the first events. */
interface Begun {
  readonly streamId: string;
  /** Where its events lie in the window, from the first on. */
  readonly places: number[];
  /** The stream that began after it. */
  next: Begun | undefined;
}

/**
 * Every stream of a log up to a position, whole up to there, in the order of their first events. The log is read once,
 * in its order, into a window of bytes; what a stream has beyond the window is looked up. (To look every stream up
 * takes three times as long.)
 * @throws StoreUnavailableError
 */
export function* wholeStreams(
  db: DatabaseSync,
  end: number,
  windowBytes: number,
): Generator<readonly WholeStream[], void, void> {
  const scan = db.prepare(
    'SELECT position, stream_id, revision, body FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?',
  );
  const rest = db.prepare(
    'SELECT body FROM events WHERE stream_id = ? AND revision >= ? AND position <= ? ORDER BY revision',
  );
  scan.setReturnArrays(true);
  rest.setReturnArrays(true);
  const window = new LogWindow(windowBytes);
  const begun = new Map<string, Begun>();
  let oldest: Begun | undefined;
  let newest: Begun | undefined;
  let batch: WholeStream[] = [];
  let batchEvents = 0;

  const begin = (streamId: string, place: number): void => {
    const stream: Begun = { streamId, places: [place], next: undefined };
    begun.set(streamId, stream);
    if (newest === undefined) oldest = stream;
    else newest.next = stream;
    newest = stream;
  };
  const finishOldest = (stream: Begun, hasMore: boolean): void => {
    const { streamId, places, next } = stream;
    const bodies = places.map(place => window.get(place));
    if (hasMore) for (const row of read(rest, streamId, bodies.length, end)) bodies.push(String(row[0]));
    batch.push({ streamId, bodies });
    batchEvents += bodies.length;
    begun.delete(streamId);
    oldest = next;
    if (next === undefined) newest = undefined;
    window.forgetBefore(next?.places[0]);
  };

  for (let after = 0; ; ) {
    const rows = read(scan, after, end, PAGE_EVENTS);
    if (rows.length === 0) break;
    for (const row of rows) {
      after = Number(row[0]);
      const streamId = String(row[1]);
      const isFirst = row[2] === 0;
      for (;;) {
        const stream = isFirst ? undefined : begun.get(streamId);
        // What is not begun any more was read ahead, up to its end.
        if (!isFirst && stream === undefined) break;
        const place = window.put(String(row[3]));
        if (place !== undefined) {
          if (stream === undefined) begin(streamId, place);
          else stream.places.push(place);
          break;
        }
        if (oldest !== undefined) finishOldest(oldest, true);
      }
    }
    if (batchEvents >= BATCH_EVENTS) {
      yield batch;
      batch = [];
      batchEvents = 0;
    }
  }
  while (oldest !== undefined) {
    finishOldest(oldest, false);
    if (batchEvents < BATCH_EVENTS) continue;
    yield batch;
    batch = [];
    batchEvents = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Really an array of columns; the library's types know only objects. */
type Row = Record<number, SQLOutputValue>;

function read(statement: StatementSync, ...values: (string | number)[]): readonly Row[] {
  try {
    return statement.all(...values);
  } catch (error) {
    throw storeFailure(error, false);
  }
}
