import type { SQLInputValue } from 'node:sqlite';
import type { SlaResult } from '../../../domain/sla/clock.ts';
import { type SlaResultRow, slaResultTable } from '../../../projections/sla-results.ts';
import type { ViewReader } from '../view-reader.ts';
import { type Page, pageOf, placeOf } from './page.ts';

export const SLA_GROUPS = ['clock', 'month', 'responsibleParty', 'team'] as const;
export type SlaGroup = (typeof SLA_GROUPS)[number];

export interface SlaReportFilter {
  readonly lifecycle?: string | undefined;
  readonly clock?: string | undefined;
  /** Local month of the start, `2026-03`, inclusive. */
  readonly fromMonth?: string | undefined;
  readonly toMonth?: string | undefined;
}

/** One line of the report: how the promises of a group ended. Reports count a rescinded breach as met, and list it. */
export interface SlaReportLine {
  readonly group: string;
  readonly lifecycle: string;
  readonly clock: string;
  readonly results: Readonly<Record<SlaResult, number>>;
  readonly met: number;
  /** Broken, fulfilled late or still open. */
  readonly breached: number;
  /** Met of met and breached, in per cent; absent where there is neither. */
  readonly metPercent?: number;
  /** Late time of the late ones together, in milliseconds. */
  readonly lateMs: number;
  readonly pausedMs: number;
}

const ZERO: Readonly<Record<SlaResult, number>> = {
  met: 0,
  metAfterRescinding: 0,
  late: 0,
  breachedOpen: 0,
  disputed: 0,
  cancelled: 0,
  running: 0,
};

export function slaReport(
  reader: ViewReader,
  group: SlaGroup,
  filter: SlaReportFilter,
): readonly SlaReportLine[] {
  const { sql, values } = slaReportQuery(group, filter);
  const lines = new Map<string, { line: Omit<SlaReportLine, 'met' | 'breached' | 'metPercent'> }>();
  for (const row of reader.all(sql, values)) {
    const place = [String(row.value), String(row.lifecycle), String(row.clock)] as const;
    const key = place.join(' ');
    const [value, lifecycle, clock] = place;
    const known = lines.get(key)?.line ?? {
      group: value,
      lifecycle,
      clock,
      results: ZERO,
      lateMs: 0,
      pausedMs: 0,
    };
    const results = { ...known.results, [String(row.result)]: Number(row.promises) };
    const lateMs = known.lateMs + Number(row.lateMs);
    lines.set(key, { line: { ...known, results, lateMs, pausedMs: known.pausedMs + Number(row.pausedMs) } });
  }
  return [...lines.values()].map(({ line }) => withRates(line));
}

function withRates(line: Omit<SlaReportLine, 'met' | 'breached' | 'metPercent'>): SlaReportLine {
  const met = line.results.met + line.results.metAfterRescinding;
  const breached = line.results.late + line.results.breachedOpen;
  const judged = met + breached;
  return {
    ...line,
    met,
    breached,
    ...(judged === 0 ? {} : { metPercent: Math.round((met / judged) * 10_000) / 100 }),
  };
}

export function slaReportQuery(group: SlaGroup, filter: SlaReportFilter) {
  // Totals are the same by any dimension; there are fewer teams than parties.
  const dimension = group === 'responsibleParty' ? group : 'team';
  const value = group === 'month' ? 'month' : group === 'clock' ? 'clock' : 'value';
  const conditions = ['dimension = ?'];
  const values: SQLInputValue[] = [dimension];
  const add = (condition: string, given: string | undefined): void => {
    if (given === undefined) return;
    conditions.push(condition);
    values.push(given);
  };
  add('month >= ?', filter.fromMonth);
  add('month <= ?', filter.toMonth);
  add('lifecycle = ?', filter.lifecycle);
  add('clock = ?', filter.clock);
  const sql = `SELECT ${value} AS value, lifecycle, clock, result, sum(promises) AS promises, sum(lateMs) AS lateMs,
    sum(pausedMs) AS pausedMs FROM slaCounts WHERE ${conditions.join(' AND ')}
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
  return { sql, values } as const;
}

export const SLA_EXCEPTIONS = ['late', 'breachedOpen', 'metAfterRescinding', 'disputed'] as const;

/** The promises that were not simply kept, the newest first, one kind of them. */
export function slaExceptions(
  reader: ViewReader,
  exception: (typeof SLA_EXCEPTIONS)[number],
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Page<SlaResultRow> {
  const values: SQLInputValue[] = [exception];
  let before = '';
  if (page.cursor !== undefined) {
    const { value, key } = placeOf(exception, page.cursor);
    before = 'AND (startedAt, caseId, clock, cycle) < (?, ?, ?, ?)';
    values.push(value, key[0] ?? '', key[1] ?? '', key[2] ?? 0);
  }
  const rest = `WHERE exception = ? ${before} ORDER BY startedAt DESC, caseId DESC, clock DESC, cycle DESC LIMIT ?`;
  const rows = reader.rows(slaResultTable, rest, [...values, page.limit + 1]);
  return pageOf(rows, page.limit, exception, row => ({
    value: row.startedAt,
    key: [row.caseId, row.clock, row.cycle],
  }));
}

/** Every promise of one case, in the order of their starts. */
export function resultsOfCase(reader: ViewReader, caseId: string): readonly SlaResultRow[] {
  return reader.rows(slaResultTable, 'WHERE caseId = ? ORDER BY startedAt, clock, cycle', [caseId]);
}
