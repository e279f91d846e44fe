import type { DatabaseSync } from 'node:sqlite';
import type { Projection, RowAccess } from '../../projections/projection.ts';
import type { Row, Table } from '../../projections/table.ts';
import { sqliteCode } from '../store/sqlite-failure.ts';
import { TableCache } from './table-cache.ts';

type Tables = ReadonlyMap<string, TableCache<Row>>;

/** The tables of a projection, by their names. `cachedRows`: kept in memory of each, of those that are read. */
export function tablesOf(db: DatabaseSync, projection: Projection, cachedRows: number): Tables {
  const tables = new Map<string, TableCache<Row>>();
  for (const table of projection.tables) {
    // A table's rows pass through as the projection gave them: their type is known to it alone.
    tables.set(table.name, new TableCache<Row>(db, table as Table<Row>, cachedRows));
  }
  return tables;
}

/** A projection reaches its own tables only: that another one's rows are in another state is no bug to live with. */
export function rowAccess({ name }: Projection, tables: Tables): RowAccess {
  const tableOf = <R extends Row>(table: Table<R>): TableCache<R> => {
    const cache = tables.get(table.name);
    if (cache === undefined) throw new TypeError(`${table.name} is no table of the projection ${name}`);
    // By its name it is the cache that was made for this very table.
    return cache as unknown as TableCache<R>;
  };
  return {
    get: (table, key) => tableOf(table).get(key),
    put: (table, row, maybeThere = true) => tableOf(table).put(row, maybeThere),
    delete: (table, key) => tableOf(table).delete(key),
    change: (table, key, to) => tableOf(table).change(key, to),
  };
}

const SQLITE_CONSTRAINT = 19;

/** Rows that no table takes are a fault of the projection's; that SQLite cannot write (a full disk) is none. */
export function isOfProjection(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === undefined || (code & 0xff) === SQLITE_CONSTRAINT;
}
