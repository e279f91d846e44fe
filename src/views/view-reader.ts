import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { ColumnType, Row, Table } from '../../projections/table.ts';
import { decodeValue } from './table-cache.ts';
import { openViewFileReadOnly } from './view-file.ts';

/** No views are there yet: they are being made. */
export class ViewsNotReadyError extends Error {
  override readonly name = 'ViewsNotReadyError';
}

const STATEMENTS = 500;

/** A reading connection to the views that hold, moved to the next file when they are made anew. */
export class ViewReader {
  #db: DatabaseSync | undefined;
  #statements = new Map<string, StatementSync>();

  /** Leaves the old file, if there was one, and reads this one. */
  moveTo(path: string): void {
    this.close();
    this.#db = openViewFileReadOnly(path);
  }

  close(): void {
    this.#statements.clear();
    this.#db?.close();
    this.#db = undefined;
  }

  /** Rows of a table, by the rest of a statement that begins with `SELECT * FROM table`. */
  rows<R extends Row>(table: Table<R>, rest: string, values: readonly SQLInputValue[]): readonly R[] {
    const columns: readonly Column[] = Object.entries<ColumnType>(table.columns);
    const names = columns.map(([name]) => `"${name}"`).join(', ');
    const found = this.lines(`SELECT ${names} FROM "${table.name}" ${rest}`, values);
    return found.map(line => decodedRow<R>(columns, line));
  }

  all(sql: string, values: readonly SQLInputValue[]): readonly Readonly<Record<string, unknown>>[] {
    const statement = this.#statement(sql);
    statement.setReturnArrays(false);
    return statement.all(...values);
  }

  /** Each an array of its columns' values: objects of so many names are slower to make and to read. */
  lines(sql: string, values: readonly SQLInputValue[]): readonly Line[] {
    const statement = this.#statement(sql);
    statement.setReturnArrays(true);
    return statement.all(...values);
  }

  get(sql: string, values: readonly SQLInputValue[]): Readonly<Record<string, unknown>> | undefined {
    const statement = this.#statement(sql);
    statement.setReturnArrays(false);
    return statement.get(...values);
  }

  /**
   * Answers a question of several statements from one state of the views: between two of them the projector may commit,
   * and a case that closes would be in neither half of a list, or in both.
   */
  atOnce<T>(ask: () => T): T {
    const db = this.#open();
    if (db.isTransaction) return ask();
    db.exec('BEGIN');
    try {
      return ask();
    } finally {
      if (db.isTransaction) db.exec('COMMIT');
    }
  }

  #open(): DatabaseSync {
    if (this.#db === undefined) throw new ViewsNotReadyError('the views are being made');
    return this.#db;
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const db = this.#open();
    if (this.#statements.size >= STATEMENTS) this.#statements.clear();
    const statement = db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

type Column = readonly [name: string, type: ColumnType];
/** Really an array; the library's types know only objects. */
type Line = Readonly<Record<number, SQLOutputValue>>;

function decodedRow<R extends Row>(columns: readonly Column[], line: Line): R {
  const row: Record<string, unknown> = {};
  for (const [at, [name, type]] of columns.entries()) row[name] = decodeValue(line[at], type);
  // Written by the projector in these very columns.
  return row as R;
}
