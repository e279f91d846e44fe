import { DatabaseSync } from 'node:sqlite';
import type { Projection } from '../../projections/projection.ts';
import type { AnyTable, ColumnType } from '../../projections/table.ts';

/**
 * A file of views. `synchronous=NORMAL`: at power loss the last commits may be gone, rows and checkpoint together,
 * and are made again from the log, which lost nothing. A crash of the process alone loses none.
 */
export function openViewFile(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = ${16 * 1024 * 1024};`);
  return db;
}

export function openViewFileReadOnly(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  db.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA mmap_size = 268435456;');
  return db;
}

/** How far a projection is in a file, and what stopped it. */
export interface Checkpoint {
  readonly name: string;
  readonly version: number;
  /** Of the last event taken in; `''` for none. */
  readonly position: string;
  readonly fault?: Fault;
}
export interface Fault {
  /** Of the event that it threw at. */
  readonly position: string;
  readonly message: string;
}

/** Makes the tables of all projections, empty and without an index, and their checkpoints at the log's start. */
export function createViews(db: DatabaseSync, logId: string, projections: readonly Projection[]): void {
  db.exec(`CREATE TABLE viewsOf (logId TEXT NOT NULL) STRICT;
    CREATE TABLE checkpoints (
      name TEXT PRIMARY KEY,
      version INTEGER NOT NULL,
      position TEXT NOT NULL,
      faultPosition TEXT,
      faultMessage TEXT
    ) STRICT, WITHOUT ROWID;`);
  db.prepare('INSERT INTO viewsOf (logId) VALUES (?)').run(logId);
  const insert = db.prepare(`INSERT INTO checkpoints (name, version, position) VALUES (?, ?, '')`);
  for (const { name, version, tables } of projections) {
    for (const table of tables) db.exec(tableSql(table));
    insert.run(name, version);
  }
}

/** Apart from the tables: an index is made faster when the rows are there. */
export function createIndexes(db: DatabaseSync, projections: readonly Projection[]): void {
  for (const { tables } of projections) {
    for (const table of tables) {
      createKey(db, table);
      for (const sql of indexSql(table)) db.exec(sql);
    }
  }
}

/** Those that refuse a row: where they are there from the start, it is refused when it is written. */
export function createUniqueIndexes(db: DatabaseSync, projections: readonly Projection[]): void {
  for (const { tables } of projections) {
    for (const table of tables) {
      createKey(db, table);
      for (const sql of indexSql(table, index => index.unique === true)) db.exec(sql);
    }
  }
}

/** By which single rows are found; nothing when it is there already. */
export function createKey(db: DatabaseSync, table: AnyTable): void {
  const key = table.key.map(name => `"${name}"`).join(', ');
  db.exec(`CREATE UNIQUE INDEX IF NOT EXISTS "${table.name}_key" ON "${table.name}" (${key})`);
}

/** Every projection has taken in the log up to a position. */
export function setCheckpoints(db: DatabaseSync, position: string): void {
  db.prepare('UPDATE checkpoints SET position = ?').run(position);
}

/** @returns the log that the views are of, and the checkpoints in it */
export function readCheckpoints(db: DatabaseSync): { logId: string; checkpoints: readonly Checkpoint[] } {
  const logId = String(db.prepare('SELECT logId FROM viewsOf').get()?.logId);
  const rows = db
    .prepare('SELECT name, version, position, faultPosition, faultMessage FROM checkpoints')
    .all();
  const checkpoints = rows.map(row => {
    const checkpoint = {
      name: String(row.name),
      version: Number(row.version),
      position: String(row.position),
    };
    return row.faultPosition === null
      ? checkpoint
      : {
          ...checkpoint,
          fault: { position: String(row.faultPosition), message: String(row.faultMessage) },
        };
  });
  return { logId, checkpoints };
}

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  boolean: 'INTEGER',
  json: 'TEXT',
};

function tableSql(table: AnyTable): string {
  const columns = Object.entries(table.columns).map(
    ([name, type]) => `"${name}" ${SQL_TYPES[type]}${table.key.includes(name) ? ' NOT NULL' : ''}`,
  );
  // With rowids and the key apart: a bulk load of random ids only appends, and the key is sorted once.
  return `CREATE TABLE "${table.name}" (${columns.join(', ')}) STRICT`;
}

type AnyIndex = AnyTable['indexes'][number];

function indexSql(table: AnyTable, which: (index: AnyIndex) => boolean = () => true): string[] {
  return table.indexes.filter(which).map(({ name, columns, whereNotNull, unique }) => {
    const on = columns.map(column => `"${column}"`).join(', ');
    const where = whereNotNull === undefined ? '' : ` WHERE "${whereNotNull}" IS NOT NULL`;
    return `CREATE ${unique === true ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS "${name}" ON "${table.name}" (${on})${where}`;
  });
}
