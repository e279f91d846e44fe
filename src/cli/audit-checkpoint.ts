import { Command } from 'commander';
import { z } from 'zod';
import { checkpointPage } from '../audit/checkpoint-page.ts';
import { askHouse } from './ask-house.ts';
import { writeOutput } from './output-file.ts';
import { looked } from './reported.ts';

const made = z.object({
  size: z.int(),
  root: z.string(),
  note: z.string(),
  verifier: z.string(),
  signedAt: z.number(),
});
const listed = z.array(made);
const keys = z.object({ verifiers: z.array(z.string()) });

interface CheckpointOptions {
  readonly output?: string;
  readonly page?: string;
  readonly json: boolean;
}

/** `redress audit checkpoint`, `checkpoints`, `key`. */
export function checkpointCommands(): readonly Command[] {
  return [
    new Command('checkpoint')
      .description('Sign what the log is now, and show the signed note: keep a copy of it elsewhere')
      .option('-o, --output <file>', 'write the note there')
      .option('--page <file>', 'write a page to be printed (HTML)')
      .option('--json', 'print JSON', false)
      .action((options: CheckpointOptions) =>
        looked(async () => {
          const checkpoint = made.parse(await askHouse('evidence.checkpoint', {}));
          if (options.output !== undefined) writeOutput('--output', options.output, checkpoint.note);
          if (options.page !== undefined) writeOutput('--page', options.page, checkpointPage(checkpoint));
          process.stdout.write(options.json ? `${JSON.stringify(checkpoint)}\n` : checkpoint.note);
        }),
      ),
    new Command('checkpoints')
      .description('The checkpoints in the log')
      .option('--json', 'print JSON', false)
      .action((options: { readonly json: boolean }) =>
        looked(async () => {
          const all = listed.parse(await askHouse('evidence.checkpoints', {}));
          const lines = all.map(
            ({ size, root, signedAt }) =>
              `${new Date(signedAt).toISOString()}  ${String(size).padStart(10)} events  ${root}\n`,
          );
          process.stdout.write(options.json ? `${JSON.stringify(all)}\n` : lines.join(''));
        }),
      ),
    new Command('key')
      .description('The verifier keys of this log, the one that signs first: give them to whoever verifies')
      .action(() =>
        looked(async () => {
          const { verifiers } = keys.parse(await askHouse('evidence.key', {}));
          process.stdout.write(`${verifiers.join('\n')}\n`);
        }),
      ),
  ];
}
