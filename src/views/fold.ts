import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { AnyTable, Row, Table } from '../../projections/table.ts';
import { TableCache } from './table-cache.ts';
import { type Checkpoint, type Fault, readCheckpoints } from './view-file.ts';

export interface FoldOptions {
  /** Rows of each table that are kept in memory from one commit to the next. */
  readonly cachedRows: number;
}

/** One projection at work: where it is, and its rows. */
interface Run {
  readonly projection: Projection;
  readonly tables: ReadonlyMap<string, CachedTable>;
  readonly rows: RowAccess;
  position: Position;
  fault: Fault | undefined;
}

/** What is the same for a cache of any row. */
type CachedTable = Pick<
  TableCache<Row>,
  'mark' | 'undo' | 'write' | 'written' | 'clear' | 'dirtyRows' | 'get' | 'put' | 'add' | 'delete'
>;

/** Folds events into the rows of one file of views, in memory until `commit` writes them with the checkpoints. */
export class Fold {
  readonly #db: DatabaseSync;
  readonly #runs: readonly Run[];
  readonly #checkpoint: StatementSync;

  /** @param projections those whose tables, of the same version, are in the file */
  constructor(db: DatabaseSync, projections: readonly Projection[], options: FoldOptions) {
    this.#db = db;
    this.#checkpoint = db.prepare(
      'UPDATE checkpoints SET position = ?, faultPosition = ?, faultMessage = ? WHERE name = ?',
    );
    const { checkpoints } = readCheckpoints(db);
    this.#runs = projections.map(projection => {
      const tables = new Map<string, CachedTable>();
      for (const table of projection.tables) tables.set(table.name, cacheOf(db, table, options.cachedRows));
      const position = checkpoints.find(c => c.name === projection.name)?.position ?? '';
      // A fault is tried again whenever the views are opened: what was repaired goes on.
      return { projection, tables, rows: rowAccess(projection.name, tables), position, fault: undefined };
    });
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

  get dirtyRows(): number {
    let rows = 0;
    for (const run of this.#runs) for (const table of run.tables.values()) rows += table.dirtyRows;
    return rows;
  }

  /** Takes in events that follow one another in the log, the first of them the next after `from`. */
  take(from: Position, events: readonly RecordedEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    for (const run of this.#runs) {
      if (run.fault !== undefined || run.position !== from) continue;
      const { projection, rows } = run;
      const tables = [...run.tables.values()];
      for (const event of events) {
        for (const table of tables) table.mark();
        try {
          projection.project(event, rows);
        } catch (error) {
          for (const table of tables) table.undo();
          run.fault = { position: event.position, message: messageOf(error) };
          break;
        }
        run.position = event.position;
      }
    }
  }

  /** Rows and checkpoints in one transaction. When it fails nothing of it is stored, and `reset` must follow. */
  commit(): void {
    this.#db.exec('BEGIN IMMEDIATE');
    for (const { projection, tables, position, fault } of this.#runs) {
      for (const table of tables.values()) table.write();
      this.#checkpoint.run(position, fault?.position ?? null, fault?.message ?? null, projection.name);
    }
    this.#db.exec('COMMIT');
    for (const run of this.#runs) for (const table of run.tables.values()) table.written();
  }

  /** Goes back to what is stored. */
  reset(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    const { checkpoints } = readCheckpoints(this.#db);
    for (const run of this.#runs) {
      for (const table of run.tables.values()) table.clear();
      run.position = checkpoints.find(c => c.name === run.projection.name)?.position ?? '';
      run.fault = undefined;
    }
  }
}

function cacheOf(db: DatabaseSync, table: AnyTable, cachedRows: number): CachedTable {
  // A table's rows pass through as the projection gave them: their type is known to it alone.
  return new TableCache<Row>(db, table as Table<Row>, cachedRows);
}

/** A projection reaches its own tables only: that another one's rows are in another state is no bug to live with. */
function rowAccess(name: string, tables: ReadonlyMap<string, CachedTable>): RowAccess {
  const cacheOf = <R extends Row>(table: Table<R>): TableCache<R> => {
    const cache = tables.get(table.name);
    if (cache === undefined) throw new TypeError(`${table.name} is no table of the projection ${name}`);
    // By its name it is the cache that was made for this very table.
    return cache as unknown as TableCache<R>;
  };
  return {
    get: (table, key) => cacheOf(table).get(key),
    put: (table, row) => cacheOf(table).put(row),
    add: (table, row) => cacheOf(table).add(row),
    delete: (table, key) => cacheOf(table).delete(key),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`.slice(0, 500)
    : String(error).slice(0, 500);
}
