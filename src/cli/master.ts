import { Command, Option } from 'commander';
import { z } from 'zod';
import { MASTER_KINDS } from '../import/import-master.ts';
import { MasterFileError, readMasterRows } from '../import/master-rows.ts';
import { askHouse } from './ask-house.ts';
import { MASTER_ROWS_A_CALL } from './master-operations.ts';
import { OperationError } from './operation-error.ts';
import { progressLine } from './progress-line.ts';
import { EXIT, reported } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const resultsSchema = z.array(
  z.object({
    line: z.int(),
    outcome: z.enum(['registered', 'changed', 'unchanged', 'refused']),
    reason: z.string().optional(),
  }),
);

/** Refused rows that are told one by one. */
const MOST_TOLD = 50;

/** `redress master …`: the records that cases refer to. */
export function masterCommand(): Command {
  const master = new Command('master').description(
    'Customers, products, suppliers and departments, as the ERP has them',
  );
  master
    .command('import')
    .description(
      'Take up or change records by their codes, from CSV with a header line or from NDJSON; the same again changes nothing',
    )
    .addOption(new Option('--kind <kind>', 'what the rows are').choices(MASTER_KINDS).makeOptionMandatory())
    .argument('<file>', 'columns or fields: code, name, otherNames (by | in CSV), and those of the kind')
    .action((file: string, { kind }: { readonly kind: string }) => reported(() => importFile(file, kind)));
  return master;
}

async function importFile(file: string, kind: string): Promise<void> {
  const rows = rowsOf(file);
  const counts = { registered: 0, changed: 0, unchanged: 0, refused: 0 };
  const progress = progressLine();
  for (let from = 0; from < rows.length; from += MASTER_ROWS_A_CALL) {
    const some = rows.slice(from, from + MASTER_ROWS_A_CALL);
    const results = resultsSchema.parse(await askHouse('master.import', { kind, rows: some }));
    progress.clear();
    for (const { line, outcome, reason } of results) {
      counts[outcome]++;
      if (outcome === 'refused' && counts.refused <= MOST_TOLD)
        process.stderr.write(`line ${line}: ${terminalText(reason ?? 'refused')}\n`);
    }
    progress.show(`${from + some.length} of ${rows.length} rows`);
  }
  progress.clear();
  const { registered, changed, unchanged, refused } = counts;
  process.stdout.write(
    `${registered} taken up, ${changed} changed, ${unchanged} as they were, ${refused} refused.\n`,
  );
  if (refused > 0) process.exitCode = EXIT.failed;
}

function rowsOf(file: string) {
  try {
    return readMasterRows(file);
  } catch (error) {
    if (error instanceof MasterFileError) throw new OperationError(`${file}: ${error.message}`);
    if (error instanceof Error && 'code' in error)
      throw new OperationError(`${file} cannot be read: ${error.message}`);
    throw error;
  }
}
