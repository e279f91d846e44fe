import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { isCustomerOnly, ROLES, type Role } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { party, partyCommands } from '../../domain/party/party.ts';
import { clientCommandId } from '../engine/command-id.ts';
import { newEventId as newUuid } from '../engine/event-id.ts';
import { type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { outcomeName, problemOf } from './command-answers.ts';
import { commandBody, type InlineContact, readCommand } from './command-data.ts';
import { openingExamples } from './command-examples.ts';
import type { HttpEngine } from './engine-port.ts';
import type { HttpMetrics } from './http-metrics.ts';
import type { InstantWriter } from './instants.ts';
import { demandOwnCase } from './own-case.ts';
import { positionToken } from './position-token.ts';
import { kebab, ProblemError } from './problems.ts';
import { correlationIdOf, etagOf, idempotencyKeyOf, ifMatchOf, traceparentOf } from './request-headers.ts';

export interface CommandRouteParts {
  readonly engine: HttpEngine;
  readonly metrics: HttpMetrics;
  readonly write: InstantWriter;
  readonly waitTimeoutMs: number;
}

const caseParams = z.strictObject({ id: uuidSchema });
const openingQuery = z.strictObject({
  wait: z.literal('number', 'must be number').optional().meta({
    description: "Wait for the view that counts cases, and answer with the case's number for people.",
  }),
});
const acceptedSchema = z.object({
  id: z.uuid().meta({ description: 'Of the case.' }),
  number: z.string().optional().meta({ description: 'For people, as CMP-2026-000123; with `?wait=number`.' }),
  numberPending: z.literal(true).optional().meta({
    description: 'The command was accepted, but its number was not counted in time; read the case later.',
  }),
  revision: z.int().meta({ description: "Of the command's last event." }),
  position: z.string().meta({ description: 'For `?after=` of a query that must have seen this.' }),
  events: z.array(z.string()).meta({ description: 'The types of what was recorded.' }),
});

/** One route for every command that somebody may give by hand, made from the lifecycle. */
export function commandRoutes(lifecycle: AnyLifecycle, parts: CommandRouteParts): readonly ApiRoute[] {
  return Object.keys(lifecycle.commands).flatMap(type => {
    const roles = rolesByHand(lifecycle, type);
    if (roles.length === 0) return [];
    const opens = lifecycle.opens.includes(type);
    const continues = opens && lifecycle.continues?.includes(type) === true;
    return [
      ...(opens ? [openingRoute(lifecycle, type, roles, parts)] : []),
      ...(continues || !opens ? [actingRoute(lifecycle, type, roles, parts)] : []),
    ];
  });
}

/** The roles that people and integrations hold; `system` is timers and workflows, and holds no token. */
function rolesByHand(lifecycle: AnyLifecycle, type: string): readonly Role[] {
  const allowed = lifecycle.commands[type]?.roles ?? [];
  return ROLES.filter(role => role !== 'system' && allowed.includes(role));
}

function openingRoute(
  lifecycle: AnyLifecycle,
  type: string,
  roles: readonly Role[],
  parts: CommandRouteParts,
): ApiRoute {
  const first = lifecycle.opens[0] === type;
  const base = `/v1/${lifecycle.collection}`;
  return apiRoute({
    method: 'POST',
    url: first ? base : `${base}/${kebab(type)}`,
    operationId: `${lifecycle.category}.${type}`,
    tag: lifecycle.collection,
    summary: lifecycle.commands[type]?.summary ?? type,
    access: roles,
    query: openingQuery,
    body: commandBody(lifecycle, type, 'opening'),
    examples: openingExamples(lifecycle, type, parts.engine.clock.now()),
    headers: ['Idempotency-Key', 'On-Behalf-Of'],
    success: { status: 201, description: 'The case is open.', schema: acceptedSchema },
    problems: ['rejected', 'keyReused', 'conflict'],
    handle: call => giveCommand(lifecycle, type, undefined, call, parts),
  });
}

function actingRoute(
  lifecycle: AnyLifecycle,
  type: string,
  roles: readonly Role[],
  parts: CommandRouteParts,
): ApiRoute {
  return apiRoute({
    method: 'POST',
    url: `/v1/${lifecycle.collection}/:id/${kebab(type)}`,
    // A command that opens as well has the plain name there.
    operationId: `${lifecycle.category}.${type}${lifecycle.opens.includes(type) ? '.continue' : ''}`,
    tag: lifecycle.collection,
    summary: lifecycle.commands[type]?.summary ?? type,
    access: roles,
    params: caseParams,
    body: commandBody(lifecycle, type, 'acting'),
    headers: ['If-Match', 'Idempotency-Key', 'On-Behalf-Of'],
    success: { status: 200, description: 'The command was accepted.', schema: acceptedSchema },
    problems: [
      'noSuchCase',
      'rejected',
      'preconditionFailed',
      'keyReused',
      'conflict',
      'caseTooLong',
      'upgradeNeeded',
    ],
    handle: call => giveCommand(lifecycle, type, call.params.id, call, parts),
  });
}

async function giveCommand(
  lifecycle: AnyLifecycle,
  type: string,
  caseId: string | undefined,
  call: ApiCall<unknown, { readonly wait?: 'number' | undefined }, unknown>,
  { engine, metrics, write, waitTimeoutMs }: CommandRouteParts,
) {
  const { request, actor } = call;
  const { logId } = engine.store;
  const { logFields } = request;
  logFields.command = type;
  if (caseId !== undefined) logFields.caseId = caseId;
  const ifMatch = caseId === undefined ? undefined : ifMatchOf(request);
  const idempotencyKey = idempotencyKeyOf(request);
  if (caseId !== undefined && isCustomerOnly(actor)) await demandOwnCase(engine, lifecycle, caseId, actor);

  const { command, contact } = readCommand(type, call.body);
  const keyed = idempotencyKey !== undefined;
  const commandId = keyed
    ? clientCommandId(logId, { principal: actor.id, commandType: type, idempotencyKey })
    : newUuid();
  const traceparent = traceparentOf(request);
  const asking = {
    commandId,
    keyed,
    correlationId: correlationIdOf(request.id, logId),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const contactId = contact === undefined ? undefined : await registerContact(engine, call, contact, asking);
  const outcome = await engine.handler.handle({
    ...asking,
    lifecycle,
    actor,
    command: contactId === undefined ? command : { type, data: { ...command.data, contactId } },
    ...(caseId === undefined ? {} : { caseId }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  });
  metrics.countCommand(lifecycle.name, type, outcome.outcome);
  logFields.outcome = outcomeName(outcome);
  if (outcome.outcome !== 'accepted') throw problemOf(outcome, write);

  logFields.caseId = outcome.caseId;
  const number = call.query.wait === 'number' ? await countedNumber(engine, outcome, waitTimeoutMs) : {};
  return {
    status: caseId === undefined ? 201 : 200,
    headers: {
      etag: etagOf(outcome.etag),
      ...(caseId === undefined ? { location: `/v1/${lifecycle.collection}/${outcome.caseId}` } : {}),
      ...(outcome.replayed ? { 'idempotency-replayed': 'true' } : {}),
    },
    body: {
      id: outcome.caseId,
      ...number,
      revision: outcome.revision,
      position: positionToken(engine.store, outcome.position),
      events: outcome.events.map(event => event.type),
    },
  };
}

async function countedNumber(
  { views }: HttpEngine,
  { caseId, position }: { readonly caseId: string; readonly position: string },
  waitTimeoutMs: number,
) {
  await views.waitFor(position, waitTimeoutMs);
  const number = views.numberOf(caseId);
  return number === undefined ? { numberPending: true } : { number };
}

/** Opens the party's stream before the case's; its id follows from the command's, so that a retry makes one. */
async function registerContact(
  { people }: HttpEngine,
  { actor }: ApiCall<unknown, unknown, unknown>,
  contact: InlineContact,
  asking: { readonly commandId: string; readonly keyed: boolean; readonly correlationId: string },
): Promise<string> {
  const { id, via, roles } = actor;
  const registrars: readonly Role[] = partyCommands.registerParty.roles;
  const role = roles.find(each => registrars.includes(each)) ?? actor.role;
  const partyId = uuidv5('contact', asking.commandId);
  const outcome = await people.give(party, {
    ...asking,
    actor: { id, role, via },
    commandId: uuidv5('registerContact', asking.commandId),
    id: partyId,
    command: { type: 'registerParty', data: { kind: 'contact', ...contact } },
  });
  switch (outcome.outcome) {
    case 'accepted':
      return partyId;
    case 'keyReused':
      throw new ProblemError('keyReused');
    case 'conflict':
      throw new ProblemError('conflict');
    case 'forbidden':
      throw new ProblemError('forbidden', { members: { needs: outcome.needs } });
    case 'upgradeNeeded':
      throw new ProblemError('upgradeNeeded', { members: { eventType: outcome.type } });
    case 'rejected':
      throw new ProblemError('rejected', { members: { reason: outcome.reason, details: outcome.details } });
  }
}
