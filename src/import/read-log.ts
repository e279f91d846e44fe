import { type BrokenRow, compareRows, type ImportRow, isBroken, readRow } from './import-row.ts';
import type { LogLine } from './log-lines.ts';
import type { CheckedMapping } from './mapping-check.ts';

/** A whole foreign log, by case and in order of time. */
export interface ForeignLog {
  readonly lines: number;
  /** Rows by the case's key, each in order; the cases in order of their first lines. */
  readonly cases: ReadonlyMap<string, readonly ImportRow[]>;
  readonly broken: readonly BrokenRow[];
  /** Values of the actor's key, in order of their first lines. */
  readonly actors: readonly string[];
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
}

/** Reads all rows; those that cannot be used are told by line. Empty lines are no rows. */
export async function readLog(
  lines: AsyncIterable<LogLine> | Iterable<LogLine>,
  mapping: CheckedMapping,
  now: number,
): Promise<ForeignLog> {
  const cases = new Map<string, ImportRow[]>();
  const lineOfRow = new Map<string, number>();
  const actors = new Set<string>();
  const broken: BrokenRow[] = [];
  let count = 0;
  let firstAt: number | undefined;
  let lastAt: number | undefined;
  for await (const line of lines) {
    if (line.text.trim() === '') continue;
    count++;
    const row = readRow(line, mapping, now);
    if (isBroken(row)) {
      broken.push(row);
      continue;
    }
    const key = JSON.stringify([row.caseKey, row.rowKey]);
    const earlier = lineOfRow.get(key);
    if (earlier !== undefined) {
      const { caseKey, activity } = row;
      const message = `line ${earlier} has the same ${mapping.mapping.keys.row} in the case`;
      broken.push({ line: row.line, reason: 'duplicateRow', message, caseKey, activity });
      continue;
    }
    lineOfRow.set(key, row.line);
    actors.add(row.actor);
    const rows = cases.get(row.caseKey);
    if (rows === undefined) cases.set(row.caseKey, [row]);
    else rows.push(row);
    firstAt = Math.min(firstAt ?? row.at, row.at);
    lastAt = Math.max(lastAt ?? row.at, row.at);
  }
  for (const rows of cases.values()) rows.sort(compareRows);
  return { lines: count, cases, broken, actors: [...actors], firstAt, lastAt };
}
