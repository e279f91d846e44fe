import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { clientCommandId } from '../engine/command-id.ts';
import type { House } from '../engine/open-house.ts';
import { actorOf } from '../http/authentication.ts';
import { findCase } from '../http/case-routes.ts';
import { problemOf } from '../http/command-answers.ts';
import { commandBody, readCommand } from '../http/command-data.ts';
import { fieldErrors } from '../http/field-errors.ts';
import { instantWriter } from '../http/instants.ts';
import { kebab } from '../http/problems.ts';
import { OperationError } from './operation-error.ts';

const asked = z.strictObject({
  /** As in URLs (`factory-visits`) or by name (`factory-visit`). */
  lifecycle: z.string(),
  /** As in URLs (`assign-hosts`) or as the domain names it (`assignHosts`). */
  command: z.string(),
  /** Id or number; absent where the command opens a case. */
  of: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
  as: uuidSchema,
  key: z.string().min(1).max(200).optional(),
});
export type GiveCommand = z.infer<typeof asked>;

const VIEWS_WAIT_MS = 5_000;

/** What `redress give` does with a house: any command of any lifecycle, as a user and by that user's roles. */
export async function give(
  house: House,
  params: unknown,
  _emit: (progress: unknown) => void,
  _signal: AbortSignal,
  timeZone: string,
) {
  const wanted = asked.parse(params);
  const lifecycle = lifecycleOf(house, wanted.lifecycle);
  const type = commandOf(lifecycle, wanted.command);
  const user = house.directory.user(wanted.as);
  if (user?.active !== true) throw new OperationError(`no user ${wanted.as} is active`);
  const caseId = wanted.of === undefined ? undefined : await caseIdOf(house, lifecycle, wanted.of);
  if (caseId === undefined && !lifecycle.opens.includes(type)) {
    throw new OperationError(`${kebab(type)} is given to a case: name it with --case`);
  }
  if (caseId !== undefined && lifecycle.opens.includes(type) && !lifecycle.continues?.includes(type)) {
    throw new OperationError(`${kebab(type)} opens a case of its own: leave --case out`);
  }
  // A new contact is a person of its own: registered first, and named by its id.
  const parsed = commandBody(lifecycle, type, 'acting').safeParse(wanted.data);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error, wanted.data).map(({ path, message }) => `${path} ${message}`);
    throw new OperationError(`the data is not taken: ${errors.join('; ')}`);
  }
  const { command } = readCommand(type, parsed.data);
  const commandId =
    wanted.key === undefined
      ? uuidv7()
      : clientCommandId(house.store.logId, {
          principal: user.userId,
          commandType: type,
          idempotencyKey: wanted.key,
        });
  const outcome = await house.handler.handle({
    lifecycle,
    ...(caseId === undefined ? {} : { caseId }),
    command,
    actor: { ...actorOf(user), via: 'cli' },
    commandId,
    keyed: wanted.key !== undefined,
    correlationId: commandId,
  });
  if (outcome.outcome !== 'accepted') throw problemOf(outcome, instantWriter(timeZone));
  await house.views.waitFor(outcome.position, VIEWS_WAIT_MS);
  const number = house.views.numberOf(outcome.caseId);
  return {
    id: outcome.caseId,
    ...(number === undefined ? {} : { number }),
    revision: outcome.revision,
    events: outcome.events.map(event => event.type),
  };
}

function lifecycleOf({ lifecycles }: House, named: string): AnyLifecycle {
  const found = lifecycles.find(({ name, collection }) => name === named || collection === named);
  if (found !== undefined) return found;
  const names = lifecycles.map(({ name }) => name);
  throw new OperationError(`there is no lifecycle ${named}: it is one of ${names.join(', ')}`);
}

function commandOf(lifecycle: AnyLifecycle, named: string): string {
  const byHand = Object.entries(lifecycle.commands)
    .filter(([, { roles }]) => roles.some(role => role !== 'system'))
    .map(([type]) => type);
  const found = byHand.find(type => type === named || kebab(type) === named);
  if (found !== undefined) return found;
  throw new OperationError(
    `a ${lifecycle.name} has no command ${named}: it is one of ${byHand.map(kebab).join(', ')}`,
  );
}

async function caseIdOf(house: House, lifecycle: AnyLifecycle, named: string): Promise<string> {
  await house.views.waitFor(await house.store.head(), VIEWS_WAIT_MS);
  const found = await findCase(house, named);
  if (found?.lifecycle.name === lifecycle.name) return found.caseId;
  throw new OperationError(`there is no ${lifecycle.name} ${named}`);
}
