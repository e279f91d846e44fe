import { z } from 'zod';
import { ROLES, STAFF } from '../../domain/case/actor.ts';
import { caseCommands } from '../../domain/case/case-commands.ts';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { clientCommandId } from '../engine/command-id.ts';
import { newEventId as newUuid } from '../engine/event-id.ts';
import { type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { findCase } from './case-routes.ts';
import { outcomeName, problemOf } from './command-answers.ts';
import { commandBody, readCommand } from './command-data.ts';
import type { CommandRouteParts } from './command-routes.ts';
import { fieldErrors } from './field-errors.ts';
import { positionToken } from './position-token.ts';
import { ProblemError, problemDocument } from './problems.ts';
import { correlationIdOf, idempotencyKeyOf, traceparentOf } from './request-headers.ts';

/** Cases that one request may name. */
export const MAX_BULK_CASES = 200;
/** Decided at a time: appends that come together are flushed together. */
const AT_ONCE = 25;

/** Commands that every case may take and that people give: a lifecycle's own are given case by case. */
const BULK_COMMANDS = Object.entries(caseCommands)
  .filter(([, { roles }]) => roles.some(role => role !== 'system'))
  .map(([type]) => type);

const body = z.strictObject({
  command: z.enum(BULK_COMMANDS, 'must be a command that every case can take'),
  data: z
    .record(z.string(), z.json())
    .default(() => ({}))
    .meta({
      description: 'As the command takes it when it is given to one case.',
    }),
  cases: z
    .array(
      z.strictObject({
        id: uuidSchema,
        ifMatch: z.int().min(0).optional().meta({ description: 'The revision of the `ETag` that you read.' }),
      }),
    )
    .min(1, 'must name a case')
    .max(MAX_BULK_CASES, `must name at most ${MAX_BULK_CASES} cases`),
});
type Asked = z.infer<typeof body>;

const resultSchema = z.object({
  id: z.uuid(),
  outcome: z.enum(['accepted', 'refused']),
  revision: z.int().optional(),
  position: z.string().optional(),
  replayed: z.literal(true).optional(),
  problem: z.record(z.string(), z.unknown()).optional().meta({
    description: 'Why not, as the same command given to this case alone would be answered.',
  }),
});
type Result = z.infer<typeof resultSchema>;

/** The same command for many cases at once, each decided on its own. */
export function bulkRoute(parts: CommandRouteParts): ApiRoute {
  return apiRoute({
    method: 'POST',
    url: '/v1/cases/commands',
    operationId: 'cases.command',
    tag: 'cases',
    summary: 'Give the same command to many cases at once',
    description: `Up to ${MAX_BULK_CASES} cases, of any kind. Each is decided on its own: what one refuses, the others take, and the answer has a result a case, in the order in which they were named. With an \`Idempotency-Key\` the whole can be sent again: what was accepted has one effect, what was refused is tried afresh.`,
    access: ROLES.filter(role => (STAFF as readonly string[]).includes(role) || role === 'integration'),
    body,
    headers: ['Idempotency-Key', 'On-Behalf-Of'],
    success: {
      status: 200,
      description: 'A result a case.',
      schema: z.object({ accepted: z.int(), refused: z.int(), results: z.array(resultSchema) }),
    },
    problems: [],
    async handle(call) {
      const { command, cases } = call.body;
      const ids = cases.map(({ id }) => id);
      const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
      if (twice >= 0) {
        throw new ProblemError('invalidFields', {
          errors: [{ path: `/cases/${twice}/id`, message: 'is named twice' }],
        });
      }
      call.request.logFields.command = command;
      const results: Result[] = [];
      for (let from = 0; from < cases.length; from += AT_ONCE) {
        const some = cases.slice(from, from + AT_ONCE);
        results.push(...(await Promise.all(some.map(one => resultOf(one, call, parts)))));
      }
      const accepted = results.filter(({ outcome }) => outcome === 'accepted').length;
      return { status: 200, body: { accepted, refused: results.length - accepted, results } };
    },
  });
}

type Call = ApiCall<unknown, unknown, Asked>;

async function resultOf(one: Asked['cases'][number], call: Call, parts: CommandRouteParts): Promise<Result> {
  const { id } = one;
  try {
    return await accepted(one, call, parts);
  } catch (error) {
    // What is no answer to the sender (the log cannot be written) is the whole request's.
    if (!(error instanceof ProblemError)) throw error;
    const { problem, extras } = error;
    return { id, outcome: 'refused', problem: problemDocument(problem, call.request.id, extras) };
  }
}

/** @throws ProblemError as the command's own route does */
async function accepted(
  { id, ifMatch }: Asked['cases'][number],
  { request, actor, body: asked }: Call,
  { engine, metrics, write }: CommandRouteParts,
): Promise<Result> {
  const { logId } = engine.store;
  const found = await findCase(engine, id);
  if (found === undefined) throw new ProblemError('noSuchCase');
  const { lifecycle } = found;
  const command = commandFor(lifecycle, asked);
  const idempotencyKey = idempotencyKeyOf(request);
  const traceparent = traceparentOf(request);
  const outcome = await engine.handler.handle({
    lifecycle,
    caseId: id,
    actor,
    command,
    commandId:
      idempotencyKey === undefined
        ? newUuid()
        : clientCommandId(logId, { principal: actor.id, commandType: asked.command, idempotencyKey }),
    keyed: idempotencyKey !== undefined,
    correlationId: correlationIdOf(request.id, logId),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  });
  metrics.countCommand(lifecycle.name, asked.command, outcome.outcome);
  request.logFields.outcome = outcomeName(outcome);
  if (outcome.outcome !== 'accepted') throw problemOf(outcome, write);
  return {
    id,
    outcome: 'accepted',
    revision: outcome.revision,
    position: positionToken(engine.store, outcome.position),
    ...(outcome.replayed ? { replayed: true as const } : {}),
  };
}

/** The command as this kind of case takes it. @throws ProblemError where it does not */
function commandFor(lifecycle: AnyLifecycle, { command: type, data }: Asked): AnyCommand {
  if (lifecycle.commands[type] === undefined) {
    throw new ProblemError('rejected', {
      detail: `A ${lifecycle.name} has no command ${type}.`,
      members: { reason: 'noSuchCommand', details: { lifecycle: lifecycle.name, command: type } },
    });
  }
  const parsed = bodyOf(lifecycle, type).safeParse(data);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error, data).map(e => ({ ...e, path: `/data${e.path}` }));
    throw new ProblemError('invalidFields', { errors });
  }
  return readCommand(type, parsed.data).command;
}

const bodies = new WeakMap<AnyLifecycle, Map<string, z.ZodObject>>();

/** Made once: a schema is dear, and a request may name many cases of one kind. */
function bodyOf(lifecycle: AnyLifecycle, type: string): z.ZodObject {
  const known = bodies.get(lifecycle) ?? new Map<string, z.ZodObject>();
  bodies.set(lifecycle, known);
  const made = known.get(type) ?? commandBody(lifecycle, type, 'acting');
  known.set(type, made);
  return made;
}
