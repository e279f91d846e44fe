/**
 * Tables that projections keep, as plain data: which columns, what finds a row, what lists go by.
 * How they are stored is not a projection's business.
 */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'boolean'
  /** Any JSON value, read as a whole and never searched. */
  | 'json';

export type Row = object;
type KeyValue = string | number;

export interface Index<R extends Row> {
  readonly name: string;
  readonly columns: readonly (keyof R & string)[];
  /** Only rows of which this column is not null. */
  readonly whereNotNull?: keyof R & string;
  readonly unique?: boolean;
}

export interface Table<R extends Row> {
  readonly name: string;
  /** In the order in which they are stored. A value is `null` where the row has nothing to say. */
  readonly columns: Readonly<Record<keyof R & string, ColumnType>>;
  /** Columns that together find one row: texts and integers, never null. */
  readonly key: readonly (keyof R & string)[];
  readonly indexes: readonly Index<R>[];
  /** The row's key as one string. */
  keyOf(row: R): string;
}

export interface AnyTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly key: readonly string[];
  readonly indexes: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly whereNotNull?: string;
    readonly unique?: boolean;
  }[];
}

/** What stands between the parts of a key; no id, code or instant holds it. */
export const KEY_SEPARATOR = '\u001f';

export function keyOf(...parts: readonly KeyValue[]): string {
  return parts.length === 1 ? String(parts[0]) : parts.join(KEY_SEPARATOR);
}

export function defineTable<R extends Row>(definition: Omit<Table<R>, 'keyOf'>): Table<R> {
  const [only, ...others] = definition.key;
  if (only === undefined) throw new TypeError(`table ${definition.name} has no key`);
  // Key columns hold texts and integers: checked where the table is made, trusted where rows are written.
  const part = (row: R, column: keyof R & string): string => String(row[column]);
  return {
    ...definition,
    keyOf:
      others.length === 0
        ? row => part(row, only)
        : row => {
            let key = part(row, only);
            for (const column of others) key += KEY_SEPARATOR + part(row, column);
            return key;
          },
  };
}
