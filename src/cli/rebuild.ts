import { Command } from 'commander';
import { z } from 'zod';
import { askHouse } from './ask-house.ts';
import { reported } from './reported.ts';

const built = z.object({ events: z.number(), seconds: z.number() });
const progress = z.object({ events: z.number() });

/** `redress rebuild`: all views anew from the log, beside those that answer, and swapped. */
export function rebuildCommand(): Command {
  return new Command('rebuild')
    .description('Make all views anew from the log; a service that runs goes on answering')
    .option('--json', 'print JSON', false)
    .action((options: { readonly json: boolean }) =>
      reported(async () => {
        const out = process.stderr;
        const result = await askHouse('rebuild', {}, told => {
          const { events } = progress.parse(told);
          if (out.isTTY) out.write(`\r\u001B[K${events.toLocaleString('en')} events`);
        });
        if (out.isTTY) out.write('\r\u001B[K');
        const { events, seconds } = built.parse(result);
        const text = `All views were made anew from ${events.toLocaleString('en')} events in ${seconds.toFixed(1)} s.`;
        process.stdout.write(options.json ? `${JSON.stringify({ events, seconds })}\n` : `${text}\n`);
      }),
    );
}
