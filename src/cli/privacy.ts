import { Command, Option } from 'commander';
import { z } from 'zod';
import { ERASURE_GROUNDS, ERASURE_REFUSALS } from '../../domain/privacy/erasure.ts';
import { HOLD_GROUNDS } from '../../domain/privacy/hold.ts';
import { loadConfig } from '../config.ts';
import { instantWriter } from '../http/instants.ts';
import { askHouse } from './ask-house.ts';
import type { OperationName } from './operations.ts';
import { looked } from './reported.ts';
import { terminalText } from './terminal-text.ts';

interface SubjectOptions {
  readonly as: string;
  readonly party: readonly string[];
  readonly user: readonly string[];
  readonly case: readonly string[];
  readonly note?: string;
}

const shownSchema = z.looseObject({
  erasureId: z.string(),
  stage: z.string(),
  meaning: z.string(),
  subjects: z.array(z.object({ kind: z.string(), id: z.string() })),
});

/** `redress privacy …`: forget who asks to be forgotten, and keep what has to be kept. */
export function privacyCommand(): Command {
  const privacy = new Command('privacy').description(
    'Forget who is to be forgotten: one person asks, another approves; and keep what has to be kept',
  );
  subjects(
    step(privacy, 'request', 'Ask that somebody be forgotten; what is known of them is withheld from now on'),
  )
    .addOption(new Option('--ground <ground>', 'why').choices(ERASURE_GROUNDS).makeOptionMandatory())
    .action((options: SubjectOptions & { readonly ground: string }) =>
      show('privacy.request', { ...subjectsOf(options), ground: options.ground }),
    );
  step(privacy, 'approve', 'Approve what somebody else asked for: the keys are destroyed at once, for good')
    .argument('<erasure>', 'its id')
    .action((erasureId: string, { as }: { readonly as: string }) =>
      show('privacy.approve', { as, erasureId }),
    );
  step(privacy, 'refuse', 'Refuse an erasure, by the name of what stands against it')
    .argument('<erasure>', 'its id')
    .addOption(new Option('--because <reason>', 'why').choices(ERASURE_REFUSALS).makeOptionMandatory())
    .option('--note <text>', 'more about it')
    .action((erasureId: string, options: object) => show('privacy.refuse', { ...options, erasureId }));
  step(
    privacy,
    'scavenged',
    'Say that every node of the database was scavenged since the keys were destroyed',
  )
    .argument('<erasure>', 'its id')
    .requiredOption('--database-nodes <names>', 'which, with commas between')
    .action(
      (erasureId: string, { as, databaseNodes }: { readonly as: string; readonly databaseNodes: string }) =>
        show('privacy.scavenged', { as, erasureId, databaseNodes: databaseNodes.split(',') }),
    );
  privacy
    .command('status')
    .description('The certificate of an erasure, in the stage that it has reached')
    .argument('<erasure>', 'its id')
    .action((erasureId: string) => show('privacy.status', { erasureId }));
  privacy
    .command('list')
    .description('Every request and every legal hold, as JSON: keep a copy apart from the backups')
    .action(() => print('privacy.list', {}));
  privacy
    .command('cases')
    .description('The cases that name a party, user or case')
    .argument('<subject>', 'its id')
    .action((subject: string) => print('privacy.cases', { subject }));
  subjects(step(privacy, 'hold', 'Keep what the law or a dispute needs'))
    .addOption(new Option('--ground <ground>', 'why').choices(HOLD_GROUNDS).makeOptionMandatory())
    .requiredOption('--reference <text>', 'the file number, the paragraph')
    .action((options: SubjectOptions & { readonly ground: string; readonly reference: string }) => {
      const { ground, reference } = options;
      return print('privacy.hold', { ...subjectsOf(options), ground, reference });
    });
  step(privacy, 'lift', 'End a legal hold')
    .argument('<hold>', 'its id')
    .action((holdId: string, { as }: { readonly as: string }) => print('privacy.lift', { as, holdId }));
  return privacy;
}

function step(privacy: Command, name: string, description: string): Command {
  return privacy
    .command(name)
    .description(description)
    .requiredOption('--as <user>', 'who does it: the id of a user');
}

function subjects(command: Command): Command {
  const several = (value: string, before: readonly string[]) => [...before, value];
  return command
    .option('--party <uuid>', 'a contact, visitor or colleague; may be given several times', several, [])
    .option('--user <uuid>', 'somebody who had access', several, [])
    .option('--case <uuid>', 'what was written in a case in free words', several, [])
    .option('--note <text>', 'more about it');
}

function subjectsOf({ as, party, user, case: cases, note }: SubjectOptions) {
  const all = [
    ...party.map(id => ({ kind: 'party', id })),
    ...user.map(id => ({ kind: 'user', id })),
    ...cases.map(id => ({ kind: 'case', id })),
  ];
  return { as, subjects: all, ...(note === undefined ? {} : { note }) };
}

function show(operation: OperationName, params: object): Promise<void> {
  return looked(async () => {
    const { meaning, ...rest } = shownSchema.parse(await askHouse(operation, params));
    const write = instantWriter(loadConfig(process.env).timeZone);
    const lines = Object.entries(rest).map(([name, value]) => {
      const text =
        name.endsWith('At') && typeof value === 'number'
          ? write(value)
          : typeof value === 'string'
            ? value
            : JSON.stringify(value);
      return `${name.padEnd(18)} ${text}`;
    });
    for (const line of [...lines, '', meaning]) process.stdout.write(`${terminalText(line)}\n`);
  });
}

function print(operation: OperationName, params: object): Promise<void> {
  return looked(async () => {
    process.stdout.write(`${JSON.stringify(await askHouse(operation, params), null, 2)}\n`);
  });
}
