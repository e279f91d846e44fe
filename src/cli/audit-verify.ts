import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { findingText } from '../audit/verify-findings.ts';
import type { VerifyReport } from '../audit/verify-log.ts';
import { loadConfig } from '../config.ts';
import { askFolder } from './ask-folder.ts';
import { EXIT, reported } from './ask-house.ts';
import { progressLine } from './progress-line.ts';
import { terminalText } from './terminal-text.ts';

interface VerifyOptions {
  readonly checkpoint: readonly string[];
  readonly key: readonly string[];
  readonly json: boolean;
}

/** `redress audit verify`: has anybody touched the record? */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Read the whole log and compare it with every checkpoint; name the first event that was touched',
    )
    .option(
      '--checkpoint <file>',
      'a checkpoint that was kept elsewhere; may be given several times',
      gathered,
      [],
    )
    .option(
      '--key <verifier key>',
      'trust this key (redress audit key) and none that lies on this machine; may be given several times',
      gathered,
      [],
    )
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Exit code 1 when anything was found. Who can write to this machine can rewrite the log, its hashes and the checkpoints
in it, and sign them with the key that lies here: against that only a checkpoint proves anything that was kept elsewhere.`,
    )
    .action((options: VerifyOptions) =>
      reported(async () => {
        const params = {
          keyFile: loadConfig(process.env).checkpointKeyFile,
          keys: options.key,
          checkpoints: options.checkpoint.map(file => ({ source: file, note: readFileSync(file, 'utf8') })),
        };
        const progress = progressLine();
        const result = await askFolder('verify', params, told => {
          progress.show(`${z.object({ events: z.number() }).parse(told).events.toLocaleString('en')} events`);
        });
        progress.clear();
        // What `verifyFolder` answered, here or through the socket.
        const report = result as VerifyReport;
        process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : verifyText(report));
        if (!report.ok) process.exitCode = EXIT.failed;
      }),
    );
}

/** For a terminal. */
export function verifyText({ ok, events, root, agreed, provenEvents, findings }: VerifyReport): string {
  const said = findings.map(finding => `✗ ${terminalText(findingText(finding))}\n`).join('');
  const count = events.toLocaleString('en');
  const proven =
    agreed > 0
      ? `${agreed} checkpoint${agreed === 1 ? '' : 's'} agree${agreed === 1 ? 's' : ''}, the largest of ${provenEvents.toLocaleString('en')} events.`
      : ok
        ? 'No checkpoint was there to compare it with: redress audit checkpoint makes one.'
        : 'No checkpoint agrees.';
  return ok
    ? `✓ ${count} events are as they were written, root ${root}\n  ${proven}\n`
    : `${said}  ${count} events were read. ${proven}\n`;
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
