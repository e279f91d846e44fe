import type { DatabaseSync } from 'node:sqlite';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { Row } from '../../projections/table.ts';
import type { WholeStream } from '../store/event-store.ts';
import { storedEvent } from '../store/position.ts';
import { isOfProjection, rowAccess, tablesOf } from './projection-tables.ts';
import type { TableCache } from './table-cache.ts';

/** Rows of figures, of each table, that are kept in memory while cases add to them. */
const CACHED_ROWS = 20_000;

/**
 * Fills empty tables with what a log says, stream after stream in the order of their first events: a source is folded
 * without a pause, derived once, its rows are written once, and nothing is kept of it. In the log's order thousands of
 * open cases are kept side by side: that takes twice the memory, and longer for all its garbage. The rows are those
 * that following the log gives: what a projection shows hangs on each stream and on the order of the first events.
 * @param meanwhile called with the number of events so far, every now and then
 * @returns how many events there are; `undefined` when a projection threw, and the tables hold anything
 */
export async function buildByStreams(
  db: DatabaseSync,
  streams: AsyncIterable<readonly WholeStream[]>,
  projections: readonly Projection[],
  meanwhile: (events: number) => Promise<void>,
): Promise<number | undefined> {
  const loads = projections.map(projection => {
    const tables = tablesOf(db, projection, CACHED_ROWS);
    return { projection, tables: [...tables.values()], rows: rowAccess(projection, tables) };
  });
  let events = 0;
  for await (const batch of streams) {
    for (const { bodies } of batch) {
      events += bodies.length;
      if (!takeIn(loads, bodies)) return undefined;
    }
    if (!attempt(() => settle(loads, table => table.full))) return undefined;
    await meanwhile(events);
  }
  return attempt(() => settle(loads, () => true)) ? events : undefined;
}

/** One projection at work. */
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

function settle(loads: readonly Load[], which: (table: TableCache<Row>) => boolean): void {
  for (const { tables } of loads) {
    for (const table of tables) if (which(table)) table.settle();
  }
}

/** False when a projection threw. */
function takeIn(loads: readonly Load[], [firstBody, ...laterBodies]: readonly string[]): boolean {
  if (firstBody === undefined) return true;
  const first = storedEvent(firstBody);
  // What begins without a source never has one.
  const sources: (object | undefined)[] = [];
  const folded = attempt(() => {
    for (const { projection } of loads) sources.push(projection.fold(undefined, first));
  });
  if (!folded || sources.every(source => source === undefined)) return folded;
  const later = laterBodies.map(storedEvent);
  return attempt(() => {
    for (const [at, { projection, rows }] of loads.entries()) {
      let source = sources[at];
      if (source === undefined) continue;
      for (const event of later) {
        if (projection.types.has(event.type)) source = projection.fold(source, event);
      }
      projection.derive(undefined, source, rows);
    }
  });
}
