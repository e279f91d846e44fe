import { extname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { applyCommand, runsCommand, stopRunCommand } from './apply-command.ts';
import { askHouse } from './ask-house.ts';
import {
  authorOption,
  draftOption,
  fileText,
  instant,
  jsonOption,
  plain,
  reasonOption,
  replacesOption,
  state,
} from './house-options.ts';
import { changes, changesText, written, writtenText } from './house-text.ts';
import { OperationError } from './operation-error.ts';
import { reported } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const listed = z.array(
  z.object({
    calendarId: z.string(),
    inForce: z.number().optional(),
    versions: z.array(
      z.object({
        version: z.number(),
        knownFrom: z.number(),
        knownThrough: z.string(),
        timeZone: z.string(),
        days: z.number(),
        ...written,
      }),
    ),
    draft: z.object({ draft: z.number(), knownThrough: z.string(), ...written }).optional(),
  }),
);
const checked = z.object({ notes: z.array(z.string()), changes, draft: z.number().optional() });

interface SourceOptions {
  readonly calendar?: string;
  readonly years?: readonly number[];
  readonly knownThrough?: string;
  readonly json: boolean;
}

/** `redress calendar …`: when work is done, and what is known of it. */
export function calendarCommand(): Command {
  const calendar = new Command('calendar').description('Draft, check, publish and apply working calendars');
  calendar
    .command('list')
    .description('All calendars with their versions and drafts')
    .addOption(jsonOption())
    .action(({ json }: { readonly json: boolean }) => reported(() => list(json)));
  calendar
    .command('show')
    .description('What a calendar says, as JSON')
    .argument('<id>', 'of the calendar')
    .argument('[version]', 'a number, draft, or inForce', state, 'inForce')
    .action((calendarId: string, which: number | string) =>
      reported(async () => {
        const content = await askHouse('calendar.show', { calendarId, state: which });
        process.stdout.write(`${JSON.stringify(content, null, 2)}\n`);
      }),
    );
  calendar
    .command('diff')
    .description('What one state of a calendar says otherwise than another')
    .argument('<id>', 'of the calendar')
    .argument('<from>', 'a number, draft, or inForce', state)
    .argument('<to>', 'a number, draft, or inForce', state)
    .addOption(jsonOption())
    .action((calendarId: string, from: unknown, to: unknown, { json }: { readonly json: boolean }) =>
      reported(async () => {
        const found = changes.parse(await askHouse('calendar.diff', { calendarId, from, to }));
        process.stdout.write(json ? `${JSON.stringify(found)}\n` : changesText(found));
      }),
    );
  withSource(calendar.command('check'))
    .description('Check a calendar file; nothing is written')
    .action((file: string, options: SourceOptions) => reported(() => check(file, options)));
  withSource(calendar.command('draft'))
    .description('Write a calendar file down as the draft of its next version')
    .addOption(replacesOption())
    .addOption(authorOption())
    .action(
      (file: string, options: SourceOptions & { readonly replaces?: number; readonly author?: string }) =>
        reported(() => draft(file, options)),
    );
  calendar
    .command('abandon')
    .description('Give up the draft of a calendar')
    .argument('<id>', 'of the calendar')
    .addOption(draftOption())
    .addOption(reasonOption())
    .addOption(authorOption())
    .action((calendarId: string, options: object) =>
      reported(async () => {
        const given = await askHouse('calendar.abandon', plain({ calendarId, ...options }));
        process.stdout.write(`Draft ${Object(given).draft} of ${calendarId} is given up.\n`);
      }),
    );
  calendar
    .command('publish')
    .description('Publish the draft of a calendar as its next version')
    .argument('<id>', 'of the calendar')
    .addOption(draftOption())
    .option('--known-from <instant>', 'when it became known, if that was before now', instant)
    .addOption(reasonOption())
    .addOption(authorOption())
    .action((calendarId: string, options: object) =>
      reported(async () => {
        const given = await askHouse('calendar.publish', plain({ calendarId, ...options }));
        process.stdout.write(
          `Version ${Object(given).version} of ${calendarId} holds for promises that start from now on. ` +
            'Provisional ones are counted again by themselves; redress calendar apply --dry-run shows what else would move.\n',
        );
      }),
    );
  return calendar.addCommand(applyCommand('calendar')).addCommand(runsCommand()).addCommand(stopRunCommand());
}

function withSource(command: Command): Command {
  return command
    .argument('<file>', 'in YAML, JSON or iCalendar (.ics)')
    .option('--calendar <id>', 'which calendar an iCalendar file is for')
    .option('--years <years>', 'which years an iCalendar file tells whole, as 2027 or 2027,2028', years)
    .option('--known-through <date>', 'the last day that an iCalendar file knows')
    .addOption(jsonOption());
}

function years(text: string): readonly number[] {
  if (!/^\d{4}(,\d{4})*$/.test(text)) throw new InvalidArgumentError('It must be years, as 2027,2028.');
  return text.split(',').map(Number);
}

function sourceOf(file: string, { calendar: calendarId, years, knownThrough }: SourceOptions): object {
  const end = extname(file).toLowerCase();
  const format = FORMATS[end];
  if (format === undefined)
    throw new OperationError(
      `${file} must end in ${Object.keys(FORMATS).join(', ')}: by it its format is known`,
    );
  return plain({ file, format, text: fileText(file), calendarId, years, knownThrough });
}

const FORMATS: Readonly<Record<string, string>> = {
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
  '.ics': 'ics',
};

async function check(file: string, options: SourceOptions): Promise<void> {
  const found = checked.parse(await askHouse('calendar.check', sourceOf(file, options)));
  if (options.json) process.stdout.write(`${JSON.stringify(found)}\n`);
  else
    process.stdout.write(`${file} can be drafted.\n${notesText(found.notes)}${changesText(found.changes)}`);
}

async function draft(
  file: string,
  options: SourceOptions & { readonly replaces?: number; readonly author?: string },
): Promise<void> {
  const { replaces, author } = options;
  const params = plain({ ...sourceOf(file, options), replaces, author });
  const found = checked.parse(await askHouse('calendar.draft', params));
  if (options.json) process.stdout.write(`${JSON.stringify(found)}\n`);
  else {
    process.stdout.write(
      `Draft ${found.draft} stands. Against the newest version:\n${notesText(found.notes)}${changesText(found.changes)}`,
    );
  }
}

function notesText(notes: readonly string[]): string {
  return notes.map(note => `  note: ${terminalText(note)}\n`).join('');
}

async function list(json: boolean): Promise<void> {
  const calendars = listed.parse(await askHouse('calendar.list', {}));
  if (json) {
    process.stdout.write(`${JSON.stringify(calendars)}\n`);
    return;
  }
  for (const { calendarId, inForce, versions, draft } of calendars) {
    process.stdout.write(`${calendarId}\n`);
    for (const version of versions) {
      const mark = version.version === inForce ? '*' : ' ';
      const { timeZone, knownThrough, knownFrom, days } = version;
      process.stdout.write(
        `${mark} version ${version.version}  ${timeZone}, ${days} days apart from the week, known through ${knownThrough}, ` +
          `since ${new Date(knownFrom).toISOString()}\n    ${writtenText(version)}\n`,
      );
    }
    if (draft !== undefined) {
      const { knownThrough } = draft;
      process.stdout.write(
        `  draft ${draft.draft}  known through ${knownThrough}\n    ${writtenText(draft)}\n`,
      );
    }
  }
}
