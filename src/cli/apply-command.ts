import { Command } from 'commander';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { instantWriter } from '../http/instants.ts';
import { askHouse } from './ask-house.ts';
import { authorOption, jsonOption, plain, reasonOption } from './house-options.ts';
import { writtenText } from './house-text.ts';
import { OperationError } from './operation-error.ts';
import { reported } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const page = z.object({
  moves: z.array(
    z.object({
      caseId: z.string(),
      number: z.string().nullable(),
      lifecycle: z.string(),
      clock: z.string(),
      cycle: z.number(),
      fromAt: z.number(),
      toAt: z.number(),
      wasProvisional: z.boolean(),
      provisional: z.boolean(),
      why: z.array(z.string()),
    }),
  ),
  cases: z.number(),
  calendar: z.object({ id: z.string(), version: z.number() }),
  policyVersion: z.number(),
  next: z.string().nullable(),
});
const run = z.object({
  runId: z.string(),
  what: z.string(),
  calendar: z.object({ id: z.string(), version: z.number() }),
  policyVersion: z.number(),
  cases: z.number(),
  moved: z.number(),
  left: z.number(),
  reason: z.string(),
  writtenAt: z.number(),
  by: z.string(),
  onBehalfOf: z.string().optional(),
  ended: z.object({ outcome: z.string(), at: z.number() }).optional(),
});

interface ApplyOptions {
  readonly dryRun: boolean;
  readonly provisional?: boolean;
  readonly calendar?: string;
  readonly reason?: string;
  readonly author?: string;
  readonly json: boolean;
}

/** `redress calendar apply` and `redress policy apply`: what is in force, on promises that run. */
export function applyCommand(of: 'calendar' | 'policy'): Command {
  const command = new Command('apply')
    .description(
      of === 'calendar'
        ? "Lay the calendar's newest version on every promise that runs"
        : 'Lay the policy in force, with its calendar, on every promise that runs',
    )
    .option('--dry-run', 'list every deadline that would move, and why; write nothing', false)
    .addOption(reasonOption().makeOptionMandatory(false))
    .addOption(authorOption())
    .addOption(jsonOption());
  if (of === 'calendar') {
    command
      .option('--calendar <id>', "another calendar than the policy's")
      .option('--provisional', 'only deadlines that rest on days nobody knew', false);
  }
  return command.action((options: ApplyOptions) => reported(() => apply(of, options)));
}

async function apply(of: 'calendar' | 'policy', options: ApplyOptions): Promise<void> {
  const { dryRun, provisional = false, calendar: calendarId, reason, author, json } = options;
  const wanted = plain({ what: provisional ? 'provisional' : of, calendarId });
  if (dryRun) return preview(wanted, json);
  if (reason === undefined) throw new OperationError('--reason is needed, or --dry-run');
  const started = systemClock.now();
  const ended = run.parse(
    await askHouse('deadlines.start', plain({ ...wanted, reason, author }), showProgress),
  );
  clearProgress();
  if (json) process.stdout.write(`${JSON.stringify(ended)}\n`);
  else {
    const seconds = ((systemClock.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${runText(ended)}, in ${seconds} s\n`);
  }
  if (ended.ended?.outcome !== 'done') process.exitCode = 1;
}

async function preview(wanted: object, json: boolean): Promise<void> {
  const { timeZone } = loadConfig(process.env);
  const write = instantWriter(timeZone);
  let [cases, moved] = [0, 0];
  for (let after: string | null = ''; after !== null; ) {
    const found = page.parse(await askHouse('deadlines.preview', { ...wanted, after }));
    cases += found.cases;
    moved += found.moves.length;
    after = found.next;
    for (const move of found.moves) {
      if (json) process.stdout.write(`${JSON.stringify(move)}\n`);
      else {
        const { number, caseId, clock, cycle, fromAt, toAt, why } = move;
        const change = fromAt === toAt ? `stays ${write(fromAt)}` : `${write(fromAt)} → ${write(toAt)}`;
        process.stdout.write(
          `${number ?? caseId} ${clock} ${cycle}: ${change} (${terminalText(why.join('; '))})\n`,
        );
      }
    }
  }
  if (!json)
    process.stdout.write(`${moved} deadlines of ${cases} open cases would change; nothing was written.\n`);
}

/** `redress calendar runs`: what was laid on promises that run, and how far it is. */
export function runsCommand(): Command {
  return new Command('runs')
    .description('The runs over open promises, of this year and the last')
    .addOption(jsonOption())
    .action(({ json }: { readonly json: boolean }) =>
      reported(async () => {
        const runs = z.array(run).parse(await askHouse('deadlines.runs', {}));
        if (json) process.stdout.write(`${JSON.stringify(runs)}\n`);
        else if (runs.length === 0) process.stdout.write('There was none.\n');
        for (const each of json ? [] : runs) {
          process.stdout.write(`${each.runId}  ${runText(each)}\n    ${writtenText(each)}\n`);
        }
      }),
    );
}

/** `redress calendar stop-run`. */
export function stopRunCommand(): Command {
  return new Command('stop-run')
    .description('Stop a run; what it moved stays moved')
    .argument('<runId>', 'as `redress calendar runs` shows it')
    .addOption(reasonOption())
    .addOption(authorOption())
    .action((runId: string, options: { readonly reason: string; readonly author?: string }) =>
      reported(async () => {
        await askHouse('deadlines.stop', plain({ runId, ...options }));
        process.stdout.write(`The run ${runId} is stopped.\n`);
      }),
    );
}

function runText({ what, calendar, policyVersion, cases, moved, left, ended }: z.infer<typeof run>): string {
  const versions = `calendar ${calendar.id} ${calendar.version}, policy ${policyVersion}`;
  const how =
    ended === undefined
      ? 'goes on'
      : ended.outcome === 'done'
        ? 'done'
        : ended.outcome === 'stopped'
          ? 'stopped'
          : 'ended, as a newer version holds: start another';
  const leftText = left === 0 ? '' : `, ${left} left as they are`;
  return `${what} (${versions}): ${how}, ${moved} deadlines of ${cases} cases moved${leftText}`;
}

function showProgress(progress: unknown): void {
  const { data } = run.safeParse(progress);
  if (data !== undefined && process.stderr.isTTY)
    process.stderr.write(`\r\u001B[K${data.cases} cases, ${data.moved} deadlines moved`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
}
