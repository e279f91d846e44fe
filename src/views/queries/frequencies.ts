import type { SQLInputValue } from 'node:sqlite';
import type { FrequencyDimension } from '../../../projections/complaint-frequencies.ts';
import type { ViewReader } from '../view-reader.ts';

export interface FrequencyFilter {
  /** Local month of receipt, `2026-03`, inclusive. */
  readonly fromMonth?: string | undefined;
  readonly toMonth?: string | undefined;
}

/** One bar of the Pareto: how many complained items, in all and together with those before it. */
export interface FrequencyLine {
  readonly value: string;
  readonly label?: string;
  /** Complained items; a ruling shares one between parties, so that it can have a fraction. */
  readonly items: number;
  readonly percent: number;
  readonly cumulativePercent: number;
}

/** The most frequent first; months in their order. */
export function complaintFrequencies(
  reader: ViewReader,
  by: FrequencyDimension,
  filter: FrequencyFilter,
): readonly FrequencyLine[] {
  const { sql, values } = frequencyQuery(by, filter);
  const rows = reader.all(sql, values).map(row => ({
    value: String(row.value),
    hundredths: Number(row.hundredths),
    ...(row.label === '' ? {} : { label: String(row.label) }),
  }));
  const all = rows.reduce((sum, row) => sum + row.hundredths, 0);
  let together = 0;
  return rows.map(({ value, hundredths, ...label }) => {
    together += hundredths;
    return {
      value,
      ...label,
      items: hundredths / 100,
      percent: perCent(hundredths, all),
      cumulativePercent: perCent(together, all),
    };
  });
}

function perCent(part: number, all: number): number {
  return all === 0 ? 0 : Math.round((part / all) * 10_000) / 100;
}

export function frequencyQuery(by: FrequencyDimension, filter: FrequencyFilter) {
  const conditions = ['dimension = ?'];
  const values: SQLInputValue[] = [by === 'month' ? 'defectCategory' : by];
  if (filter.fromMonth !== undefined) {
    conditions.push('month >= ?');
    values.push(filter.fromMonth);
  }
  if (filter.toMonth !== undefined) {
    conditions.push('month <= ?');
    values.push(filter.toMonth);
  }
  const of = by === 'month' ? 'month' : 'value';
  const order = by === 'month' ? 'value' : 'hundredths DESC, value';
  const sql = `SELECT ${of} AS value, sum(hundredths) AS hundredths, max(label) AS label FROM complaintFrequencies
    WHERE ${conditions.join(' AND ')} GROUP BY ${of} HAVING sum(hundredths) > 0 ORDER BY ${order}`;
  return { sql, values } as const;
}
