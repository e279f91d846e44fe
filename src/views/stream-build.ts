import type { DatabaseSync } from 'node:sqlite';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { Row } from '../../projections/table.ts';
import type { EventLog, StreamFinder } from '../store/event-store.ts';
import { isOfProjection, rowAccess, tablesOf } from './projection-tables.ts';
import type { TableCache } from './table-cache.ts';

const STREAMS_AT_ONCE = 200;
/** Rows of figures, of each table, that are kept in memory while cases add to them. */
const CACHED_ROWS = 20_000;

/**
 * Fills empty tables with what the log says up to a position, stream after stream in the order of their first events:
 * a source is folded without a pause, derived once, its rows are written once, and nothing is kept of it. In the log's
 * order thousands of open cases are kept side by side: that takes twice the memory, and longer for all its garbage.
 * The rows are the same: what a projection shows hangs on each stream and on the order of the first events, no more.
 * @param meanwhile called with the number of events so far, every now and then
 * @returns how many events there are up to `upTo`; `undefined` when a projection threw, and the tables hold anything
 */
export async function buildByStreams(
  db: DatabaseSync,
  log: Pick<EventLog, 'readStream'> & StreamFinder,
  projections: readonly Projection[],
  upTo: Position,
  meanwhile: (events: number) => Promise<void>,
): Promise<number | undefined> {
  const loads = projections.map(projection => {
    const tables = tablesOf(db, projection, CACHED_ROWS);
    return { projection, tables: [...tables.values()], rows: rowAccess(projection, tables) };
  });
  let events = 0;
  let after: Position = '';
  for (;;) {
    const starts = await log.readStarts(after, upTo, STREAMS_AT_ONCE);
    const last = starts.at(-1);
    if (last === undefined) return events;
    after = last.position;
    for (const first of starts) {
      const stream = await log.readStream(first.streamId, 1);
      const later = stream.filter(event => event.position <= upTo);
      events += 1 + later.length;
      if (!attempt(() => takeInto(loads, first, later))) {
        return undefined;
      }
    }
    if (!attempt(() => writeChanges(loads))) return undefined;
    await meanwhile(events);
  }
}

interface Load {
  readonly projection: Projection;
  readonly tables: readonly TableCache<Row>[];
  readonly rows: RowAccess;
}

/** False when a projection threw. */
function attempt(what: () => void): boolean {
  try {
    what();
    return true;
  } catch (error) {
    if (isOfProjection(error)) return false;
    throw error;
  }
}

function writeChanges(loads: readonly Load[]): void {
  for (const { tables } of loads) {
    for (const table of tables) {
      table.write();
      table.age();
    }
  }
}

function takeInto(loads: readonly Load[], first: RecordedEvent, later: readonly RecordedEvent[]): void {
  for (const { projection, rows } of loads) {
    let source = projection.fold(undefined, first);
    // What begins without a source never has one.
    if (source === undefined) continue;
    for (const event of later) if (projection.types.has(event.type)) source = projection.fold(source, event);
    projection.derive(undefined, source, rows);
  }
}
