import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Position, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { AnyTable, Row, Table } from '../../projections/table.ts';
import { TableCache } from './table-cache.ts';
import { type Checkpoint, type Fault, readCheckpoints } from './view-file.ts';

export interface FoldOptions {
  /** Rows of each table that are kept in memory from one commit to the next. */
  readonly cachedRows: number;
}

/** One projection at work: where it is, its sources and what it shows. */
interface Run {
  readonly projection: Projection;
  readonly sources: TableCache<Row>;
  readonly tables: ReadonlyMap<string, TableCache<Row>>;
  readonly rows: RowAccess;
  position: Position;
  fault: Fault | undefined;
}

/** Folds events into the sources of one file of views, in memory until `commit` derives and writes the rows. */
export class Fold {
  readonly #db: DatabaseSync;
  readonly #runs: readonly Run[];
  readonly #checkpoint: StatementSync;

  /** @param projections those whose tables, of the same version, are in the file */
  constructor(db: DatabaseSync, projections: readonly Projection[], { cachedRows }: FoldOptions) {
    this.#db = db;
    this.#checkpoint = db.prepare(
      'UPDATE checkpoints SET position = ?, faultPosition = ?, faultMessage = ? WHERE name = ?',
    );
    this.#runs = projections.map(projection => {
      const tables = new Map<string, TableCache<Row>>();
      for (const table of projection.tables) tables.set(table.name, cacheOf(db, table, cachedRows));
      const sources = cacheOf(db, projection.source, cachedRows);
      const rows = rowAccess(projection.name, tables);
      return { projection, sources, tables, rows, position: '', fault: undefined };
    });
    // A fault is tried again whenever the views are opened: what was repaired goes on.
    this.reset();
  }

  /** Where reading must go on, furthest first: one place, but for projections that go on after a fault. */
  positions(): readonly Position[] {
    const going = this.#runs.filter(run => run.fault === undefined).map(run => run.position);
    return [...new Set(going)].sort().reverse();
  }

  checkpoints(): readonly Checkpoint[] {
    return this.#runs.map(({ projection: { name, version }, position, fault }) =>
      fault === undefined ? { name, version, position } : { name, version, position, fault },
    );
  }

  /** Sources that wait for the next commit. */
  get dirtyRows(): number {
    let rows = 0;
    for (const { sources } of this.#runs) rows += sources.dirtyRows;
    return rows;
  }

  /** Takes in events that follow one another in the log, the first of them the next after `from`. */
  take(from: Position, events: readonly RecordedEvent[]): void {
    // Made once for all projections: a text that was cut out is hashed at its first look-up.
    const keys = events.map(event => uuidOf(event.streamId));
    for (const run of this.#runs)
      if (run.fault === undefined && run.position === from) takeInto(run, events, keys);
  }

  /** Rows and checkpoints in one transaction. When it fails nothing of it is stored, and `reset` must follow. */
  commit(): void {
    for (const run of this.#runs) this.#derive(run);
    this.#db.exec('BEGIN IMMEDIATE');
    for (const { projection, sources, tables, position, fault } of this.#runs) {
      sources.write();
      for (const table of tables.values()) table.write();
      this.#checkpoint.run(position, fault?.position ?? null, fault?.message ?? null, projection.name);
    }
    this.#db.exec('COMMIT');
    for (const { sources, tables } of this.#runs) {
      sources.written();
      for (const table of tables.values()) table.written();
    }
  }

  /** Goes back to what is stored. */
  reset(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    const { checkpoints } = readCheckpoints(this.#db);
    for (const run of this.#runs) {
      forget(run);
      run.position = checkpoints.find(c => c.name === run.projection.name)?.position ?? '';
      run.fault = undefined;
    }
  }

  #derive(run: Run): void {
    const { projection, sources, rows } = run;
    try {
      for (const [stored, source] of sources.changes()) projection.derive(stored, source, rows);
    } catch (error) {
      // What the batch made of the rows is half done: the projection stands still where it was stored.
      const { checkpoints } = readCheckpoints(this.#db);
      const stood = run.fault?.position ?? run.position;
      forget(run);
      run.position = checkpoints.find(c => c.name === projection.name)?.position ?? '';
      run.fault = { position: stood, message: messageOf(error) };
    }
  }
}

function takeInto(run: Run, events: readonly RecordedEvent[], keys: readonly string[]): void {
  const { projection, sources, rows } = run;
  for (const [at, event] of events.entries()) {
    // Nothing can be stored of a stream that begins here.
    const isFirst = event.revision === 0;
    const key = keys[at];
    if (key === undefined || !(isFirst || projection.types.has(event.type))) continue;
    try {
      const before = isFirst ? undefined : sources.get(key);
      const after = projection.fold(before, event, rows);
      if (after !== undefined && after !== before) sources.put(key, after, !isFirst);
    } catch (error) {
      run.fault = { position: event.position, message: messageOf(error) };
      run.position = at === 0 ? run.position : (events[at - 1]?.position ?? run.position);
      return;
    }
  }
  run.position = events.at(-1)?.position ?? run.position;
}

function forget({ sources, tables }: Run): void {
  sources.clear();
  for (const table of tables.values()) table.clear();
}

function cacheOf(db: DatabaseSync, table: AnyTable, cachedRows: number): TableCache<Row> {
  // A table's rows pass through as the projection gave them: their type is known to it alone.
  return new TableCache<Row>(db, table as Table<Row>, cachedRows);
}

/** A projection reaches its own tables only: that another one's rows are in another state is no bug to live with. */
function rowAccess(name: string, tables: ReadonlyMap<string, TableCache<Row>>): RowAccess {
  const tableOf = <R extends Row>(table: Table<R>): TableCache<R> => {
    const cache = tables.get(table.name);
    if (cache === undefined) throw new TypeError(`${table.name} is no table of the projection ${name}`);
    // By its name it is the cache that was made for this very table.
    return cache as unknown as TableCache<R>;
  };
  return {
    get: (table, key) => tableOf(table).get(key),
    put: (table, row, maybeThere = true) => tableOf(table).put(table.keyOf(row), row, maybeThere),
    delete: (table, key) => tableOf(table).delete(key),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`.slice(0, 500)
    : String(error).slice(0, 500);
}
