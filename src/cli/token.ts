import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { ROLES } from '../../domain/case/actor.ts';
import { loadConfig } from '../config.ts';
import { parseInstant } from '../http/instants.ts';
import { askHouse } from './ask-house.ts';
import type { CreateToken } from './operations.ts';
import { reported } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const made = z.object({ userId: z.string(), tokenId: z.string(), token: z.string() });
const listed = z.array(
  z.object({
    tokenId: z.string(),
    userId: z.string(),
    name: z.string(),
    label: z.string(),
    issuedAt: z.number(),
    expiresAt: z.number().optional(),
  }),
);

interface CreateOptions {
  readonly user?: string;
  readonly name?: string;
  readonly role: readonly string[];
  readonly team?: string;
  readonly department?: string;
  readonly qualification: readonly { name: string; validUntil: number }[];
  readonly label: string;
  readonly expires?: number;
  readonly json: boolean;
}

/** `redress token …`: who gets in. */
export function tokenCommand(): Command {
  const token = new Command('token').description('Make, list and revoke the tokens by which users get in');
  token
    .command('create')
    .description(
      'Make a token for a user that there is (--user), or for a new one (--name and --role); it is shown once',
    )
    .option('--user <uuid>', 'a user that there is')
    .option('--name <name>', 'the name of a new user')
    .addOption(
      repeatable('--role <role>', 'a role of the new user; may be given several times').argParser(role),
    )
    .option('--team <uuid>', 'the team of the new user')
    .option('--department <code>', 'the department of the new user')
    .addOption(
      repeatable(
        '--qualification <name:date>',
        'as remoteJudgement:2027-12-31, until the end of that day',
      ).argParser(qualification),
    )
    .option('--label <text>', 'what the token is for', 'command line')
    .option('--expires <instant>', 'when it ends, as 2027-01-01T00:00:00+08:00', instant)
    .option('--json', 'print JSON', false)
    .action((options: CreateOptions) => reported(() => create(options)));
  token
    .command('list')
    .description('The tokens in force')
    .option('--json', 'print JSON', false)
    .action((options: { readonly json: boolean }) => reported(() => list(options.json)));
  token
    .command('revoke')
    .description('Make a token void')
    .argument('<tokenId>', 'as `redress token list` shows it')
    .action((tokenId: string) =>
      reported(async () => {
        await askHouse('token.revoke', { tokenId });
        process.stdout.write(`The token ${tokenId} is void.\n`);
      }),
    );
  return token;
}

async function create(options: CreateOptions): Promise<void> {
  const {
    user: userId,
    name,
    role: roles,
    team: teamId,
    department,
    qualification: qualifications,
  } = options;
  const params = {
    userId,
    name,
    roles,
    teamId,
    department,
    qualifications,
    label: options.label,
    expiresAt: options.expires,
  };
  const wanted: unknown = JSON.parse(JSON.stringify(params satisfies { [K in keyof CreateToken]: unknown }));
  const { token, ...ids } = made.parse(await askHouse('token.create', wanted));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...ids, token })}\n`);
    return;
  }
  process.stdout.write(`Token ${ids.tokenId} of user ${ids.userId}. It is shown this once:\n\n${token}\n`);
}

async function list(json: boolean): Promise<void> {
  const tokens = listed.parse(await askHouse('token.list', {}));
  if (json) {
    process.stdout.write(`${JSON.stringify(tokens)}\n`);
    return;
  }
  for (const { tokenId, userId, name, label, issuedAt, expiresAt } of tokens) {
    const until = expiresAt === undefined ? 'until revoked' : `until ${new Date(expiresAt).toISOString()}`;
    process.stdout.write(
      `${tokenId}  ${terminalText(name)} (${userId})  ${terminalText(label)}  since ${new Date(issuedAt).toISOString()}, ${until}\n`,
    );
  }
  if (tokens.length === 0) process.stdout.write('No token is in force: `redress token create` makes one.\n');
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).default([], 'none');
}

function role(text: string, before: readonly string[]): readonly string[] {
  const roles: readonly string[] = ROLES.filter(known => known !== 'system');
  if (!roles.includes(text)) throw new InvalidArgumentError(`It must be one of ${roles.join(', ')}.`);
  return [...before, text];
}

function qualification(text: string, before: readonly unknown[]): readonly unknown[] {
  const [, name, date] = /^(remoteJudgement):(\d{4}-\d{2}-\d{2})$/.exec(text) ?? [];
  const validUntil = date === undefined ? undefined : endOfDay(date);
  if (name === undefined || validUntil === undefined) {
    throw new InvalidArgumentError('It must be remoteJudgement and a date, as remoteJudgement:2027-12-31.');
  }
  return [...before, { name, validUntil }];
}

/** The last instant of a date in the house's zone; `undefined` for what is no date. */
function endOfDay(date: string): number | undefined {
  try {
    const day = Temporal.PlainDate.from(date);
    const { timeZone } = loadConfig(process.env);
    return day.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds - 1;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function instant(text: string): number {
  const at = parseInstant(text);
  if (at === undefined)
    throw new InvalidArgumentError('It must have a time and an offset, as 2027-01-01T00:00:00+08:00.');
  return at;
}
