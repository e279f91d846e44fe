import type { z } from 'zod';
import type { EventDefinitions } from '../domain/case/event-definition.ts';
import type { RecordedEvent } from '../domain/log/envelope.ts';
import type { AnyTable, Row, Table } from './table.ts';

/**
 * The rows of a projection's own tables, as they are after the events before. Rows are never changed in place:
 * `put` takes a new one. A key is its parts in the table's order, joined by `keyOf`.
 */
export interface RowAccess {
  get<R extends Row>(table: Table<R>, key: string): Readonly<R> | undefined;
  put<R extends Row>(table: Table<R>, row: Readonly<R>): void;
  /** As `put`, of a row that cannot be there yet: spares looking whether it is. */
  add<R extends Row>(table: Table<R>, row: Readonly<R>): void;
  delete<R extends Row>(table: Table<R>, key: string): void;
}

/**
 * One question answered from the log. Pure: what is in the rows depends on nothing but the events before.
 * Personal values reach it as `[sealed]` only. What it throws stops it, and it alone, at that event.
 */
export interface Projection {
  readonly name: string;
  /** Raised with every change of tables or of what is written to them: the rows are then made anew from the log. */
  readonly version: number;
  readonly tables: readonly AnyTable[];
  /** Takes in the next event of the log; one of a type, or of a schema version, that it does not know is skipped. */
  project(event: RecordedEvent, rows: RowAccess): void;
}

/** An event with its data as its schema gave it out, personal values replaced by `[sealed]`. */
export type EventWith<D> = Omit<RecordedEvent, 'data'> & { readonly data: D };

export type Handlers<D extends EventDefinitions> = {
  readonly [K in keyof D & string]?: (event: EventWith<z.infer<D[K]['schema']>>, rows: RowAccess) => void;
};

/**
 * Makes `project` of one handler an event type. An event written by a later release, with a higher schema version,
 * is skipped as one of an unknown type is.
 */
export function projectBy<D extends EventDefinitions>(
  definitions: D,
  handlers: Handlers<D>,
): (event: RecordedEvent, rows: RowAccess) => void {
  type Handler = (event: RecordedEvent, rows: RowAccess) => void;
  const known = new Map<string, { readonly schemaVersion: number; readonly handle: Handler }>();
  for (const [type, handle] of Object.entries(handlers)) {
    const schemaVersion = definitions[type]?.schemaVersion;
    if (schemaVersion === undefined) throw new TypeError(`there is no definition of the event ${type}`);
    // The one place where stored data is trusted to have its schema's shape: it was parsed by it before it was written.
    known.set(type, { schemaVersion, handle: handle as Handler });
  }
  return (event, rows) => {
    const found = known.get(event.type);
    if (found !== undefined && event.schemaVersion <= found.schemaVersion) found.handle(event, rows);
  };
}
