import { complaintEvents } from '../domain/complaint/events.ts';
import { uuidOf } from '../domain/log/envelope.ts';
import { type Clock, evolveClocks, resultOf, type SlaResult } from '../domain/sla/clock.ts';
import { lifecycleFinder, openingOf, type ProjectedLifecycle } from './case-opening.ts';
import { addTo } from './counter.ts';
import { monthsIn } from './local-month.ts';
import { type Projection, projectBy, type RowAccess } from './projection.ts';
import {
  commonParty,
  mainParty,
  NOT_CLASSIFIED,
  type PartyKey,
  partyKey,
  sharesOf,
} from './responsible-party.ts';
import { asSlaEvent } from './sla-event.ts';
import { defineTable, keyOf } from './table.ts';

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

/** How many promises ended how: one row for each value of a dimension, clock, month and result. */
export interface SlaCountRow {
  readonly dimension: 'all' | 'responsibleParty' | 'team';
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

/** What results of a case are made from; no list goes by it. */
export interface SlaCaseRow {
  readonly caseId: string;
  readonly clocks: readonly Clock[];
  readonly teamId: string | null;
  readonly assigneeId: string | null;
  /** Of each item, `null` for a case without items. */
  readonly parties: Readonly<Record<string, PartyKey>> | null;
  readonly voided: boolean;
}

export const slaCaseTable = defineTable<SlaCaseRow>({
  name: 'slaCases',
  columns: {
    caseId: 'text',
    clocks: 'json',
    teamId: 'text',
    assigneeId: 'text',
    parties: 'json',
    voided: 'boolean',
  },
  key: ['caseId'],
  indexes: [],
});

/** Which promises were kept, by lifecycle and clock, by responsible party, by team, by month of their start. */
export function slaResults(lifecycles: readonly ProjectedLifecycle[], timeZone: string): Projection {
  const lifecycleOf = lifecycleFinder(lifecycles);
  const monthOf = monthsIn(timeZone);

  /** A case's row, its results and the counts of them, from what they were to what they are. */
  function update(rows: RowAccess, before: SlaCaseRow, after: SlaCaseRow, lifecycle: string): void {
    rows.put(slaCaseTable, after);
    for (const [at, clock] of after.clocks.entries()) {
      const old = before.clocks[at];
      const sameCase =
        before.teamId === after.teamId &&
        before.assigneeId === after.assigneeId &&
        before.parties === after.parties &&
        before.voided === after.voided;
      if (old === clock && sameCase) continue;
      const was = old === undefined ? undefined : resultRow(before, old, lifecycle);
      const is = resultRow(after, clock, lifecycle);
      if (is === undefined) rows.delete(slaResultTable, keyOf(after.caseId, clock.clock, clock.cycle));
      else if (old === undefined) rows.add(slaResultTable, is);
      else rows.put(slaResultTable, is);
      if (was !== undefined && is !== undefined && countsAlike(was, is)) continue;
      if (was !== undefined) count(rows, was, -1);
      if (is !== undefined) count(rows, is, 1);
    }
  }

  function resultRow(of: SlaCaseRow, clock: Clock, lifecycle: string): SlaResultRow | undefined {
    if (of.voided) return undefined;
    const result = resultOf(clock);
    return {
      caseId: of.caseId,
      clock: clock.clock,
      cycle: clock.cycle,
      lifecycle,
      result,
      exception: isException(result) ? result : null,
      startedAt: clock.startedAt,
      month: monthOf(clock.startedAt),
      dueAt: clock.schedule.dueAt,
      endedAt: clock.result?.at ?? null,
      lateMs: clock.result?.lateMs ?? null,
      pausedMs: clock.pausedMs,
      responsibleParty: of.parties === null ? NOT_CLASSIFIED : commonParty(Object.values(of.parties)),
      teamId: of.teamId,
      assigneeId: of.assigneeId,
    };
  }

  const projectOther = projectBy(complaintEvents, {
    CaseAssigned: ({ streamId, data: { assigneeId, teamId } }, rows) =>
      change(rows, streamId, before => ({ ...before, assigneeId, teamId })),
    CaseVoided: ({ streamId }, rows) => change(rows, streamId, before => ({ ...before, voided: true })),
    ComplaintClassified: ({ streamId, data }, rows) => classify(rows, streamId, data.items),
    ComplaintReclassified: ({ streamId, data }, rows) => classify(rows, streamId, data.items),
    ComplaintResponsibilityRuled: ({ streamId, data: { itemId, shares } }, rows) =>
      change(rows, streamId, before => ({
        ...before,
        parties: { ...before.parties, [itemId]: mainParty(sharesOf(shares)) },
      })),
  });

  type Classified = readonly {
    readonly itemId: string;
    readonly responsibleParty: Parameters<typeof partyKey>[0];
  }[];
  function classify(rows: RowAccess, streamId: string, items: Classified): void {
    change(rows, streamId, before => {
      const parties: Record<string, PartyKey> = { ...before.parties };
      for (const { itemId, responsibleParty } of items) parties[itemId] = partyKey(responsibleParty);
      return { ...before, parties };
    });
  }

  const nameOfCategory = new Map(lifecycles.map(({ category, name }) => [category, name] as const));
  function change(rows: RowAccess, streamId: string, to: (before: SlaCaseRow) => SlaCaseRow): void {
    const before = rows.get(slaCaseTable, uuidOf(streamId));
    const lifecycle = nameOfCategory.get(streamId.slice(0, streamId.indexOf('-')));
    if (before !== undefined && lifecycle !== undefined) update(rows, before, to(before), lifecycle);
  }

  return {
    name: 'slaResults',
    version: 1,
    tables: [slaResultTable, slaCountTable, slaCaseTable],
    project(event, rows) {
      const lifecycle = lifecycleOf(event);
      if (lifecycle === undefined) return;
      const caseId = uuidOf(event.streamId);
      if (event.revision === 0) {
        const { teamId } = openingOf(event);
        const parties = partiesAtFirst(event.data.items);
        rows.add(slaCaseTable, { caseId, clocks: [], teamId, assigneeId: null, parties, voided: false });
        return;
      }
      const sla = asSlaEvent(event);
      if (sla === undefined) return projectOther(event, rows);
      const before = rows.get(slaCaseTable, caseId);
      if (before === undefined) return;
      const clocks = evolveClocks(before.clocks, sla);
      if (clocks !== before.clocks) update(rows, before, { ...before, clocks }, lifecycle.name);
    },
  };
}

function partiesAtFirst(items: unknown): SlaCaseRow['parties'] {
  if (!Array.isArray(items)) return null;
  const parties: Record<string, PartyKey> = {};
  for (const item of items) {
    if (typeof item === 'object' && item !== null && 'itemId' in item)
      parties[String(item.itemId)] = NOT_CLASSIFIED;
  }
  return parties;
}

function isException(result: SlaResult): boolean {
  return (
    result === 'late' || result === 'breachedOpen' || result === 'metAfterRescinding' || result === 'disputed'
  );
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
  countIn(rows, row, sign, 'all', '');
  countIn(rows, row, sign, 'responsibleParty', row.responsibleParty);
  countIn(rows, row, sign, 'team', row.teamId ?? '');
}

function countIn(
  rows: RowAccess,
  row: SlaResultRow,
  sign: 1 | -1,
  dimension: SlaCountRow['dimension'],
  value: string,
): void {
  const { lifecycle, clock, month, result } = row;
  const late = Math.max(row.lateMs ?? 0, 0);
  const zero = { dimension, value, lifecycle, clock, month, result, promises: 0, lateMs: 0, pausedMs: 0 };
  addTo(rows, slaCountTable, zero, ['promises'], before => ({
    ...before,
    promises: before.promises + sign,
    lateMs: before.lateMs + sign * late,
    pausedMs: before.pausedMs + sign * row.pausedMs,
  }));
}
