import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { AnyTable, Row, Table } from '../../projections/table.ts';
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
    const names = Object.keys(table.columns);
    const columns = names.map(name => `"${name}"`).join(', ');
    const found = this.all(`SELECT ${columns} FROM "${table.name}" ${rest}`, values);
    return found.map(values => decodedRow<R>(table, values));
  }

  all(sql: string, values: readonly SQLInputValue[]): readonly Readonly<Record<string, unknown>>[] {
    return this.#statement(sql).all(...values);
  }

  get(sql: string, values: readonly SQLInputValue[]): Readonly<Record<string, unknown>> | undefined {
    return this.#statement(sql).get(...values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#db === undefined) throw new ViewsNotReadyError('the views are being made');
    if (this.#statements.size >= STATEMENTS) this.#statements.clear();
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function decodedRow<R extends Row>(table: AnyTable, values: Readonly<Record<string, unknown>>): R {
  const row: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(table.columns)) row[name] = decodeValue(values[name], type);
  // Written by the projector in these very columns.
  return row as R;
}
