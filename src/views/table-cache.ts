import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type AnyTable,
  type ColumnType,
  KEY_SEPARATOR,
  type Row,
  type Table,
} from '../../projections/table.ts';
import { createKey } from './view-file.ts';

type Value = string | number | null;

interface Entry<R> {
  row: R | undefined;
  /** Whether the database has a row of this key. */
  stored: boolean;
  dirty: boolean;
}

/**
 * The rows of one table, inside the caller's transaction. What is put or deleted is written at once: a case's rows
 * change once a commit. Rows that are read or changed in steps (figures that many cases add to) are kept, also from
 * one commit to the next, and written once a commit; those not asked for in a while are let go, in two generations:
 * cheaper than keeping an order of use.
 */
export class TableCache<R extends Row> {
  readonly #db: DatabaseSync;
  readonly #table: Table<R>;
  readonly #maxRows: number;
  readonly #insert: StatementSync;
  #byKey: ByKey | undefined;
  readonly #columns: readonly (readonly [name: keyof R & string, type: ColumnType])[];
  readonly #keyTypes: readonly ColumnType[];
  /** Of the row that is being written. */
  readonly #values: Value[];
  #recent = new Map<string, Entry<R>>();
  #earlier = new Map<string, Entry<R>>();
  #dirty = new Map<string, Entry<R>>();

  /** @param maxRows rows kept after a commit, about; twice as many in all */
  constructor(db: DatabaseSync, table: Table<R>, maxRows: number) {
    this.#db = db;
    this.#table = table;
    this.#maxRows = maxRows;
    const names = columnNames(table);
    this.#columns = names.map(name => [name, table.columns[name]] as const);
    this.#values = names.map(() => null);
    this.#keyTypes = table.key.map(name => table.columns[name]);
    this.#insert = db.prepare(insertSql(table));
  }

  get(key: string): R | undefined {
    return this.#bring(key).row;
  }

  /** @param maybeThere false: the table certainly has no row of this key */
  put(row: R, maybeThere: boolean): void {
    if (this.#recent.size + this.#earlier.size > 0) {
      const key = this.#table.keyOf(row);
      const entry = this.#find(key);
      if (entry !== undefined) {
        this.#set(key, entry, row);
        return;
      }
    }
    (maybeThere ? this.#found().upsert : this.#insert).run(...this.#encode(row));
  }

  delete(key: string): void {
    const entry = this.#find(key);
    if (entry !== undefined) this.#set(key, entry, undefined);
    else this.#found().delete.run(...this.#keyValues(key));
  }

  change(key: string, to: (before: R | undefined) => R | undefined): void {
    const entry = this.#bring(key);
    this.#set(key, entry, to(entry.row));
  }

  /** More rows are kept than should be. */
  get full(): boolean {
    return this.#recent.size > this.#maxRows;
  }

  /** Writes every row that was changed and is kept. */
  write(): void {
    for (const [key, entry] of this.#dirty) {
      const { row, stored } = entry;
      if (row !== undefined) (stored ? this.#found().upsert : this.#insert).run(...this.#encode(row));
      else if (stored) this.#found().delete.run(...this.#keyValues(key));
      entry.dirty = false;
      entry.stored = row !== undefined;
    }
    if (this.#dirty.size > 0) this.#dirty = new Map();
  }

  /** Writes what was changed, and lets go of what was not asked for lately. */
  settle(): void {
    this.write();
    this.age();
  }

  /** The transaction was committed: what was not asked for lately can go. */
  age(): void {
    if (!this.full) return;
    this.#earlier = this.#recent;
    this.#recent = new Map();
  }

  /** The transaction was rolled back: what is in the database holds. */
  clear(): void {
    this.#recent = new Map();
    this.#earlier = new Map();
    this.#dirty = new Map();
  }

  #find(key: string): Entry<R> | undefined {
    const entry = this.#recent.get(key);
    if (entry !== undefined || this.#earlier.size === 0) return entry;
    const earlier = this.#earlier.get(key);
    if (earlier !== undefined) this.#recent.set(key, earlier);
    return earlier;
  }

  #bring(key: string): Entry<R> {
    const known = this.#find(key);
    if (known !== undefined) return known;
    const row = this.#decode(this.#found().select.get(...this.#keyValues(key)));
    const entry = { row, stored: row !== undefined, dirty: false };
    this.#recent.set(key, entry);
    return entry;
  }

  #set(key: string, entry: Entry<R>, row: R | undefined): void {
    entry.row = row;
    if (entry.dirty) return;
    entry.dirty = true;
    this.#dirty.set(key, entry);
  }

  /** A table that is only added to does without its key until all its rows are there. */
  #found(): ByKey {
    if (this.#byKey === undefined) {
      createKey(this.#db, this.#table);
      this.#byKey = byKey(this.#db, this.#table);
    }
    return this.#byKey;
  }

  #encode(row: R): Value[] {
    const values = this.#values;
    for (const [at, [name, type]] of this.#columns.entries()) values[at] = encodeValue(row[name], type);
    return values;
  }

  #decode(values: unknown): R | undefined {
    if (!Array.isArray(values)) return undefined;
    const row: Partial<Record<string, unknown>> = {};
    for (const [at, [name, type]] of this.#columns.entries()) row[name] = decodeValue(values[at], type);
    // The one place where a stored row is trusted: `#encode` wrote it, in the same columns.
    return row as R;
  }

  #keyValues(key: string): Value[] {
    if (this.#keyTypes.length === 1) return [this.#keyTypes[0] === 'integer' ? Number(key) : key];
    return key
      .split(KEY_SEPARATOR)
      .map((part, at) => (this.#keyTypes[at] === 'integer' ? Number(part) : part));
  }
}

/** Statements that find a row by its key. */
interface ByKey {
  readonly select: StatementSync;
  readonly upsert: StatementSync;
  readonly delete: StatementSync;
}

function byKey(db: DatabaseSync, table: AnyTable): ByKey {
  const found = table.key.map(name => `"${name}" = ?`).join(' AND ');
  const select = db.prepare(`SELECT ${list(Object.keys(table.columns))} FROM "${table.name}" WHERE ${found}`);
  select.setReturnArrays(true);
  return {
    select,
    upsert: db.prepare(`${insertSql(table)} ${orChangeSql(table)}`),
    delete: db.prepare(`DELETE FROM "${table.name}" WHERE ${found}`),
  };
}

function columnNames<R extends Row>(table: Table<R>): readonly (keyof R & string)[] {
  return Object.keys(table.columns) as (keyof R & string)[];
}

function list(names: readonly string[]): string {
  return names.map(name => `"${name}"`).join(', ');
}

function insertSql(table: AnyTable): string {
  const names = Object.keys(table.columns);
  const marks = names.map(() => '?').join(', ');
  return `INSERT INTO "${table.name}" (${list(names)}) VALUES (${marks})`;
}

function orChangeSql(table: AnyTable): string {
  const others = Object.keys(table.columns).filter(name => !table.key.includes(name));
  const change = others.map(name => `"${name}" = excluded."${name}"`).join(', ');
  return `ON CONFLICT (${list(table.key)}) DO ${change === '' ? 'NOTHING' : `UPDATE SET ${change}`}`;
}

function encodeValue(value: unknown, type: ColumnType): Value {
  if (value === null || value === undefined) return null;
  if (type === 'json') return JSON.stringify(value);
  if (typeof value === 'string' || typeof value === 'number') return value;
  return value === true ? 1 : 0;
}

/** What `encodeValue` made, as it was. */
export function decodeValue(value: unknown, type: ColumnType): unknown {
  if (value === null) return null;
  if (type === 'boolean') return value === 1;
  return type === 'json' && typeof value === 'string' ? JSON.parse(value) : value;
}
