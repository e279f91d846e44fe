import { FieldError, fieldValue } from './field-value.ts';
import { importIds } from './import-ids.ts';
import { type ImportReport, ImportTally } from './import-report.ts';
import type { ImportRow } from './import-row.ts';
import type { LogLine } from './log-lines.ts';
import type { CheckedMapping, PreparedCommand } from './mapping-check.ts';
import { readLog } from './read-log.ts';

/**
 * The dry run: reads every row and makes every command that it may give, without a case to decide on. A row is
 * told as rejected when it can open no case, or none of what its activity may give can be made of it.
 * `logId` is any UUID; `now` in epoch milliseconds.
 */
export async function checkLog(
  lines: AsyncIterable<LogLine> | Iterable<LogLine>,
  mapping: CheckedMapping,
  logId: string,
  now: number,
): Promise<ImportReport> {
  const began = performance.now();
  const foreign = await readLog(lines, mapping, now);
  const ids = importIds(logId, mapping.mapping.source);
  const tally = new ImportTally(foreign);

  /** Why a row cannot give a command; '' if it can. */
  const problemOf = ({ type, fields }: PreparedCommand, row: ImportRow): string => {
    try {
      const caseOf = (key: string) => (foreign.cases.has(key) ? ids.caseOf(key) : undefined);
      const facts = { row: row.row, at: row.at, state: {}, userOf: ids.userOf, caseOf };
      const written = fieldValue(fields, facts, mapping.mapping.tables);
      const parsed = mapping.lifecycle.commands[type]?.schema.safeParse(written);
      return (
        parsed?.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') ?? ''
      );
    } catch (error) {
      // What the case will hold by then is not known here.
      if (error instanceof FieldError) return error.reason === 'notInCase' ? '' : error.message;
      throw error;
    }
  };

  for (const rows of foreign.cases.values()) {
    for (const [index, row] of rows.entries()) {
      const alternatives = mapping.activities.get(row.activity) ?? [];
      const problems = alternatives.map(each =>
        'give' in each
          ? each.give.map(command => problemOf(command, row)).find(problem => problem !== '')
          : undefined,
      );
      const opening = index === 0 ? problemOf(mapping.open, row) : '';
      const message = opening || (problems.every(problem => problem !== undefined) ? problems[0] : undefined);
      const only = alternatives.length === 1 ? alternatives[0] : undefined;
      if (message !== undefined && message !== '') {
        const command = opening === '' ? '' : mapping.open.type;
        tally.row(row, { outcome: 'rejected', command, reason: 'badFields', details: { message } });
      } else if (index > 0 && only !== undefined && 'leaveOut' in only) {
        tally.row(row, { outcome: 'leftOut', reason: only.leaveOut });
      } else {
        tally.row(row, { outcome: 'imported' });
      }
    }
  }
  return tally.report({
    source: mapping.mapping.source,
    importId: ids.importId,
    dryRun: true,
    finished: true,
    foreign,
    seconds: (performance.now() - began) / 1000,
  });
}
