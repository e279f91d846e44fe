import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { qualificationSchema, roleSchema } from '../../domain/case/actor.ts';
import type { CommandDefinitions, EventDefinitions } from '../../domain/case/event-definition.ts';
import type { Aggregate } from '../../domain/log/aggregate.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { party } from '../../domain/party/party.ts';
import { team } from '../../domain/team/team.ts';
import { unreachable } from '../../domain/unreachable.ts';
import { user } from '../../domain/user/user.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import type { DirectoryUser } from '../directory/directory.ts';
import { clientCommandId } from '../engine/command-id.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { isStaff, READERS } from './authentication.ts';
import { problemOf } from './command-answers.ts';
import type { HttpEngine } from './engine-port.ts';
import { type InstantWriter, instantsToText, instantText } from './instants.ts';
import { positionToken } from './position-token.ts';
import { ProblemError } from './problems.ts';
import { correlationIdOf, idempotencyKeyOf, traceparentOf } from './request-headers.ts';
import { wireSchema } from './wire-schema.ts';

const instant = z.string().meta({ format: 'date-time' });
const registrars: readonly string[] = party.commands.registerParty.roles;
const correctors: readonly string[] = party.commands.correctParty.roles;
const idParams = z.strictObject({ id: uuidSchema });
const writtenSchema = z.object({ id: z.uuid(), revision: z.int(), position: z.string().optional() });

/** On the interface a qualification ends at a date and time with an offset. */
const qualificationText = z.strictObject({ name: qualificationSchema.shape.name, validUntil: instantText });
const userBody = {
  qualifications: z.array(qualificationText).max(20),
};
const registerUserBody = wireSchema(user.commands.registerUser.schema).extend({
  qualifications: userBody.qualifications.default(() => []),
});
const changeUserBody = wireSchema(user.commands.changeUser.schema).extend({
  qualifications: userBody.qualifications.optional(),
});
const issueTokenBody = z.strictObject({
  label: z.string().trim().min(1).max(80).meta({ description: 'What it is for.' }),
  expiresAt: instantText.optional(),
});

const userSchema = z.object({
  id: z.uuid(),
  name: z.string().optional(),
  active: z.boolean(),
  roles: z.array(roleSchema),
  teamId: z.uuid().optional(),
  department: z.string().optional(),
  qualifications: z.array(z.object({ name: z.string(), validUntil: instant })),
});
const tokenSchema = z.object({
  tokenId: z.uuid(),
  userId: z.uuid(),
  name: z.string(),
  label: z.string(),
  issuedAt: instant,
  expiresAt: instant.optional(),
});

/** Users, their tokens, teams and parties: small streams of their own, given by the same rules as cases. */
export function directoryRoutes(parts: {
  readonly engine: HttpEngine;
  readonly write: InstantWriter;
}): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { people, directory, clock } = engine;
  const { logId } = engine.store;

  const written = (outcome: AggregateOutcome, status: number): ApiAnswer => {
    if (outcome.outcome !== 'accepted') throw refused(outcome, write);
    const { id, revision, position } = outcome;
    return {
      status,
      headers: outcome.replayed ? { 'idempotency-replayed': 'true' } : {},
      body: {
        id,
        revision,
        ...(position === undefined ? {} : { position: positionToken(logId, position) }),
      },
    };
  };

  const documentOf = async (who: DirectoryUser) => {
    const person = await people.readUser(who.userId);
    const { userId, ...rest } = who;
    return Object(
      instantsToText({ id: userId, ...(person === undefined ? {} : { name: person.name }), ...rest }, write),
    );
  };

  /** A route that gives one command to one stream of the directory. */
  const commandRoute = <S, C extends CommandDefinitions, E extends EventDefinitions>(
    aggregate: Aggregate<S, C, E>,
    type: keyof C & string,
    route: Pick<ApiRoute, 'method' | 'url' | 'access'> & { readonly body?: z.ZodObject },
  ): ApiRoute => {
    const opens = !route.url.includes(':id');
    const definition = aggregate.commands[type];
    return apiRoute({
      ...route,
      operationId: `${aggregate.category}.${type}`,
      tag: 'directory',
      summary: definition?.summary ?? type,
      ...(opens ? {} : { params: idParams }),
      headers: ['Idempotency-Key'],
      success: {
        status: opens ? 201 : 200,
        description: 'It is written.',
        schema: writtenSchema,
      },
      problems: ['rejected', 'keyReused', 'conflict', ...(opens ? [] : (['noSuchResource'] as const))],
      async handle(call) {
        const id = opens ? undefined : idParams.parse(call.params).id;
        // Parsed by the interface's schema, which gives out what the aggregate's own takes; its writer checks again.
        const command = { type, data: call.body } as Parameters<typeof aggregate.decide>[0];
        const outcome = await people.give(aggregate, {
          ...asking(call, type, logId, definition?.roles ?? []),
          command,
          ...(id === undefined ? {} : { id }),
        });
        return written(outcome, opens ? 201 : 200);
      },
    });
  };

  return [
    apiRoute({
      method: 'GET',
      url: '/v1/me',
      operationId: 'me',
      tag: 'directory',
      summary: 'Who your token says you are',
      access: 'anyUser',
      success: { status: 200, description: 'You.', schema: userSchema },
      problems: [],
      async handle({ actor }) {
        const who = directory.user(actor.id);
        if (who === undefined) throw new ProblemError('notAuthenticated');
        return { status: 200, body: await documentOf(who) };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/users',
      operationId: 'users.list',
      tag: 'directory',
      summary: 'All users with their roles',
      access: ['admin'],
      success: { status: 200, description: 'The users.', schema: z.object({ users: z.array(userSchema) }) },
      problems: [],
      async handle() {
        const users = directory.userIds().map(id => directory.user(id));
        const known = users.filter(each => each !== undefined);
        return { status: 200, body: { users: await Promise.all(known.map(documentOf)) } };
      },
    }),
    commandRoute(user, 'registerUser', {
      method: 'POST',
      url: '/v1/users',
      access: ['admin'],
      body: registerUserBody,
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/users/:id',
      operationId: 'users.get',
      tag: 'directory',
      summary: 'One user',
      access: READERS,
      params: idParams,
      success: { status: 200, description: 'The user.', schema: userSchema },
      problems: ['noSuchResource'],
      async handle({ params: { id } }) {
        const who = directory.user(id);
        if (who === undefined) throw new ProblemError('noSuchResource', { detail: 'There is no such user.' });
        return { status: 200, body: await documentOf(who) };
      },
    }),
    commandRoute(user, 'changeUser', {
      method: 'PATCH',
      url: '/v1/users/:id',
      access: ['admin'],
      body: changeUserBody,
    }),
    commandRoute(user, 'deactivateUser', {
      method: 'POST',
      url: '/v1/users/:id/deactivate',
      access: ['admin'],
      body: z.strictObject({}),
    }),
    commandRoute(user, 'reactivateUser', {
      method: 'POST',
      url: '/v1/users/:id/reactivate',
      access: ['admin'],
      body: z.strictObject({}),
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/users/:id/tokens',
      operationId: 'user.issueToken',
      tag: 'directory',
      summary: 'Issue a token; it is shown this once',
      access: ['admin'],
      params: idParams,
      body: issueTokenBody,
      headers: ['Idempotency-Key'],
      success: {
        status: 201,
        description: 'The token. A repetition with the same `Idempotency-Key` is answered without it.',
        schema: z.object({ tokenId: z.uuid(), token: z.string().optional() }),
      },
      problems: ['noSuchResource', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const { label, expiresAt } = call.body;
        const { outcome, tokenId, token } = await people.issueToken(
          { userId: call.params.id, label, ...(expiresAt === undefined ? {} : { expiresAt }) },
          asking(call, 'issueToken', logId, user.commands.issueToken.roles),
        );
        if (outcome.outcome !== 'accepted') throw refused(outcome, write);
        return {
          status: 201,
          headers: { 'cache-control': 'no-store' },
          body: { tokenId, ...(token === undefined ? {} : { token }) },
        };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/users/:id/tokens',
      operationId: 'users.tokens',
      tag: 'directory',
      summary: 'The tokens of a user that are in force',
      access: ['admin'],
      params: idParams,
      success: {
        status: 200,
        description: 'The tokens.',
        schema: z.object({ tokens: z.array(tokenSchema) }),
      },
      problems: [],
      async handle({ params: { id } }) {
        const tokens = await people.listTokens(clock.now(), id);
        return { status: 200, body: { tokens: instantsToText(tokens, write) } };
      },
    }),
    apiRoute({
      method: 'DELETE',
      url: '/v1/users/:id/tokens/:tokenId',
      operationId: 'user.revokeToken',
      tag: 'directory',
      summary: user.commands.revokeToken.summary,
      access: ['admin'],
      params: idParams.extend({ tokenId: uuidSchema }),
      success: { status: 200, description: 'The token is void.', schema: writtenSchema },
      problems: ['rejected', 'conflict'],
      async handle(call) {
        const { id, tokenId } = call.params;
        const outcome = await people.give(user, {
          ...asking(call, 'revokeToken', logId, user.commands.revokeToken.roles),
          id,
          command: { type: 'revokeToken', data: { tokenId } },
        });
        return written(outcome, 200);
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/teams',
      operationId: 'teams.list',
      tag: 'directory',
      summary: 'All teams',
      access: READERS,
      success: {
        status: 200,
        description: 'The teams.',
        schema: z.object({
          teams: z.array(
            z.object({
              id: z.uuid(),
              name: z.string(),
              department: z.string(),
              leadUserId: z.uuid().optional(),
            }),
          ),
        }),
      },
      problems: [],
      handle: async () => ({
        status: 200,
        body: { teams: directory.teams().map(({ teamId, ...rest }) => ({ id: teamId, ...rest })) },
      }),
    }),
    commandRoute(team, 'registerTeam', {
      method: 'POST',
      url: '/v1/teams',
      access: ['admin'],
      body: wireSchema(team.commands.registerTeam.schema),
    }),
    commandRoute(team, 'setTeamLead', {
      method: 'POST',
      url: '/v1/teams/:id/set-team-lead',
      access: ['admin'],
      body: wireSchema(team.commands.setTeamLead.schema),
    }),
    commandRoute(party, 'registerParty', {
      method: 'POST',
      url: '/v1/parties',
      access: READERS.filter(role => registrars.includes(role)),
      body: wireSchema(party.commands.registerParty.schema),
    }),
    commandRoute(party, 'correctParty', {
      method: 'PATCH',
      url: '/v1/parties/:id',
      access: READERS.filter(role => correctors.includes(role)),
      body: wireSchema(party.commands.correctParty.schema),
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/parties/:id',
      operationId: 'party.get',
      tag: 'directory',
      summary: 'Who a contact, visitor or colleague is',
      description: 'Read and opened now; `[erased]` where the person was erased.',
      access: READERS,
      params: idParams,
      success: {
        status: 200,
        description: 'The person.',
        schema: z.object({
          id: z.uuid(),
          name: z.string(),
          phone: z.string().optional(),
          email: z.string().optional(),
        }),
      },
      problems: ['noSuchResource', 'forbidden'],
      async handle({ params: { id }, actor }) {
        if (!isStaff(actor))
          throw new ProblemError('forbidden', { detail: 'Only staff see who a person is.' });
        const person = await people.readParty(id);
        if (person === undefined) {
          throw new ProblemError('noSuchResource', { detail: 'There is no such person.' });
        }
        return { status: 200, headers: { 'cache-control': 'no-store' }, body: { id, ...person } };
      },
    }),
  ];
}

/** Who asks, and by what: a key makes a command id that comes again, none a fresh one. */
function asking(
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

function refused(
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
