import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { CommandDefinitions, EventDefinitions } from '../../domain/case/event-definition.ts';
import type { Aggregate } from '../../domain/log/aggregate.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { unreachable } from '../../domain/unreachable.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import { clientCommandId } from '../engine/command-id.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { problemOf } from './command-answers.ts';
import type { HttpEngine } from './engine-port.ts';
import type { InstantWriter } from './instants.ts';
import { positionToken } from './position-token.ts';
import { ProblemError } from './problems.ts';
import { correlationIdOf, idempotencyKeyOf, traceparentOf } from './request-headers.ts';

export const idParams = z.strictObject({ id: uuidSchema });
export const writtenSchema = z.object({ id: z.uuid(), revision: z.int(), position: z.string().optional() });

export interface DirectoryParts {
  readonly engine: HttpEngine;
  readonly write: InstantWriter;
}

/** What a command to a small stream did. @throws ProblemError when it did nothing */
export function writtenAnswer(
  { engine, write }: DirectoryParts,
  outcome: AggregateOutcome,
  status: number,
): ApiAnswer {
  if (outcome.outcome !== 'accepted') throw directoryProblem(outcome, write);
  const { id, revision, position } = outcome;
  return {
    status,
    headers: outcome.replayed ? { 'idempotency-replayed': 'true' } : {},
    body: {
      id,
      revision,
      ...(position === undefined ? {} : { position: positionToken(engine.store, position) }),
    },
  };
}

type DirectoryCall = ApiCall<unknown, unknown, unknown>;

/** How a command's route differs from the plain one, whose body is the command and whose `:id` is the stream's. */
export interface DirectoryRouteOptions {
  /** An id in the command that the house makes, by this name; the answer carries it. */
  readonly mints?: string;
  /** Parts of the command that stand in the address. */
  readonly params?: z.ZodObject;
  /** Of a stream that begins with the command, where the id does not follow from the command's. */
  idOf?(body: unknown): string;
  /** Refuses what the stream itself cannot know. @throws ProblemError */
  check?(call: DirectoryCall): void;
}

/** A route that gives one command to one stream of the directory. */
export function directoryCommandRoute<S, C extends CommandDefinitions, E extends EventDefinitions>(
  parts: DirectoryParts,
  aggregate: Aggregate<S, C, E>,
  type: keyof C & string,
  route: Pick<ApiRoute, 'method' | 'url' | 'access' | 'examples' | 'description'> & {
    readonly body?: z.ZodObject;
  } & DirectoryRouteOptions,
): ApiRoute {
  const { people, store } = parts.engine;
  const { mints, params, idOf, check, ...plain } = route;
  const opens = !route.url.includes(':id');
  const definition = aggregate.commands[type];
  const makes = opens || mints !== undefined;
  return apiRoute({
    ...plain,
    operationId: `${aggregate.category}.${type}`,
    tag: 'directory',
    summary: definition?.summary ?? type,
    ...(opens ? {} : { params: params === undefined ? idParams : idParams.extend(params.shape) }),
    headers: ['Idempotency-Key'],
    success: {
      status: makes ? 201 : 200,
      description: 'It is written.',
      schema: mints === undefined ? writtenSchema : writtenSchema.extend({ [mints]: z.uuid() }),
    },
    problems: ['rejected', 'keyReused', 'conflict', ...(opens ? [] : (['noSuchResource'] as const))],
    async handle(call) {
      check?.(call);
      const { id, ...inAddress } = opens ? { id: idOf?.(call.body) } : Object(call.params);
      const asking = askingOf(call, type, store.logId, definition?.roles ?? []);
      const minted = mints === undefined ? {} : { [mints]: uuidv5(mints, asking.commandId) };
      const given = { ...Object(call.body), ...inAddress };
      // Parsed by the interface's schema, which gives out what the aggregate's own takes; its writer checks again.
      const command = { type, data: { ...given, ...minted } } as Parameters<typeof aggregate.decide>[0];
      const outcome = await people.give(aggregate, {
        ...asking,
        command,
        ...(id === undefined ? {} : { id }),
      });
      const { body, ...answer } = writtenAnswer(parts, outcome, makes ? 201 : 200);
      return { ...answer, body: { ...Object(body), ...minted } };
    },
  });
}

/** Who asks, and by what: a key makes a command id that comes again, none a fresh one. */
export function askingOf(
  { request, actor }: ApiCall<unknown, unknown, unknown>,
  commandType: string,
  logId: string,
  allowed: readonly string[],
): Asking {
  const idempotencyKey = idempotencyKeyOf(request);
  const traceparent = traceparentOf(request);
  request.logFields.command = commandType;
  return {
    actor: {
      id: actor.id,
      role: actor.roles.find(role => allowed.includes(role)) ?? actor.role,
      via: actor.via,
    },
    commandId:
      idempotencyKey === undefined
        ? uuidv7()
        : clientCommandId(logId, { principal: actor.id, commandType, idempotencyKey }),
    keyed: idempotencyKey !== undefined,
    correlationId: correlationIdOf(request.id, logId),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** The problem that tells why. */
export function directoryProblem(
  outcome: Exclude<AggregateOutcome, { outcome: 'accepted' }>,
  write: InstantWriter,
): ProblemError {
  switch (outcome.outcome) {
    case 'rejected':
      return outcome.reason === 'notRegistered'
        ? new ProblemError('noSuchResource', { detail: 'There is nothing with this id.' })
        : problemOf(outcome, write);
    case 'forbidden':
    case 'keyReused':
    case 'conflict':
    case 'upgradeNeeded':
      return problemOf(outcome, write);
    default:
      return unreachable(outcome);
  }
}
