import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { bundleText } from '../audit/bundle/bundle-text.ts';
import { unusableTrust, verifyBundle } from '../audit/bundle/verify-bundle.ts';
import { checkProof } from '../audit/check-proof.ts';
import { consistencySchema, proofSchema } from '../audit/proof-documents.ts';
import { verifierIn } from '../audit/verify-folder.ts';
import { askHouse } from './ask-house.ts';
import { type AuditOptions, auditing } from './audit-options.ts';
import { inputFile, keptIn } from './input-file.ts';
import { OperationError } from './operation-error.ts';
import { writeOutput } from './output-file.ts';
import { EXIT, looked } from './reported.ts';
import { terminalText } from './terminal-text.ts';

type OutputOptions = AuditOptions & { readonly output?: string };

/** `redress audit prove`, `consistency`, `check-proof`, `bundle`, `verify-bundle`. */
export function proveCommands(): readonly Command[] {
  return [
    auditing(new Command('prove'))
      .description('Proofs that the events of a case, or one event, are in the log as it was signed (JSON)')
      .argument('<case|event>', 'the id or number of a case, or the id of an event')
      .option('-o, --output <file>', 'write it there')
      .action((what: string, { output, ...options }: OutputOptions) =>
        looked(async () =>
          give(proofSchema.parse(await askHouse('audit.prove', { ...options, what })), output),
        ),
      ),
    auditing(new Command('consistency'))
      .description('The proof that the log of so many events only adds to that of fewer (JSON)')
      .argument('<old>', 'events of the earlier one', size)
      .argument('<new>', 'events of the later one', size)
      .option('-o, --output <file>', 'write it there')
      .action((oldSize: number, newSize: number, { output, ...options }: OutputOptions) =>
        looked(async () => {
          const answer = await askHouse('audit.consistency', { ...options, oldSize, newSize });
          give(consistencySchema.parse(answer), output);
        }),
      ),
    auditing(new Command('bundle'))
      .description('Everything about a case with its proofs in one archive, for somebody who has no access')
      .argument('<case>', 'its id or number')
      .requiredOption('-o, --output <file>', 'where to write it, as case.zip')
      .option('--sealed', 'without names and words of persons', false)
      .action(
        (idOrNumber: string, { output, ...options }: AuditOptions & { output: string; sealed: boolean }) =>
          looked(async () => {
            const file = resolve(output);
            const answer = await askHouse('audit.bundle', { ...options, idOrNumber, file });
            const { bytes } = z.object({ bytes: z.int() }).parse(answer);
            process.stdout.write(
              `${output}: ${bytes.toLocaleString('en')} bytes. Verify it: redress audit verify-bundle ${output}\n`,
            );
          }),
      ),
    new Command('check-proof')
      .description('Check what prove or consistency gave: needs no data folder')
      .argument('<file>')
      .option('--key <verifier key>', 'of the log, from elsewhere; may be given several times', gathered, [])
      .option('--checkpoint <file>', 'that was kept elsewhere; may be given several times', gathered, [])
      .action((file: string, { key, checkpoint }: { key: string[]; checkpoint: string[] }) =>
        looked(async () => {
          if (key.length === 0) {
            throw new OperationError(
              'a proof proves nothing without the key that signs the log: give it by --key, as redress audit key shows it where the log is, and whoever keeps it gave it to you',
            );
          }
          const checked = checkProof(jsonIn(file), key.map(verifierIn), keptIn(checkpoint));
          process.stdout.write(
            checked.ok
              ? `✓ The proof holds: ${terminalText(checked.proves)}.\n`
              : checked.faults.map(fault => `✗ ${terminalText(fault)}\n`).join(''),
          );
          if (!checked.ok) process.exitCode = EXIT.failed;
        }),
      ),
    new Command('verify-bundle')
      .description(
        'Verify a bundle: needs no data folder. The same without this program: node verify-bundle.mjs FILE',
      )
      .argument('<file>')
      .option('--key <verifier key>', 'from elsewhere; may be given several times', gathered, [])
      .option('--checkpoint <file>', 'that was kept elsewhere; may be given several times', gathered, [])
      .option('--json', 'print JSON', false)
      .action((file: string, options: { key: string[]; checkpoint: string[]; json: boolean }) =>
        looked(async () => {
          const kept = keptIn(options.checkpoint);
          const unusable = unusableTrust({ keys: options.key });
          if (unusable !== undefined) throw new OperationError(unusable);
          const report = verifyBundle(inputFile(file), { keys: options.key, kept });
          process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : bundleText(report));
          if (!report.ok) process.exitCode = EXIT.failed;
        }),
      ),
  ];
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(inputFile(file).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OperationError(`${file} is no JSON: it is cut off, or was changed (${error.message})`);
  }
}

function give(document: unknown, output: string | undefined): void {
  const text = `${JSON.stringify(document, undefined, 1)}\n`;
  if (output === undefined) process.stdout.write(text);
  else writeOutput('--output', output, text);
}

function size(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of events.');
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
