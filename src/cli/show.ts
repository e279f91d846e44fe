import { Command } from 'commander';
import { z } from 'zod';
import { caseSchema } from '../http/case-document.ts';
import { trailSchema } from '../http/trail-document.ts';
import { askHouse } from './ask-house.ts';
import { reported } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const shown = z.object({ case: caseSchema, trail: trailSchema });
type Shown = z.infer<typeof shown>;

/** `redress show`: one case as a person reads it, with its promises and its trail. */
export function showCommand(): Command {
  return new Command('show')
    .description('Show a case: how far it is, its promises, and everything that happened')
    .argument('<case>', 'its id or its number, as CMP-2026-000123')
    .option('--rejections', 'also what was tried and refused', false)
    .option('--json', 'print JSON', false)
    .action((idOrNumber: string, options: { readonly rejections: boolean; readonly json: boolean }) =>
      reported(async () => {
        const result = await askHouse('show', { idOrNumber, rejections: options.rejections });
        process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : caseText(shown.parse(result)));
      }),
    );
}

function caseText({ case: shownCase, trail }: Shown): string {
  const { id, number, lifecycle, phase, priority, receivedAt, assigneeId, clocks, possible } = shownCase;
  const lines = [
    `${number ?? id}  ${lifecycle}, ${phase}${priority === 'urgent' ? ', urgent' : ''}`,
    `id ${id}, received ${short(receivedAt)}${assigneeId === undefined ? '' : `, assigned to ${assigneeId}`}`,
    '',
    'Promises',
    ...clocks.map(
      ({ clock, cycle, result, dueAt, endedAt, lateMs, provisional }) =>
        `  ${`${clock}${cycle > 1 ? ` #${cycle}` : ''}`.padEnd(18)} due ${short(dueAt)}${provisional ? ' (provisional)' : ''}  ${result}` +
        `${endedAt === undefined ? '' : ` at ${short(endedAt)}`}${lateMs !== undefined && lateMs > 0 ? `, ${duration(lateMs)} late` : ''}`,
    ),
    '',
    'Trail',
    ...trail.entries.flatMap(entry => [
      `  ${short(entry.occurredAt)}  ${entry.type}  (${entry.actor.name ?? entry.actor.role}, ${entry.actor.via})` +
        (entry.recordedAt.slice(0, 16) === entry.occurredAt.slice(0, 16)
          ? ''
          : `  recorded ${short(entry.recordedAt)}`),
      ...detail(entry.data),
    ]),
    ...(trail.rejections === undefined || trail.rejections.length === 0
      ? []
      : [
          '',
          'Refused',
          ...trail.rejections.map(
            r => `  ${short(r.recordedAt)}  ${r.command}: ${r.reason}  (${r.actor.name ?? r.actor.role})`,
          ),
        ]),
    '',
    `Possible now: ${possible.join(', ')}`,
    '',
  ];
  return lines.map(terminalText).join('\n');
}

/** `2026-11-24 09:00`: the house's zone is in every instant, and the same for all. */
function short(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
}

function duration(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

/** What an event says, a line each; what is long or nested as short JSON. */
function detail(data: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(data)
    .filter(
      ([name, value]) =>
        value !== undefined && !TECHNICAL.has(name) && !(Array.isArray(value) && value.length === 0),
    )
    .map(([name, value]) => `      ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .map(line => (line.length > 200 ? `${line.slice(0, 199)}…` : line));
}

/** In JSON for machines; a person reads the promises above. */
const TECHNICAL = new Set(['schedule', 'target', 'messageId', 'warningsLeft']);
