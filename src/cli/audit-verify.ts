import { Command } from 'commander';
import { z } from 'zod';
import { findingText } from '../audit/verify-findings.ts';
import type { VerifyReport } from '../audit/verify-log.ts';
import { loadConfig } from '../config.ts';
import { askFolder } from './ask-folder.ts';
import { keptIn } from './input-file.ts';
import { progressLine } from './progress-line.ts';
import { EXIT, looked } from './reported.ts';
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
      looked(async () => {
        const params = {
          keyFile: loadConfig(process.env).checkpointKeyFile,
          keys: options.key,
          checkpoints: keptIn(options.checkpoint),
        };
        const progress = progressLine();
        const result = await askFolder('verify', params, told => {
          progress.show(`${z.object({ events: z.number() }).parse(told).events.toLocaleString('en')} events`);
        });
        progress.clear();
        // What `verifyFolder` answered, here or through the socket.
        const report = result as VerifyReport;
        process.stdout.write(
          options.json ? `${JSON.stringify(report)}\n` : verifyText(report, options.key.length === 0),
        );
        if (!report.ok) process.exitCode = EXIT.failed;
      }),
    );
}

/** For a terminal: what was found, and what cannot be known. */
export function verifyText(report: VerifyReport, isByOwnKey: boolean): string {
  const { ok, events, root, agreed, provenEvents, hashedEvents, findings } = report;
  const checkpoints =
    agreed === 0
      ? ok
        ? 'No checkpoint was there to compare it with: redress audit checkpoint makes one.'
        : 'No checkpoint agrees.'
      : `${agreed} checkpoint${agreed === 1 ? ' agrees' : 's agree'}, the largest of ${count(provenEvents)} events.`;
  if (!ok) {
    const said = findings.map(finding => `✗ ${terminalText(findingText(finding))}\n`).join('');
    return `${said}  ${count(events)} events were read. ${checkpoints}\n`;
  }
  const known = Math.max(provenEvents, hashedEvents);
  const lines = [
    known > 0
      ? `✓ ${count(known)} events are as they were written${known === events ? `, root ${root}` : ''}`
      : `? ${count(events)} events were read, root ${root}, and nothing is there to compare them with`,
    `  ${checkpoints}`,
    ...(hashedEvents > provenEvents
      ? [
          `  What came after${provenEvents > 0 ? ` (${manyEvents(hashedEvents - provenEvents)})` : ''} is as the hashes on this machine say, and no signature.`,
        ]
      : []),
    ...(known > 0 && known < events
      ? [`  Of the last ${manyEvents(events - known)} nothing can be known: no hash is there yet.`]
      : []),
    ...(isByOwnKey
      ? [
          '  The key lies on this machine: who holds it is found out by a checkpoint kept elsewhere alone (--checkpoint, --key).',
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function manyEvents(number: number): string {
  return `${count(number)} event${number === 1 ? '' : 's'}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
