import { Command } from 'commander';
import { z } from 'zod';
import { loadConfig } from '../config.ts';
import { instantWriter } from '../http/instants.ts';
import { askHouse } from './ask-house.ts';
import { type AuditOptions, auditing, instantOption } from './audit-options.ts';
import { progressLine } from './progress-line.ts';
import { EXIT, looked } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const summarySchema = z.object({
  events: z.number(),
  commands: z.number(),
  verdicts: z.object({
    match: z.number(),
    explained: z.number(),
    diverged: z.number(),
    notReplayable: z.number(),
  }),
});
const resultSchema = summarySchema.extend({
  seconds: z.number(),
  findings: z.array(
    z.object({
      verdict: z.string(),
      streamId: z.string(),
      revision: z.number(),
      command: z.string(),
      decidedAt: z.number(),
      written: z.unknown(),
      today: z.unknown().optional(),
      why: z.string().optional(),
    }),
  ),
});
type Recheck = z.infer<typeof resultSchema>;

interface RecheckOptions extends AuditOptions {
  readonly from?: number;
  readonly to?: number;
  readonly lifecycle?: string;
  readonly json: boolean;
}

/** `redress audit recheck`: would it be decided the same today? */
export function recheckCommands(): readonly Command[] {
  return [
    auditing(new Command('recheck'))
      .description(
        'Decide every journalled command again, rejected ones too, by today’s rules; ends with 1 when one comes out differently and no entry explains it',
      )
      .option('--from <instant>', 'decided not before', instantOption)
      .option('--to <instant>', 'decided not after', instantOption)
      .option('--lifecycle <name>', 'of one lifecycle only, as complaint')
      .option('--json', 'print JSON', false)
      .action(({ json, ...options }: RecheckOptions) =>
        looked(async () => {
          const progress = progressLine();
          const answer = await askHouse('audit.recheck', options, told => {
            const { events, commands, verdicts } = summarySchema.parse(told);
            progress.show(
              `${count(events)} events, ${count(commands)} commands, ${count(verdicts.diverged)} diverged`,
            );
          });
          progress.clear();
          const result = resultSchema.parse(answer);
          process.stdout.write(json ? `${JSON.stringify(result)}\n` : recheckText(result));
          if (result.verdicts.diverged > 0) process.exitCode = EXIT.failed;
        }),
      ),
  ];
}

function recheckText({ events, commands, verdicts, seconds, findings }: Recheck): string {
  const write = instantWriter(loadConfig(process.env).timeZone);
  const lines = findings.flatMap(finding => [
    `${finding.verdict}: ${finding.command}, decided ${write(finding.decidedAt)}, ${finding.streamId} revision ${finding.revision}`,
    ...(finding.why === undefined ? [] : [`  because ${finding.why}`]),
    `  written down  ${JSON.stringify(finding.written)}`,
    ...(finding.today === undefined ? [] : [`  today         ${JSON.stringify(finding.today)}`]),
  ]);
  const shown = verdicts.explained + verdicts.diverged + verdicts.notReplayable;
  if (shown > findings.length) lines.push(`… and ${count(shown - findings.length)} more`);
  return `${lines.map(line => `${terminalText(line)}\n`).join('')}${count(commands)} commands in ${count(events)} events were decided again in ${seconds.toFixed(1)} s:
  match           ${count(verdicts.match)}
  explained       ${count(verdicts.explained)}
  diverged        ${count(verdicts.diverged)}
  not replayable  ${count(verdicts.notReplayable)}
`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
