import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { delegatedSchema } from '../../domain/user/delegation.ts';
import { parseInstant } from '../http/instants.ts';
import { askHouse } from './ask-house.ts';
import type { CreateDelegation } from './delegation-operations.ts';
import { reported } from './reported.ts';
import { terminalText } from './terminal-text.ts';

const made = z.object({ delegationId: z.string() });
const listed = z.array(delegatedSchema.extend({ from: z.uuid() }));

interface CreateOptions {
  readonly from: string;
  readonly to: string;
  readonly since?: number;
  readonly until: number;
  readonly document?: string;
}

/** `redress delegation …`: the marketing director's verdict on factory visits, given to another for a period. */
export function delegationCommand(): Command {
  const delegation = new Command('delegation').description(
    'Give the marketing director’s verdict on factory visits to another user for a period, in writing',
  );
  delegation
    .command('create')
    .description('Record a delegation')
    .requiredOption('--from <uuid>', 'the director')
    .requiredOption('--to <uuid>', 'who may decide in the director’s place; never on a proposal of their own')
    .requiredOption('--until <instant>', 'the last instant, as 2027-01-15T18:00:00+08:00', instant)
    .option('--since <instant>', 'from when; now, if not given', instant)
    .option('--document <reference>', 'where the writing is found')
    .action((options: CreateOptions) => reported(() => create(options)));
  delegation
    .command('list')
    .description('The delegations, ended ones among them until the next is given')
    .option('--json', 'print JSON', false)
    .action((options: { readonly json: boolean }) => reported(() => list(options.json)));
  delegation
    .command('revoke')
    .description('End a delegation before its time')
    .argument('<delegationId>', 'as `redress delegation list` shows it')
    .action((delegationId: string) =>
      reported(async () => {
        await askHouse('delegation.revoke', { delegationId });
        process.stdout.write(`The delegation ${delegationId} has ended.\n`);
      }),
    );
  return delegation;
}

async function create({ from, to, since, until, document }: CreateOptions): Promise<void> {
  const wanted: CreateDelegation = {
    from,
    to,
    validUntil: until,
    ...(since === undefined ? {} : { validFrom: since }),
    ...(document === undefined ? {} : { document }),
  };
  const { delegationId } = made.parse(await askHouse('delegation.create', wanted));
  process.stdout.write(`The delegation ${delegationId} is recorded.\n`);
}

async function list(json: boolean): Promise<void> {
  const delegations = listed.parse(await askHouse('delegation.list', {}));
  if (json) {
    process.stdout.write(`${JSON.stringify(delegations)}\n`);
    return;
  }
  for (const { delegationId, from, to, validFrom, validUntil, document } of delegations) {
    const period = `${new Date(validFrom).toISOString()} to ${new Date(validUntil).toISOString()}`;
    const writing = document === undefined ? '' : `  ${terminalText(document)}`;
    process.stdout.write(`${delegationId}  ${from} to ${to}  ${period}${writing}\n`);
  }
  if (delegations.length === 0) process.stdout.write('No power is delegated.\n');
}

function instant(text: string): number {
  const at = parseInstant(text);
  if (at !== undefined) return at;
  throw new InvalidArgumentError('It must have a time and an offset, as 2027-01-01T00:00:00+08:00.');
}
