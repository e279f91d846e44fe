import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type AnyTable,
  type ColumnType,
  KEY_SEPARATOR,
  type Row,
  type Table,
} from '../../projections/table.ts';

type Value = string | number | null;

interface Entry<R> {
  readonly key: string;
  row: R | undefined;
  /** Whether the database has a row of this key, or may have. */
  stored: boolean;
  dirty: boolean;
}

/**
 * The rows of one table that are being worked on: read once, written once a commit, however often they change.
 * Rows that were read are kept from one commit to the next; those not asked for in a while are let go, in two
 * generations: cheaper than keeping an order of use. Rows that were only written are let go at the commit.
 */
export class TableCache<R extends Row> {
  readonly #maxRows: number;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #columns: readonly (readonly [name: keyof R & string, type: ColumnType])[];
  readonly #keyTypes: readonly ColumnType[];
  #recent = new Map<string, Entry<R>>();
  #earlier = new Map<string, Entry<R>>();
  #written = new Map<string, Entry<R>>();
  #dirty: Entry<R>[] = [];

  /** @param maxRows rows kept after a commit, about; twice as many in all */
  constructor(db: DatabaseSync, table: Table<R>, maxRows: number) {
    this.#maxRows = maxRows;
    const names = columnNames(table);
    this.#columns = names.map(name => [name, table.columns[name]] as const);
    this.#keyTypes = table.key.map(name => table.columns[name]);
    const found = table.key.map(name => `"${name}" = ?`).join(' AND ');
    this.#select = db.prepare(`SELECT ${list(names)} FROM "${table.name}" WHERE ${found}`);
    this.#select.setReturnArrays(true);
    this.#insert = db.prepare(insertSql(table));
    this.#upsert = db.prepare(`${insertSql(table)} ${orChangeSql(table)}`);
    this.#delete = db.prepare(`DELETE FROM "${table.name}" WHERE ${found}`);
  }

  get(key: string): R | undefined {
    return (this.#find(key) ?? this.#bring(key)).row;
  }

  /** @param maybeThere false: the database certainly has no row of this key */
  put(key: string, row: R, maybeThere: boolean): void {
    this.#set(this.#find(key) ?? this.#blank(key, maybeThere), row);
  }

  delete(key: string): void {
    this.#set(this.#find(key) ?? this.#blank(key, true), undefined);
  }

  change(key: string, to: (before: R | undefined) => R | undefined): void {
    const entry = this.#find(key) ?? this.#bring(key);
    this.#set(entry, to(entry.row));
  }

  /** Writes every changed row, inside the caller's transaction. */
  write(): void {
    for (const { key, row, stored } of this.#dirty) {
      if (row !== undefined) (stored ? this.#upsert : this.#insert).run(...this.#encode(row));
      else if (stored) this.#delete.run(...this.#keyValues(key));
    }
  }

  /** The transaction of `write` was committed. */
  written(): void {
    for (const entry of this.#dirty) {
      entry.dirty = false;
      entry.stored = entry.row !== undefined;
    }
    this.#dirty = [];
    if (this.#written.size > 0) this.#written = new Map();
    if (this.#recent.size <= this.#maxRows) return;
    this.#earlier = this.#recent;
    this.#recent = new Map();
  }

  /** Forgets everything: what is in the database holds. */
  clear(): void {
    this.#recent = new Map();
    this.#earlier = new Map();
    this.#written = new Map();
    this.#dirty = [];
  }

  #find(key: string): Entry<R> | undefined {
    const entry = this.#recent.get(key);
    if (entry !== undefined) return entry;
    const earlier = this.#earlier.get(key);
    if (earlier === undefined) return this.#written.get(key);
    this.#recent.set(key, earlier);
    return earlier;
  }

  #bring(key: string): Entry<R> {
    const row = this.#decode(this.#select.get(...this.#keyValues(key)));
    const entry = { key, row, stored: row !== undefined, dirty: false };
    this.#recent.set(key, entry);
    return entry;
  }

  /** To be written without having been read. */
  #blank(key: string, stored: boolean): Entry<R> {
    const entry = { key, row: undefined, stored, dirty: false };
    this.#written.set(key, entry);
    return entry;
  }

  #set(entry: Entry<R>, row: R | undefined): void {
    entry.row = row;
    if (entry.dirty) return;
    entry.dirty = true;
    this.#dirty.push(entry);
  }

  #encode(row: R): Value[] {
    const values: Value[] = [];
    for (const [name, type] of this.#columns) values.push(encodeValue(row[name], type));
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
