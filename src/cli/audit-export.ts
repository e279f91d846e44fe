import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { EXPORT_FORMATS } from '../audit/export-selection.ts';
import { askHouse } from './ask-house.ts';
import { type AuditOptions, auditing, instantOption } from './audit-options.ts';
import { OperationError } from './operation-error.ts';
import { progressLine } from './progress-line.ts';
import { looked } from './reported.ts';

interface ExportOptions extends AuditOptions {
  readonly format: string;
  readonly out: string;
  readonly from?: number;
  readonly to?: number;
  readonly lifecycle?: string;
  readonly case?: string;
}

const doneSchema = z.object({ file: z.string(), bytes: z.number(), sha256: z.string(), seconds: z.number() });

/** `redress audit export`: the log, or some of it, in a file. */
export function exportCommands(): readonly Command[] {
  return [
    auditing(new Command('export'))
      .description(
        'Write the log, or some of it, into a file: as the evidence, for a spreadsheet, or for process mining',
      )
      .addOption(
        new Option('--format <format>', 'ndjson is the evidence; ocel and xes are for process mining')
          .choices(EXPORT_FORMATS)
          .makeOptionMandatory(),
      )
      .requiredOption('-o, --out <file>', 'a new file')
      .option('--from <instant>', 'recorded not before', instantOption)
      .option('--to <instant>', 'recorded not after', instantOption)
      .option('--lifecycle <name>', 'cases of one lifecycle only, as complaint')
      .option('--case <case>', 'one case, by its id or number')
      .action(({ out, case: idOrNumber, ...options }: ExportOptions) =>
        looked(async () => {
          const file = resolve(out);
          if (existsSync(file)) throw new OperationError(`${file} exists already: name a new file`);
          const progress = progressLine();
          const wanted = { ...options, file, ...(idOrNumber === undefined ? {} : { idOrNumber }) };
          const answer = await askHouse('audit.export', wanted, told => {
            progress.show(`${Math.round(z.object({ bytes: z.number() }).parse(told).bytes / 1e6)} MB`);
          });
          progress.clear();
          const { bytes, sha256, seconds } = doneSchema.parse(answer);
          process.stdout.write(
            `${file}: ${bytes.toLocaleString('en')} bytes in ${seconds.toFixed(1)} s\nSHA-256 ${sha256}, as the log has it\n`,
          );
        }),
      ),
  ];
}
