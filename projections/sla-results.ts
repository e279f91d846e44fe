import { type Clock, resultOf, type SlaResult } from '../domain/sla/clock.ts';
import type { MonthOf } from './local-month.ts';
import type { RowAccess } from './projection.ts';
import type { PromiseSource } from './promises.ts';
import { commonParty, type PartyKey } from './responsible-party.ts';
import { defineTable, KEY_SEPARATOR as SEP } from './table.ts';

/** How one promise ended, or stands. A voided case has none. */
export interface SlaResultRow {
  readonly caseId: string;
  readonly clock: string;
  readonly cycle: number;
  readonly lifecycle: string;
  readonly result: SlaResult;
  /** Set where the promise was not simply kept: broken, rescinded, disputed. Equal to `result`. */
  readonly exception: SlaResult | null;
  readonly startedAt: number;
  /** Local month of the start, `2026-03`. */
  readonly month: string;
  readonly dueAt: number;
  /** When the fact that ended it happened. */
  readonly endedAt: number | null;
  /** At most 0: in time. */
  readonly lateMs: number | null;
  readonly pausedMs: number;
  readonly responsibleParty: PartyKey;
  readonly teamId: string | null;
  readonly assigneeId: string | null;
}

export const slaResultTable = defineTable<SlaResultRow>({
  name: 'slaResults',
  columns: {
    caseId: 'text',
    clock: 'text',
    cycle: 'integer',
    lifecycle: 'text',
    result: 'text',
    exception: 'text',
    startedAt: 'integer',
    month: 'text',
    dueAt: 'integer',
    endedAt: 'integer',
    lateMs: 'integer',
    pausedMs: 'integer',
    responsibleParty: 'text',
    teamId: 'text',
    assigneeId: 'text',
  },
  key: ['caseId', 'clock', 'cycle'],
  indexes: [
    {
      name: 'slaExceptions',
      columns: ['exception', 'startedAt', 'caseId', 'clock', 'cycle'],
      whereNotNull: 'exception',
    },
  ],
});

/**
 * How many promises ended how: one row for each value of a dimension, clock, month and result. Every promise is in
 * each dimension once, so that any of them gives the totals.
 */
export interface SlaCountRow {
  readonly dimension: 'responsibleParty' | 'team';
  readonly value: string;
  readonly lifecycle: string;
  readonly clock: string;
  readonly month: string;
  readonly result: SlaResult;
  readonly promises: number;
  /** Of those that came late, together. */
  readonly lateMs: number;
  readonly pausedMs: number;
}

export const slaCountTable = defineTable<SlaCountRow>({
  name: 'slaCounts',
  columns: {
    dimension: 'text',
    value: 'text',
    lifecycle: 'text',
    clock: 'text',
    month: 'text',
    result: 'text',
    promises: 'integer',
    lateMs: 'integer',
    pausedMs: 'integer',
  },
  key: ['dimension', 'month', 'value', 'lifecycle', 'clock', 'result'],
  indexes: [],
});

/** Which promises were kept, by lifecycle and clock, by responsible party, by team, by month of their start. */
export function resultsBy(
  monthOf: MonthOf,
): (before: PromiseSource | undefined, after: PromiseSource | undefined, rows: RowAccess) => void {
  function rowOf(of: PromiseSource, clock: Clock): SlaResultRow {
    const result = resultOf(clock);
    return {
      caseId: of.caseId,
      clock: clock.clock,
      cycle: clock.cycle,
      lifecycle: of.lifecycle,
      result,
      exception: isException(result) ? result : null,
      startedAt: clock.startedAt,
      month: monthOf(clock.startedAt),
      dueAt: clock.schedule.dueAt,
      endedAt: clock.result?.at ?? null,
      lateMs: clock.result?.lateMs ?? null,
      pausedMs: clock.pausedMs,
      responsibleParty: commonParty(of.parties ?? []),
      teamId: of.teamId,
      assigneeId: of.assigneeId,
    };
  }

  return (before, after, rows) => {
    const source = after ?? before;
    if (source === undefined) return;
    const same =
      before?.assigneeId === after?.assigneeId &&
      before?.teamId === after?.teamId &&
      before?.parties === after?.parties &&
      before?.voided === after?.voided;
    // A clock is never taken away: what stands at one place is the same one, and unchanged the same object.
    for (const at of source.clocks.keys()) {
      const clockBefore = before?.clocks[at];
      const clockAfter = after?.clocks[at];
      if (same && clockBefore === clockAfter) continue;
      const was =
        before === undefined || before.voided || clockBefore === undefined
          ? undefined
          : rowOf(before, clockBefore);
      const is =
        after === undefined || after.voided || clockAfter === undefined
          ? undefined
          : rowOf(after, clockAfter);
      // A warning, say, changes nothing of it.
      if (was !== undefined && is !== undefined && isSame(was, is)) continue;
      if (is !== undefined) rows.put(slaResultTable, is, was !== undefined);
      else if (was !== undefined) rows.delete(slaResultTable, slaResultTable.keyOf(was));
      if (was !== undefined && is !== undefined && countsAlike(was, is)) continue;
      if (was !== undefined) count(rows, was, -1);
      if (is !== undefined) count(rows, is, 1);
    }
  };
}

function isException(result: SlaResult): boolean {
  return (
    result === 'late' || result === 'breachedOpen' || result === 'metAfterRescinding' || result === 'disputed'
  );
}

const RESULT_COLUMNS = Object.keys(slaResultTable.columns) as (keyof SlaResultRow)[];

function isSame(a: SlaResultRow, b: SlaResultRow): boolean {
  return RESULT_COLUMNS.every(column => a[column] === b[column]);
}

function countsAlike(a: SlaResultRow, b: SlaResultRow): boolean {
  return (
    a.result === b.result &&
    a.month === b.month &&
    a.responsibleParty === b.responsibleParty &&
    a.teamId === b.teamId &&
    a.pausedMs === b.pausedMs &&
    a.lateMs === b.lateMs
  );
}

function count(rows: RowAccess, row: SlaResultRow, sign: 1 | -1): void {
  countIn(rows, row, sign, 'responsibleParty', row.responsibleParty);
  countIn(rows, row, sign, 'team', row.teamId ?? '');
}

function countIn(
  rows: RowAccess,
  { lifecycle, clock, month, result, lateMs, pausedMs }: SlaResultRow,
  sign: 1 | -1,
  dimension: SlaCountRow['dimension'],
  value: string,
): void {
  // As `keyOf` makes it, written out: it is made for every promise of every case.
  const key = `${dimension}${SEP}${month}${SEP}${value}${SEP}${lifecycle}${SEP}${clock}${SEP}${result}`;
  rows.change(slaCountTable, key, before => {
    const promises = (before?.promises ?? 0) + sign;
    // What each promise adds is taken away again with it: without promises there is nothing left.
    if (promises === 0) return undefined;
    return {
      dimension,
      value,
      lifecycle,
      clock,
      month,
      result,
      promises,
      lateMs: (before?.lateMs ?? 0) + sign * Math.max(lateMs ?? 0, 0),
      pausedMs: (before?.pausedMs ?? 0) + sign * pausedMs,
    };
  });
}
