import { Command } from 'commander';
import { z } from 'zod';
import { loadConfig } from '../config.ts';
import { instantWriter } from '../http/instants.ts';
import { askHouse } from './ask-house.ts';
import { type AuditOptions, auditing, instantOption } from './audit-options.ts';
import { looked } from './reported.ts';
import { terminalText } from './terminal-text.ts';

interface LooksOptions extends AuditOptions {
  readonly from?: number;
  readonly to?: number;
  readonly user?: string;
  readonly about?: string;
  readonly json: boolean;
}

const looksSchema = z.array(
  z.object({
    at: z.number(),
    userId: z.string(),
    via: z.string(),
    reason: z.string(),
    action: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    outcome: z.string().optional(),
  }),
);

/** `redress audit looks`: who looked. */
export function looksCommands(): readonly Command[] {
  return [looksCommand()];
}

function looksCommand(): Command {
  return auditing(new Command('looks'))
    .description('Who looked into the record, when and why: the newest thousand')
    .option('--from <instant>', 'not before', instantOption)
    .option('--to <instant>', 'not after', instantOption)
    .option('--user <uuid>', 'of this user')
    .option('--about <case>', 'at this case, by the id or number that was asked for')
    .option('--json', 'print JSON', false)
    .action(({ json, user, ...options }: LooksOptions) =>
      looked(async () => {
        const wanted = user === undefined ? options : { ...options, userId: user };
        const result = await askHouse('audit.looks', wanted);
        if (json) return void process.stdout.write(`${JSON.stringify(result)}\n`);
        const write = instantWriter(loadConfig(process.env).timeZone);
        for (const { at, userId, via, action, parameters, reason, outcome } of looksSchema.parse(result)) {
          const line = `${write(at)}  ${userId} (${via})  ${action} ${JSON.stringify(parameters)}  ${outcome ?? 'not ended'}  “${reason}”`;
          process.stdout.write(`${terminalText(line)}\n`);
        }
      }),
    );
}
