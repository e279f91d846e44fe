import type { z } from 'zod';
import type { EventDefinitions } from '../domain/case/event-definition.ts';
import type { StoredEvent } from '../domain/log/envelope.ts';
import type { AnyTable, Row, Table } from './table.ts';

/**
 * The rows of a projection's own tables, as they are after the events before. Rows are never changed in place:
 * `put` takes a new one. A key is its parts in the table's order, joined by `keyOf`.
 */
export interface RowAccess {
  get<R extends Row>(table: Table<R>, key: string): Readonly<R> | undefined;
  /** `maybeThere: false` of a row that cannot be there yet: spares looking whether it is. */
  put<R extends Row>(table: Table<R>, row: Readonly<R>, maybeThere?: boolean): void;
  delete<R extends Row>(table: Table<R>, key: string): void;
  /** Puts what `to` makes of the row of a key, or deletes the row when it makes nothing. */
  change<R extends Row>(
    table: Table<R>,
    key: string,
    to: (before: Readonly<R> | undefined) => Readonly<R> | undefined,
  ): void;
}

/**
 * One question answered from the log, in two steps: `fold` keeps a source a stream; `derive` makes from it what is
 * shown. A case may have many events between two commits: it is derived once, from what it was to what it is. Pure:
 * what is in the rows depends on nothing but the events before. Personal values reach it as `[sealed]` only. What it
 * throws stops it, and it alone.
 */
export interface Projection<S extends object = object> {
  readonly name: string;
  /** Raised with every change of tables or of what is written to them: the rows are then made anew from the log. */
  readonly version: number;
  /** What it shows, and what it counts by. */
  readonly tables: readonly AnyTable[];
  /** The event types that change a source; the first event of a stream is folded whatever its type. */
  readonly types: ReadonlySet<string>;
  /**
   * The source after the next event of its stream; the same object where nothing changed, `undefined` for a stream
   * that is not its own. An event of a type, or of a schema version, that it does not know changes nothing. Sources
   * are kept nowhere but in memory: one that was let go is folded again.
   */
  fold(before: S | undefined, event: StoredEvent): S | undefined;
  /**
   * Brings what is shown from one state of a source to another. Counts change by differences alone. Cases that are
   * new since the last commit are derived in the order of their first events.
   */
  derive(before: S | undefined, after: S | undefined, rows: RowAccess): void;
  /**
   * By event type: brings the rows from before an event to after it, exactly as `fold` and `derive` would, from the
   * event and the rows alone. For events that come by the ten thousand to streams whose sources were let go: none of
   * them is read and folded again for it.
   */
  readonly patches?: Readonly<Record<string, (event: StoredEvent, rows: RowAccess) => void>>;
}

/** Forgets a projection's own row: the views give it back only what it gave them. */
export function registered<S extends object>(projection: Projection<S>): Projection {
  return projection as unknown as Projection;
}

/** An event with its data as its schema gave it out, personal values replaced by `[sealed]`. */
export type EventWith<D> = Omit<StoredEvent, 'data'> & { readonly data: D };

export type Handlers<D extends EventDefinitions, S> = {
  readonly [K in keyof D & string]?: (before: S, event: EventWith<z.infer<D[K]['schema']>>) => S;
};

/**
 * Makes a fold of one handler an event type. An event written by a later release, with a higher schema version, is
 * skipped as one of an unknown type is.
 */
export function foldBy<D extends EventDefinitions, S>(
  definitions: D,
  handlers: Handlers<D, S>,
): { readonly types: readonly string[]; readonly fold: (before: S, event: StoredEvent) => S } {
  type Handler = (before: S, event: StoredEvent) => S;
  const known = new Map<string, { readonly schemaVersion: number; readonly handle: Handler }>();
  for (const [type, handle] of Object.entries(handlers)) {
    const schemaVersion = definitions[type]?.schemaVersion;
    if (schemaVersion === undefined) throw new TypeError(`there is no definition of the event ${type}`);
    // The one place where stored data is trusted to have its schema's shape: it was parsed by it before it was written.
    known.set(type, { schemaVersion, handle: handle as Handler });
  }
  const fold = (before: S, event: StoredEvent): S => {
    const found = known.get(event.type);
    return found === undefined || event.schemaVersion > found.schemaVersion
      ? before
      : found.handle(before, event);
  };
  return { types: [...known.keys()], fold };
}
