import type { SQLInputValue } from 'node:sqlite';
import { uuidOf } from '../../../domain/log/envelope.ts';
import { type DeadlineRow, deadlineTable } from '../../../projections/deadlines.ts';
import type { DueTimer } from '../../engine/timekeeper.ts';
import type { ViewReader } from '../view-reader.ts';
import { type Page, pageOf, placeOf } from './page.ts';

export interface DeadlineFilter {
  readonly lifecycle?: string | undefined;
  readonly clock?: string | undefined;
  readonly status?: 'running' | 'paused' | 'breached' | undefined;
  readonly warned?: boolean | undefined;
  readonly provisional?: boolean | undefined;
  readonly assigneeId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly caseId?: string | undefined;
  /** Due at or before, epoch milliseconds. */
  readonly dueBy?: number | undefined;
}

const SORT = 'dueAt';

/** Open promises, those due first first. @throws BadCursorError, ViewsNotReadyError */
export function listDeadlines(
  reader: ViewReader,
  filter: DeadlineFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Page<DeadlineRow> {
  const { where, values } = deadlineQuery(filter, page.cursor);
  const rows = reader.rows(deadlineTable, `${where} ORDER BY dueAt, caseId, name, cycle LIMIT ?`, [
    ...values,
    page.limit + 1,
  ]);
  return pageOf(rows, page.limit, SORT, row => ({
    value: row.dueAt,
    key: [row.caseId, row.name, row.cycle],
  }));
}

export function deadlineQuery(filter: DeadlineFilter, cursor: string | undefined) {
  const conditions = ['isClock = 1'];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...more: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  const { clock: name, dueBy, warned, provisional, ...texts } = filter;
  for (const [column, value] of Object.entries({ ...texts, name })) {
    if (value !== undefined) add(`"${column}" = ?`, value);
  }
  for (const [column, value] of Object.entries({ warned, provisional })) {
    if (value !== undefined) add(`"${column}" = ?`, Number(value));
  }
  if (dueBy !== undefined) add('dueAt <= ?', dueBy);
  if (cursor !== undefined) {
    const { value, key } = placeOf(SORT, cursor);
    add('(dueAt, caseId, name, cycle) > (?, ?, ?, ?)', value, key[0] ?? '', key[1] ?? '', key[2] ?? 0);
  }
  return { where: `WHERE ${conditions.join(' AND ')}`, values } as const;
}

/** What is to be fired at or before an instant, the earliest first: of each promise or timer what comes next. */
export function dueTimers(
  reader: ViewReader,
  byAt: number,
  limit: number,
  after?: DueTimer,
): readonly DueTimer[] {
  const goesOn = after === undefined ? '' : 'AND (nextAt, caseId, name, cycle) > (?, ?, ?, ?)';
  const place = after === undefined ? [] : [after.at, uuidOf(after.streamId), after.name, after.cycle];
  return reader
    .all(
      `SELECT streamId, nextAt, name, cycle FROM deadlines WHERE nextAt IS NOT NULL AND nextAt <= ? ${goesOn}
       ORDER BY nextAt, caseId, name, cycle LIMIT ?`,
      [byAt, ...place, limit],
    )
    .map(({ streamId, nextAt, name, cycle }) => ({
      streamId: String(streamId),
      at: Number(nextAt),
      name: String(name),
      cycle: Number(cycle),
    }));
}

export function nextTimerAt(reader: ViewReader): number | undefined {
  const at = reader.get(
    'SELECT nextAt FROM deadlines WHERE nextAt IS NOT NULL ORDER BY nextAt LIMIT 1',
    [],
  )?.nextAt;
  return typeof at === 'number' ? at : undefined;
}

/** Cases in which a promise is open, in order of their ids. */
export function casesWithPromises(
  reader: ViewReader,
  { provisionalOnly, after, limit }: CasesWithPromises,
): readonly OpenCase[] {
  const open = provisionalOnly
    ? 'provisionalAt IS NOT NULL'
    : "isClock = 1 AND status IN ('running', 'paused')";
  // In both the cases come in their order.
  const index = provisionalOnly ? 'deadlinesProvisional' : 'deadlines_key';
  return reader
    .all(
      `SELECT caseId, streamId, lifecycle FROM deadlines INDEXED BY ${index} WHERE ${open} AND caseId > ? GROUP BY caseId ORDER BY caseId LIMIT ?`,
      [after, limit],
    )
    .map(({ caseId, streamId, lifecycle }) => ({
      caseId: String(caseId),
      streamId: String(streamId),
      lifecycle: String(lifecycle),
    }));
}

export interface CasesWithPromises {
  readonly provisionalOnly: boolean;
  /** A case's id; `''` is the start. */
  readonly after: string;
  readonly limit: number;
}
export interface OpenCase {
  readonly caseId: string;
  readonly streamId: string;
  readonly lifecycle: string;
}

/** How many open promises rest on days that no calendar knew, and when the first of them falls due. */
export function provisionalDeadlines(reader: ViewReader): ProvisionalDeadlines {
  const row = reader.get(
    'SELECT count(*) AS count, min(provisionalAt) AS firstAt FROM deadlines WHERE provisionalAt IS NOT NULL',
    [],
  );
  const firstAt = row?.firstAt;
  return { count: Number(row?.count ?? 0), ...(typeof firstAt === 'number' ? { firstAt } : {}) };
}

export interface ProvisionalDeadlines {
  readonly count: number;
  readonly firstAt?: number;
}
