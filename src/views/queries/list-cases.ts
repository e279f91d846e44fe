import type { SQLInputValue } from 'node:sqlite';
import { type CaseRow, caseCountTable, caseTable } from '../../../projections/case-list.ts';
import type { ViewReader } from '../view-reader.ts';
import { type Page, pageOf, placeOf } from './page.ts';

export interface CaseFilter {
  readonly lifecycle?: string | undefined;
  readonly phase?: string | undefined;
  readonly closed?: boolean | undefined;
  readonly priority?: 'normal' | 'urgent' | undefined;
  readonly assigneeId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly customerName?: string | undefined;
  readonly breached?: boolean | undefined;
  /** Received at or after, epoch milliseconds. */
  readonly receivedFrom?: number | undefined;
  /** Received before. */
  readonly receivedTo?: number | undefined;
}

/** Newest first, or (`nextDueAt`) what is due first, without what has nothing due. */
export const CASE_SORTS = ['-receivedAt', 'receivedAt', '-lastActivityAt', 'nextDueAt'] as const;
export type CaseSort = (typeof CASE_SORTS)[number];

/** Filters with an index of their own (see `caseTable`), those that leave the fewest rows first. */
const INDEXED = [
  'assigneeId',
  'customerId',
  'customerName',
  'breached',
  'priority',
  'phase',
  'teamId',
  'lifecycle',
] as const;
/** So many rows are sorted in a few milliseconds. Of more than that, some come soon by any order. */
const MOST_SORTED = 3_000;
const ORDER_INDEX = {
  receivedAt: 'casesBy_receivedAt',
  lastActivityAt: 'casesBy_lastActivityAt',
  nextDueAt: 'casesByDue',
} as const;

interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** @throws BadCursorError, ViewsNotReadyError */
export function listCases(
  reader: ViewReader,
  filter: CaseFilter,
  sort: CaseSort,
  page: PageAsked,
  mostSorted = MOST_SORTED,
): Page<CaseRow> {
  const column = columnOf(sort);
  const given = INDEXED.filter(name => filter[name] !== undefined);
  // Filters' indexes are in the order of receipt. For another order what a filter leaves is sorted, if it is little.
  const by = column === 'receivedAt' ? given[0] : given.find(name => isFew(reader, filter, name, mostSorted));
  const found = caseQueries(filter, sort, by, page).map(({ rest, values }) =>
    reader.rows(caseTable, rest, values),
  );
  const rows = merged(found, column, sort.startsWith('-'));
  return pageOf(rows, page.limit, sort, row => ({ value: row[column], key: [row.caseId] }));
}

function columnOf(sort: CaseSort): keyof typeof ORDER_INDEX {
  return sort === '-receivedAt' ? 'receivedAt' : sort === '-lastActivityAt' ? 'lastActivityAt' : sort;
}

function isFew(reader: ViewReader, filter: CaseFilter, by: (typeof INDEXED)[number], most: number): boolean {
  const closed = filter.closed === undefined ? '' : 'AND closed = ?';
  const values = [filter[by], filter.closed].filter(value => value !== undefined).map(stored);
  const sql = `SELECT count(*) AS rows FROM (SELECT 1 FROM cases INDEXED BY "casesOf_${by}" WHERE "${by}" = ? ${closed} LIMIT ?)`;
  return Number(reader.get(sql, [...values, most + 1])?.rows) <= most;
}

function stored(value: string | boolean): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

/**
 * The statements that together find a page, each in the list's order. None reads all cases to sort them, whatever
 * the database would guess about the filters: it is told by which index to go.
 */
function caseQueries(
  filter: CaseFilter,
  sort: CaseSort,
  by: (typeof INDEXED)[number] | undefined,
  { limit, cursor }: PageAsked,
): readonly { readonly rest: string; readonly values: readonly SQLInputValue[] }[] {
  const column = columnOf(sort);
  const descending = sort.startsWith('-');
  const isByClosed = column === 'receivedAt' && (by !== undefined || filter.closed !== undefined);
  const index = by !== undefined ? `casesOf_${by}` : isByClosed ? 'casesOpen' : ORDER_INDEX[column];
  // Open ones and closed ones lie apart in an index: whoever asks for both gets the two merged.
  const closed = isByClosed && filter.closed === undefined ? [false, true] : [filter.closed];
  const order = descending ? 'DESC' : 'ASC';
  return closed.map(only => {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    const add = (condition: string, ...more: SQLInputValue[]): void => {
      conditions.push(condition);
      values.push(...more);
    };
    const wanted = { ...filter, closed: only };
    for (const name of [...INDEXED, 'closed'] as const) {
      const value = wanted[name];
      if (value !== undefined) add(`"${name}" = ?`, stored(value));
    }
    if (filter.receivedFrom !== undefined) add('receivedAt >= ?', filter.receivedFrom);
    if (filter.receivedTo !== undefined) add('receivedAt < ?', filter.receivedTo);
    if (column === 'nextDueAt') add('nextDueAt IS NOT NULL');
    if (cursor !== undefined) {
      const { value, key } = placeOf(sort, cursor);
      add(`("${column}", caseId) ${descending ? '<' : '>'} (?, ?)`, value, key[0] ?? '');
    }
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rest = `INDEXED BY "${index}" ${where} ORDER BY "${column}" ${order}, caseId ${order} LIMIT ?`;
    return { rest, values: [...values, limit + 1] };
  });
}

/** Lists that are in order, as one that is. */
function merged(
  lists: readonly (readonly CaseRow[])[],
  column: keyof typeof ORDER_INDEX,
  descending: boolean,
): readonly CaseRow[] {
  const [only = [], ...others] = lists;
  if (others.length === 0) return only;
  const sign = descending ? -1 : 1;
  return lists
    .flat()
    .sort((a, b) => sign * ((a[column] ?? 0) - (b[column] ?? 0) || (a.caseId < b.caseId ? -1 : 1)));
}

export function caseByNumber(reader: ViewReader, number: string): CaseRow | undefined {
  return reader.rows(caseTable, 'WHERE number = ?', [number])[0];
}

export function caseById(reader: ViewReader, caseId: string): CaseRow | undefined {
  return reader.rows(caseTable, 'WHERE caseId = ?', [caseId])[0];
}

/** Its number alone: asked for every row of other lists. */
export function numberOf(reader: ViewReader, caseId: string): string | undefined {
  const number = reader.get('SELECT number FROM cases WHERE caseId = ?', [caseId])?.number;
  return typeof number === 'string' ? number : undefined;
}

/** How many cases, by lifecycle and whether they are closed. */
export function countCases(
  reader: ViewReader,
): readonly { readonly lifecycle: string; readonly closed: boolean; readonly cases: number }[] {
  return reader
    .rows(caseCountTable, 'ORDER BY lifecycle', [])
    .flatMap(({ lifecycle, open, closed }) => [
      { lifecycle, closed: false, cases: open },
      { lifecycle, closed: true, cases: closed },
    ])
    .filter(({ cases }) => cases > 0);
}
