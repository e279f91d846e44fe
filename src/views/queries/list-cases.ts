import type { SQLInputValue } from 'node:sqlite';
import { type CaseRow, caseTable } from '../../../projections/case-list.ts';
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

const EQUAL = [
  'lifecycle',
  'phase',
  'closed',
  'priority',
  'assigneeId',
  'teamId',
  'customerId',
  'customerName',
  'breached',
] as const;

/** @throws BadCursorError, ViewsNotReadyError */
export function listCases(
  reader: ViewReader,
  filter: CaseFilter,
  sort: CaseSort,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Page<CaseRow> {
  const { where, values, column, order } = caseQuery(filter, sort, page.cursor);
  const rows = reader.rows(caseTable, `${where} ORDER BY "${column}" ${order}, caseId ${order} LIMIT ?`, [
    ...values,
    page.limit + 1,
  ]);
  return pageOf(rows, page.limit, sort, row => ({ value: row[column], key: [row.caseId] }));
}

export function caseQuery(filter: CaseFilter, sort: CaseSort, cursor: string | undefined) {
  const descending = sort.startsWith('-');
  const column = sort === '-receivedAt' ? 'receivedAt' : sort === '-lastActivityAt' ? 'lastActivityAt' : sort;
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...more: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  for (const name of EQUAL) {
    const value = filter[name];
    if (value !== undefined) add(`"${name}" = ?`, typeof value === 'boolean' ? Number(value) : value);
  }
  if (filter.receivedFrom !== undefined) add('receivedAt >= ?', filter.receivedFrom);
  if (filter.receivedTo !== undefined) add('receivedAt < ?', filter.receivedTo);
  if (column === 'nextDueAt') add('nextDueAt IS NOT NULL');
  if (cursor !== undefined) {
    const { value, key } = placeOf(sort, cursor);
    add(`("${column}", caseId) ${descending ? '<' : '>'} (?, ?)`, value, key[0] ?? '');
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return { where, values, column, order: descending ? 'DESC' : 'ASC' } as const;
}

export function caseByNumber(reader: ViewReader, number: string): CaseRow | undefined {
  return reader.rows(caseTable, 'WHERE number = ?', [number])[0];
}

export function caseById(reader: ViewReader, caseId: string): CaseRow | undefined {
  return reader.rows(caseTable, 'WHERE caseId = ?', [caseId])[0];
}

/** How many cases, by lifecycle and whether they are closed. */
export function countCases(
  reader: ViewReader,
  lifecycle?: string,
): readonly { lifecycle: string; closed: boolean; cases: number }[] {
  const where = lifecycle === undefined ? '' : 'WHERE lifecycle = ?';
  return reader
    .all(
      `SELECT lifecycle, closed, count(*) AS cases FROM cases ${where} GROUP BY lifecycle, closed`,
      lifecycle === undefined ? [] : [lifecycle],
    )
    .map(row => ({ lifecycle: String(row.lifecycle), closed: row.closed === 1, cases: Number(row.cases) }));
}
