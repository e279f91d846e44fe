import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { askHouse } from './ask-house.ts';
import type { GiveCommand } from './give-operation.ts';
import { OperationError } from './operation-error.ts';
import { reported } from './reported.ts';

const done = z.object({ id: z.string(), number: z.string().optional(), events: z.array(z.string()) });

interface GiveOptions {
  readonly case?: string;
  readonly as: string;
  readonly data: string;
  readonly key?: string;
  readonly json: boolean;
}

/** `redress give`: any command of any lifecycle, as the reference describes it. */
export function giveCommand(): Command {
  return new Command('give')
    .description('Give a command to a case, or one that opens it, as a user and by that user’s roles')
    .argument('<lifecycle>', 'as complaint or factory-visits')
    .argument('<command>', 'as receive or assign-hosts; the reference has all of them with their data')
    .requiredOption('--as <user>', 'the id of the user who gives it')
    .option('--case <case>', 'its id or its number; without it the command opens one')
    .option('--data <json>', 'as the HTTP interface takes it; @FILE reads a file, @- standard input', '{}')
    .option('--key <key>', 'the same again has one effect and the same answer')
    .option('--json', 'print JSON', false)
    .action((lifecycle: string, command: string, options: GiveOptions) =>
      reported(async () => {
        const wanted: GiveCommand = {
          lifecycle,
          command,
          data: dataOf(options.data),
          as: options.as,
          ...(options.case === undefined ? {} : { of: options.case }),
          ...(options.key === undefined ? {} : { key: options.key }),
        };
        const answer = await askHouse('give', wanted);
        if (options.json) {
          process.stdout.write(`${JSON.stringify(answer)}\n`);
          return;
        }
        const { id, number, events } = done.parse(answer);
        process.stdout.write(`${number ?? id}: ${events.join(', ') || 'nothing new'}\n`);
      }),
    );
}

function dataOf(given: string): GiveCommand['data'] {
  const file = given === '@-' ? 0 : given.startsWith('@') ? given.slice(1) : undefined;
  const text = file === undefined ? given : readFileSync(file, 'utf8');
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new OperationError('--data must be a JSON object');
  }
}
