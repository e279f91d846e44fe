import type { SQLInputValue } from 'node:sqlite';
import type { WorkingCalendar } from '../../../domain/time/calendar.ts';
import { callsOf, type FollowUpCall, followUpTaskTable } from '../../../projections/follow-up-calls.ts';
import type { ViewReader } from '../view-reader.ts';

export interface FollowUpFilter {
  readonly assigneeId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly caseId?: string | undefined;
  /** Only calls whose first task is due at or before, epoch milliseconds. */
  readonly dueBy?: number | undefined;
}

/** Tasks looked at: each waits some ten working days, so that a house with more has several visits an hour. */
export const MOST_FOLLOW_UP_TASKS = 2_000;

/**
 * The calls that wait, those due first first. What one call settles is found over all open tasks: a page would tear a
 * call in two, so that there is none, but a bound. `more` says that it was reached.
 * @throws ViewsNotReadyError
 */
export function followUpCalls(
  reader: ViewReader,
  { dueBy, ...filter }: FollowUpFilter,
  calendar: WorkingCalendar,
): { readonly calls: readonly FollowUpCall[]; readonly more: boolean } {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  for (const [column, value] of Object.entries(filter)) {
    if (value === undefined) continue;
    conditions.push(`"${column}" = ?`);
    values.push(value);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const found = reader.rows(followUpTaskTable, `${where} ORDER BY dueAt, caseId, wave, cycle LIMIT ?`, [
    ...values,
    MOST_FOLLOW_UP_TASKS + 1,
  ]);
  const calls = callsOf(found.slice(0, MOST_FOLLOW_UP_TASKS), calendar);
  return {
    calls: dueBy === undefined ? calls : calls.filter(call => call.dueAt <= dueBy),
    more: found.length > MOST_FOLLOW_UP_TASKS,
  };
}
