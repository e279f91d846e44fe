import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Position } from '../../domain/log/envelope.ts';
import type { Projection } from '../../projections/projection.ts';
import type { AnyTable } from '../../projections/table.ts';
import type { EventLog, StreamedLog } from '../store/event-store.ts';
import { currentGeneration } from '../views/generation-files.ts';
import { buildViews } from '../views/view-build.ts';
import { openViewFileReadOnly, readCheckpoints } from '../views/view-file.ts';
import { NoViewsError } from './audit-job.ts';
import { logUpTo } from './log-up-to.ts';

type Row = Readonly<Record<string, unknown>>;

/** Where the views that answer and those made from nothing part first, in one table. */
export interface ViewDifference {
  readonly projection: string;
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
  /** Absent where only the other has the row. */
  readonly live?: Row;
  readonly rebuilt?: Row;
  /** The last event that this row was made from; none for a row that counts over many cases. */
  readonly event?: {
    readonly eventId: string;
    readonly streamId: string;
    readonly revision: number;
    readonly type: string;
  };
  /** Rows of this table that differ, this one included. */
  readonly rows: number;
}

export interface ShadowResult {
  /** Events that both were made from. */
  readonly events: number;
  readonly rows: number;
  readonly differences: readonly ViewDifference[];
  /** Views that stopped at an event: they are not compared. */
  readonly faulted: readonly { readonly projection: string; readonly message: string }[];
}

/** Views that are being made, or of which one is behind the others, are waited for as long. */
const VIEWS_WAIT_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * Makes all views from nothing in a scratch folder beside those that answer, up to the very event that these have seen,
 * and compares row by row. Those that answer are held as they are meanwhile, in a read transaction; writers go on.
 * @throws NoViewsError when there are none in time that have all seen the same events
 */
export async function shadow(parts: {
  readonly folder: string;
  /** Empty; whoever gave it takes it away. */
  readonly scratch: string;
  readonly log: EventLog & Partial<StreamedLog>;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly projections: readonly Projection[];
  readonly onProgress: (events: number) => void;
}): Promise<ShadowResult> {
  const { folder, scratch, log, projections, onProgress } = parts;
  const { live, checkpoints, upTo } = await heldViews(folder);
  try {
    const going = checkpoints.filter(isGoing);
    const bounded = logUpTo(log, upTo);
    const built = await buildViews(scratch, bounded, projections, async events => onProgress(events));
    const rebuilt = openViewFileReadOnly(built.path);
    try {
      const names = new Set(going.map(({ name }) => name));
      const compared = projections.filter(({ name }) => names.has(name));
      const found = await compare(compared, live, rebuilt, parts, upTo);
      const faulted = checkpoints.flatMap(({ name, fault }) =>
        fault === undefined ? [] : [{ projection: name, message: fault.message }],
      );
      return { events: built.events, ...found, faulted };
    } finally {
      rebuilt.close();
    }
  } finally {
    live.close();
  }
}

/** The views that answer, held as they are by a read transaction, once all have seen the same events. */
async function heldViews(folder: string) {
  for (const until = performance.now() + VIEWS_WAIT_MS; ; await sleep(LOOK_EVERY_MS)) {
    const current = currentGeneration(folder);
    let why = 'there are no views yet: ask again in a moment';
    if (current !== undefined) {
      const live = openViewFileReadOnly(current.path);
      try {
        live.exec('BEGIN');
        const { checkpoints } = readCheckpoints(live);
        const going = checkpoints.filter(isGoing);
        const [upTo, ...others] = new Set(going.map(({ position }) => position));
        if (upTo !== undefined && others.length === 0) return { live, checkpoints, upTo };
        if (going.length === 0) throw new NoViewsError('every view has stopped at an event');
        why = 'the views have not seen the same events yet: ask again in a moment';
      } catch (error) {
        live.close();
        throw error;
      }
      live.close();
    }
    if (performance.now() > until) throw new NoViewsError(why);
  }
}

function isGoing({ fault }: { readonly fault?: unknown }): boolean {
  return fault === undefined;
}

async function compare(
  projections: readonly Projection[],
  live: DatabaseSync,
  rebuilt: DatabaseSync,
  parts: { readonly log: EventLog; readonly lifecycles: readonly AnyLifecycle[] },
  upTo: Position,
): Promise<Pick<ShadowResult, 'rows' | 'differences'>> {
  let rows = 0;
  const differences: ViewDifference[] = [];
  for (const projection of projections) {
    for (const table of projection.tables) {
      const found = compareTable(table, live, rebuilt);
      rows += found.rows;
      if (found.first === undefined) continue;
      const { key, ...sides } = found.first;
      const event = await eventBehind(sides.rebuilt ?? sides.live ?? {}, projection, parts, upTo);
      differences.push({
        projection: projection.name,
        table: table.name,
        key,
        ...sides,
        ...(event === undefined ? {} : { event }),
        rows: found.different,
      });
    }
  }
  return { rows, differences };
}

interface First {
  readonly key: Readonly<Record<string, unknown>>;
  readonly live?: Row;
  readonly rebuilt?: Row;
}

/** Walks both tables side by side in the order of their keys, a row of each in memory. */
function compareTable(table: AnyTable, live: DatabaseSync, rebuilt: DatabaseSync) {
  const keys = table.key.map(name => `"${name}"`).join(', ');
  const columns = Object.keys(table.columns)
    .map(name => `"${name}"`)
    .join(', ');
  const sql = `SELECT ${columns} FROM "${table.name}" ORDER BY ${keys}`;
  const [left, right] = [live.prepare(sql).iterate(), rebuilt.prepare(sql).iterate()];
  let [one, other] = [left.next(), right.next()];
  let rows = 0;
  let different = 0;
  let first: First | undefined;
  const keyOf = (row: Row) => Object.fromEntries(table.key.map(name => [name, row[name]]));
  const differ = (sides: Pick<First, 'live' | 'rebuilt'>): void => {
    different++;
    first ??= { key: keyOf(sides.live ?? sides.rebuilt ?? {}), ...sides };
  };
  while (one.done !== true || other.done !== true) {
    rows++;
    const order =
      one.done === true ? 1 : other.done === true ? -1 : compareKeys(table.key, one.value, other.value);
    if (order === 0 && one.done !== true && other.done !== true) {
      if (JSON.stringify(one.value) !== JSON.stringify(other.value)) {
        differ({ live: one.value, rebuilt: other.value });
      }
      [one, other] = [left.next(), right.next()];
    } else if (order < 0 && one.done !== true) {
      differ({ live: one.value });
      one = left.next();
    } else if (other.done !== true) {
      differ({ rebuilt: other.value });
      other = right.next();
    }
  }
  return { rows, different, first };
}

/** As SQLite orders: numbers by size, texts by their bytes. */
function compareKeys(key: readonly string[], a: Row, b: Row): number {
  for (const name of key) {
    const [left, right] = [a[name], b[name]];
    if (left === right) continue;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
  }
  return 0;
}

/** The last event that the projection looks at in the case that a row is of. */
async function eventBehind(
  row: Row,
  projection: Projection,
  { log, lifecycles }: { readonly log: EventLog; readonly lifecycles: readonly AnyLifecycle[] },
  upTo: Position,
): Promise<ViewDifference['event']> {
  const streams =
    typeof row.streamId === 'string'
      ? [row.streamId]
      : typeof row.caseId === 'string'
        ? lifecycles.map(({ category }) => `${category}-${row.caseId}`)
        : [];
  for (const streamId of streams) {
    const events = await log.readStream(streamId);
    const last = events.findLast(
      ({ position, revision, type }) => position <= upTo && (revision === 0 || projection.types.has(type)),
    );
    if (last === undefined) continue;
    const { eventId, revision, type } = last;
    return { eventId, streamId, revision, type };
  }
  return undefined;
}
