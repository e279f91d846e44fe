import { Command } from 'commander';
import { promisesSchema } from '../http/promises-document.ts';
import { askHouse } from './ask-house.ts';
import { type AuditOptions, auditing, instantOption } from './audit-options.ts';
import { PHRASES } from './promise-phrases.ts';
import { promisesText } from './promises-text.ts';
import { looked } from './reported.ts';
import { terminalText } from './terminal-text.ts';

interface PastOptions extends AuditOptions {
  readonly at?: number;
  readonly knownAt?: number;
  readonly from?: number;
  readonly to?: number;
  readonly asLived: boolean;
  readonly json: boolean;
}

/** `redress audit as-of|diff|explain|trail <case>`: the past of one case. */
export function pastCommands(): readonly Command[] {
  const past = (name: string, description: string) =>
    auditing(new Command(name)).description(description).argument('<case>', 'its id or its number');
  const lived = 'what was imported counts as known when it was decided, as if lived through here';
  const moment = (command: Command) =>
    command
      .option('--at <instant>', 'as it was then; without it, now', instantOption)
      .option('--known-at <instant>', 'as far as was known then; without it, now', instantOption)
      .option('--as-lived', lived, false);
  return [
    moment(past('as-of', 'A case as it was at one time, as far as was known at another')).action(
      (idOrNumber: string, options: PastOptions) => print('audit.asOf', { ...options, idOrNumber }),
    ),
    past('diff', 'What differs between two times of a case, and the events between')
      .requiredOption('--from <instant>', 'the earlier', instantOption)
      .option('--to <instant>', 'the later; without it, now', instantOption)
      .option('--known-at <instant>', 'as far as was known then, for both', instantOption)
      .option('--as-lived', lived, false)
      .action((idOrNumber: string, options: PastOptions) => print('audit.diff', { ...options, idOrNumber })),
    moment(past('explain', 'Every promise of a case as it was, from the versions that held'))
      .option('--json', 'print JSON', false)
      .action((idOrNumber: string, { json, ...options }: PastOptions) =>
        looked(async () => {
          const answer = await askHouse('audit.promises', { ...options, idOrNumber });
          const text = json
            ? `${JSON.stringify(answer)}\n`
            : promisesText(promisesSchema.parse(answer), PHRASES.en);
          process.stdout.write(text);
        }),
      ),
    past('trail', 'Who did what in a case, when, by which channel and why, and what was refused').action(
      (idOrNumber: string, options: AuditOptions) => print('audit.trail', { ...options, idOrNumber }),
    ),
  ];
}

function print(operation: 'audit.asOf' | 'audit.diff' | 'audit.trail', params: object): Promise<void> {
  return looked(async () => {
    const text = JSON.stringify(await askHouse(operation, params), null, 2);
    process.stdout.write(`${text.split('\n').map(terminalText).join('\n')}\n`);
  });
}
