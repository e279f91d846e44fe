import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import type { CommandDefinitions, EventDefinitions } from '../../domain/case/event-definition.ts';
import type { Aggregate } from '../../domain/log/aggregate.ts';
import { categoryOf, type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import { customer } from '../../domain/master-data/customer.ts';
import { department } from '../../domain/master-data/department.ts';
import { product } from '../../domain/master-data/product.ts';
import { supplier } from '../../domain/master-data/supplier.ts';
import { party } from '../../domain/party/party.ts';
import { decodeEvent } from './folded-aggregate.ts';
import type { FollowedRows } from './followed-streams.ts';
import { searchable, wordsOf } from './searchable.ts';

/** What is kept of it: all that may be decided on, and nothing personal. */
const KEPT = [customer, product, supplier, department, party] as const;
type Kept = (typeof KEPT)[number];
export type MasterCategory = Kept['category'];

interface Row {
  readonly streamId: string;
  readonly category: string;
  /** What lists go by: the code; of a person, whose name is sealed, the id. */
  readonly sort: string;
  /** What is searched in, one writing of it. */
  readonly search: string;
  readonly customerId: string | null;
  readonly retired: boolean;
  readonly revision: number;
  readonly state: unknown;
}

export interface MasterQuery {
  readonly category: MasterCategory;
  /** Words, all of which stand in the code or one of the names. */
  readonly search?: string | undefined;
  readonly customerId?: string | undefined;
  readonly retired?: boolean | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}
export interface MasterPage {
  readonly ids: readonly string[];
  readonly next?: string;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS master (
    stream_id TEXT PRIMARY KEY, category TEXT NOT NULL, sort TEXT NOT NULL, search TEXT NOT NULL,
    customer_id TEXT, retired INTEGER NOT NULL, revision INTEGER NOT NULL, state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS master_by_sort ON master (category, sort, stream_id, retired, customer_id, search);
  CREATE INDEX IF NOT EXISTS master_by_customer ON master (category, customer_id, sort, stream_id)
    WHERE customer_id IS NOT NULL;
`;

/** The stream of a record, which follows from its code: a code is taken once, on every node. */
export function masterIdOf(logId: string, category: MasterCategory, code: string): string {
  return uuidv5(JSON.stringify([category, code.trim().normalize('NFKC').toUpperCase()]), logId);
}

/**
 * Customers, products, suppliers, departments and persons, as their streams say: looked up by id for decisions, and
 * listed. Rows are written with the directory's checkpoint alone, so that none is ever ahead of it; what came since is
 * held here until then.
 */
export class MasterData implements FollowedRows {
  readonly version = 2;
  readonly schema = SCHEMA;
  readonly #unwritten = new Map<string, Row>();
  #opened:
    | { readonly db: DatabaseSync; readonly get: StatementSync; readonly put: StatementSync }
    | undefined;

  open(db: DatabaseSync): void {
    this.#opened = {
      db,
      get: db.prepare('SELECT * FROM master WHERE stream_id = ?'),
      put: db.prepare('INSERT OR REPLACE INTO master VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    };
  }

  static concerns(streamId: string): boolean {
    return aggregateOf(streamId) !== undefined;
  }

  /** Takes events in, in the order of their streams; what it has already, it passes over. */
  apply(events: readonly StoredEvent[]): void {
    for (const event of events) {
      const aggregate = aggregateOf(event.streamId);
      if (aggregate !== undefined) this.#applyTo(aggregate, event);
    }
  }

  write(): void {
    for (const row of this.#unwritten.values()) {
      const { streamId, category, sort, search, customerId, retired, revision, state } = row;
      this.#table.put.run(
        streamId,
        category,
        sort,
        search,
        customerId,
        retired ? 1 : 0,
        revision,
        JSON.stringify(state),
      );
    }
  }

  written(): void {
    this.#unwritten.clear();
  }

  /** What a record's stream says by now; `undefined` where nothing is registered. */
  record<
    S extends { readonly registered: boolean },
    C extends CommandDefinitions,
    E extends EventDefinitions,
  >(aggregate: Aggregate<S, C, E>, id: string): Extract<S, { readonly registered: true }> | undefined {
    // What the aggregate's own `evolve` gave out, back at once or by way of JSON, which it is.
    const state = this.#row(`${aggregate.category}-${id}`)?.state as S | undefined;
    return state?.registered === true ? (state as Extract<S, { readonly registered: true }>) : undefined;
  }

  /** The ids of one page of records, by code. */
  list(query: MasterQuery): MasterPage {
    const words = wordsOf(query.search ?? '');
    const after = query.after === undefined ? undefined : placeOf(query.after);
    const fresh = [...this.#unwritten.values()].filter(row => matches(row, query, words, after));
    const known = this.#select(query, words, after).filter(row => !this.#unwritten.has(row.streamId));
    const found: Place[] = [...known, ...fresh].sort((a, b) => compare(a, b));
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    const ids = page.map(({ streamId }) => uuidOf(streamId));
    return last !== undefined && found.length > query.limit ? { ids, next: cursorOf(last) } : { ids };
  }

  #applyTo(aggregate: Kept, event: StoredEvent): void {
    const before = this.#row(event.streamId);
    const revision = before?.revision ?? -1;
    if (event.revision <= revision) return;
    if (event.revision > revision + 1) {
      throw new Error(`${event.streamId} goes on at ${event.revision} after ${revision}`);
    }
    this.#unwritten.set(event.streamId, rowOf(aggregate, event, before?.state));
  }

  get #table() {
    if (this.#opened === undefined) throw new Error('the master data has no file yet');
    return this.#opened;
  }

  #row(streamId: string): Row | undefined {
    const fresh = this.#unwritten.get(streamId);
    if (fresh !== undefined) return fresh;
    const stored = this.#table.get.get(streamId);
    return stored === undefined ? undefined : fromStored(stored);
  }

  /**
   * One more than the page, and as many as wait to be written, which may take their places. Answered from the index
   * alone: a search that finds little reads every entry of it, and the rows are many times as large.
   */
  #select(query: MasterQuery, words: readonly string[], after: Place | undefined): readonly Place[] {
    const conditions = ['category = ?'];
    const values: SQLInputValue[] = [query.category];
    const add = (condition: string, ...more: SQLInputValue[]): void => {
      conditions.push(condition);
      values.push(...more);
    };
    if (query.customerId !== undefined) add('customer_id = ?', query.customerId);
    if (query.retired !== undefined) add('retired = ?', query.retired ? 1 : 0);
    for (const word of words) add('instr(search, ?) > 0', word);
    if (after !== undefined) add('(sort, stream_id) > (?, ?)', after.sort, after.streamId);
    return this.#table.db
      .prepare(
        `SELECT sort, stream_id FROM master WHERE ${conditions.join(' AND ')} ORDER BY sort, stream_id LIMIT ?`,
      )
      .all(...values, query.limit + 1 + this.#unwritten.size)
      .map(row => ({ sort: String(row.sort), streamId: String(row.stream_id) }));
  }
}

function aggregateOf(streamId: string): Kept | undefined {
  const category = categoryOf(streamId);
  return KEPT.find(each => each.category === category);
}

function rowOf(aggregate: Kept, event: StoredEvent, before: unknown): Row {
  const state = stateAfter(aggregate, event, before);
  const { streamId, revision } = event;
  const { category } = aggregate;
  const shown = shownSchema.parse(state);
  const names = [shown.code, shown.name, ...(shown.otherNames ?? [])].filter(text => text !== undefined);
  return {
    streamId,
    category,
    sort: shown.code ?? uuidOf(streamId),
    search: searchable(names.join('\n')),
    customerId: shown.customerId ?? null,
    retired: shown.retired ?? false,
    revision,
    state,
  };
}

/** An event of a newer release leaves the record as it was. */
function stateAfter(aggregate: Kept, event: StoredEvent, before: unknown): unknown {
  const evolve = <S, C extends CommandDefinitions, E extends EventDefinitions>(of: Aggregate<S, C, E>): S => {
    // Of this aggregate's own `evolve`, or nothing.
    const state = (before ?? of.initial) as S;
    const decoded = decodeEvent(of.events, event);
    return decoded === undefined ? state : of.evolve(state, decoded);
  };
  switch (aggregate.category) {
    case 'customer':
      return evolve(customer);
    case 'product':
      return evolve(product);
    case 'supplier':
      return evolve(supplier);
    case 'department':
      return evolve(department);
    default:
      return evolve(party);
  }
}

const shownSchema = z.object({
  code: z.string().optional(),
  name: z.string().optional(),
  otherNames: z.array(z.string()).optional(),
  customerId: z.string().optional(),
  retired: z.boolean().optional(),
});

const storedSchema = z.object({
  stream_id: z.string(),
  category: z.string(),
  sort: z.string(),
  search: z.string(),
  customer_id: z.string().nullable(),
  retired: z.number(),
  revision: z.number(),
  state: z.string(),
});

function fromStored(stored: unknown): Row {
  const {
    stream_id: streamId,
    customer_id: customerId,
    retired,
    state,
    ...rest
  } = storedSchema.parse(stored);
  return { ...rest, streamId, customerId, retired: retired === 1, state: JSON.parse(state) };
}

interface Place {
  readonly sort: string;
  readonly streamId: string;
}

/** As SQLite compares texts: by their UTF-8. */
function compare(a: Place, b: Place): number {
  const bySort = Buffer.compare(Buffer.from(a.sort), Buffer.from(b.sort));
  if (bySort !== 0 || a.streamId === b.streamId) return bySort;
  return a.streamId < b.streamId ? -1 : 1;
}

function matches(row: Row, query: MasterQuery, words: readonly string[], after: Place | undefined): boolean {
  return (
    row.category === query.category &&
    (query.customerId === undefined || row.customerId === query.customerId) &&
    (query.retired === undefined || row.retired === query.retired) &&
    words.every(word => row.search.includes(word)) &&
    (after === undefined || compare(row, after) > 0)
  );
}

/** A cursor that no list of master data gave. */
export class BadMasterCursorError extends Error {
  override readonly name = 'BadMasterCursorError';
}

const cursorSchema = z.tuple([z.string(), z.string()]);

function cursorOf({ sort, streamId }: Place): string {
  return Buffer.from(JSON.stringify([sort, streamId])).toString('base64url');
}

/** @throws BadMasterCursorError */
function placeOf(cursor: string): Place {
  try {
    const [sort, streamId] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { sort, streamId };
  } catch {
    throw new BadMasterCursorError('the cursor is not one of this service');
  }
}
