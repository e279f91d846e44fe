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
  dirty: boolean;
  /** False: the database certainly has no row of this key. */
  maybeStored: boolean;
  /** Taken back by `undo`: not in the cache any more. */
  dropped: boolean;
}

/**
 * The rows of one table that are being worked on: read once, written once a commit, however often they change.
 * Those not asked for in a while are let go, in two generations: cheaper than keeping an order of use.
 */
export class TableCache<R extends Row> {
  readonly #table: Table<R>;
  readonly #maxRows: number;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #columns: readonly (readonly [name: keyof R & string, type: ColumnType])[];
  readonly #keyTypes: readonly ColumnType[];
  #recent = new Map<string, Entry<R>>();
  #earlier = new Map<string, Entry<R>>();
  #dirty: Entry<R>[] = [];
  #undo: { readonly entry: Entry<R>; readonly row: R | undefined; readonly fresh: boolean }[] = [];

  /** @param maxRows rows kept after a commit, about; twice as many in all */
  constructor(db: DatabaseSync, table: Table<R>, maxRows: number) {
    this.#table = table;
    this.#maxRows = maxRows;
    const names = columnNames(table);
    this.#columns = names.map(name => [name, table.columns[name]] as const);
    this.#keyTypes = table.key.map(name => table.columns[name]);
    const found = table.key.map(name => `"${name}" = ?`).join(' AND ');
    this.#select = db.prepare(`SELECT ${list(names)} FROM "${table.name}" WHERE ${found}`);
    this.#select.setReturnArrays(true);
    this.#upsert = db.prepare(upsertSql(table));
    this.#delete = db.prepare(`DELETE FROM "${table.name}" WHERE ${found}`);
  }

  get(key: string): R | undefined {
    const entry = this.#recent.get(key);
    return entry === undefined ? this.#bring(key).row : entry.row;
  }

  put(row: R): void {
    this.#set(this.#table.keyOf(row), row, true);
  }

  add(row: R): void {
    this.#set(this.#table.keyOf(row), row, false);
  }

  delete(key: string): void {
    this.#set(key, undefined, true);
  }

  /** From here on `undo` can take changes back. */
  mark(): void {
    if (this.#undo.length > 0) this.#undo = [];
  }

  /** Takes back what was changed since `mark`. */
  undo(): void {
    for (const { entry, row, fresh } of this.#undo.reverse()) {
      entry.row = row;
      if (!fresh) continue;
      entry.dropped = true;
      this.#recent.delete(entry.key);
    }
    this.#undo = [];
  }

  get dirtyRows(): number {
    return this.#dirty.length;
  }

  /** Writes every changed row, inside the caller's transaction. */
  write(): void {
    for (const entry of this.#dirty) {
      if (entry.dropped) continue;
      if (entry.row !== undefined) this.#upsert.run(...this.#encode(entry.row));
      else if (entry.maybeStored) this.#delete.run(...this.#keyValues(entry.key));
    }
  }

  /** The transaction of `write` was committed. */
  written(): void {
    for (const entry of this.#dirty) {
      entry.dirty = false;
      entry.maybeStored = entry.row !== undefined;
    }
    this.#dirty = [];
    this.#undo = [];
    if (this.#recent.size <= this.#maxRows) return;
    this.#earlier = this.#recent;
    this.#recent = new Map();
  }

  /** Forgets everything: what is in the database holds. */
  clear(): void {
    this.#recent = new Map();
    this.#earlier = new Map();
    this.#dirty = [];
    this.#undo = [];
  }

  #set(key: string, row: R | undefined, maybeStored: boolean): void {
    let entry = this.#recent.get(key) ?? this.#promote(key);
    if (entry === undefined) {
      entry = { key, row: undefined, dirty: false, maybeStored, dropped: false };
      this.#recent.set(key, entry);
      this.#undo.push({ entry, row: undefined, fresh: true });
    } else {
      this.#undo.push({ entry, row: entry.row, fresh: false });
    }
    entry.row = row;
    if (entry.dirty) return;
    entry.dirty = true;
    this.#dirty.push(entry);
  }

  #promote(key: string): Entry<R> | undefined {
    const entry = this.#earlier.get(key);
    if (entry !== undefined) this.#recent.set(key, entry);
    return entry;
  }

  #bring(key: string): Entry<R> {
    const promoted = this.#promote(key);
    if (promoted !== undefined) return promoted;
    const row = this.#decode(this.#select.get(...this.#keyValues(key)));
    const entry = { key, row, dirty: false, maybeStored: row !== undefined, dropped: false };
    this.#recent.set(key, entry);
    return entry;
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

function upsertSql(table: AnyTable): string {
  const names = Object.keys(table.columns);
  const others = names.filter(name => !table.key.includes(name));
  const change =
    others.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${others.map(name => `"${name}" = excluded."${name}"`).join(', ')}`;
  const marks = names.map(() => '?').join(', ');
  return `INSERT INTO "${table.name}" (${list(names)}) VALUES (${marks}) ON CONFLICT (${list(table.key)}) DO ${change}`;
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
