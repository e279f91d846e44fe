import { Command } from 'commander';
import { z } from 'zod';
import { askHouse } from './ask-house.ts';
import { type AuditOptions, auditing } from './audit-options.ts';
import { progressLine } from './progress-line.ts';
import { EXIT, looked } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const resultSchema = z.object({
  events: z.number(),
  rows: z.number(),
  seconds: z.number(),
  differences: z.array(
    z.object({
      projection: z.string(),
      table: z.string(),
      key: z.unknown(),
      live: z.unknown(),
      rebuilt: z.unknown(),
      event: z
        .object({ eventId: z.string(), streamId: z.string(), revision: z.number(), type: z.string() })
        .optional(),
      rows: z.number(),
    }),
  ),
  faulted: z.array(z.object({ projection: z.string(), message: z.string() })),
});

/** `redress audit shadow`: are the views what the log says? */
export function shadowCommands(): readonly Command[] {
  return [
    auditing(new Command('shadow'))
      .description(
        'Make all views from nothing beside those that answer, and compare row by row; ends with 1 when they differ',
      )
      .option('--json', 'print JSON', false)
      .action(({ json, ...options }: AuditOptions & { readonly json: boolean }) =>
        looked(async () => {
          const progress = progressLine();
          const answer = await askHouse('audit.shadow', options, told => {
            progress.show(
              `${z.object({ events: z.number() }).parse(told).events.toLocaleString('en')} events`,
            );
          });
          progress.clear();
          const result = resultSchema.parse(answer);
          process.stdout.write(json ? `${JSON.stringify(result)}\n` : shadowText(result));
          if (result.differences.length + result.faulted.length > 0) process.exitCode = EXIT.failed;
        }),
      ),
  ];
}

function shadowText({ events, rows, seconds, differences, faulted }: z.infer<typeof resultSchema>): string {
  const lines = [
    ...faulted.map(({ projection, message }) => `${projection} stopped: ${message}`),
    ...differences.flatMap(({ projection, table, key, live, rebuilt, event, rows: count }) => [
      `${projection}, table ${table}: ${count.toLocaleString('en')} rows differ, the first ${JSON.stringify(key)}`,
      `  live     ${JSON.stringify(live)}`,
      `  rebuilt  ${JSON.stringify(rebuilt)}`,
      event === undefined
        ? '  it counts over many cases'
        : `  behind it ${event.type}, ${event.streamId} revision ${event.revision}, event ${event.eventId}`,
    ]),
    `${rows.toLocaleString('en')} rows made from ${events.toLocaleString('en')} events were compared in ${seconds.toFixed(1)} s: ` +
      (differences.length === 0 ? 'no difference.' : `${differences.length} tables differ.`),
  ];
  return lines.map(line => `${terminalText(line)}\n`).join('');
}
