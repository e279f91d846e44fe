import { z } from 'zod';
import { qualificationSchema, roleSchema } from '../../domain/case/actor.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { user } from '../../domain/user/user.ts';
import type { DirectoryUser } from '../directory/directory.ts';
import { searchable, wordsOf } from '../directory/searchable.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { isStaff, READERS } from './authentication.ts';
import {
  askingOf,
  type DirectoryParts,
  directoryCommandRoute,
  directoryProblem,
  idParams,
  writtenAnswer,
  writtenSchema,
} from './directory-command.ts';
import { instantsToText, instantText } from './instants.ts';
import { pageQuery } from './master-routes.ts';
import { ProblemError } from './problems.ts';
import { wireSchema } from './wire-schema.ts';

const instant = z.string().meta({ format: 'date-time' });

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
  contactId: z.uuid().optional(),
  qualifications: z.array(z.object({ name: z.string(), validUntil: instant })),
  delegations: z
    .array(z.object({ from: z.uuid(), command: z.string(), validFrom: instant, validUntil: instant }))
    .optional()
    .meta({ description: 'Powers that others gave to this user.' }),
});
const tokenSchema = z.object({
  tokenId: z.uuid(),
  userId: z.uuid(),
  name: z.string(),
  label: z.string(),
  issuedAt: instant,
  expiresAt: instant.optional(),
});

const usersQuery = z.strictObject({
  search: z.string().max(200).optional().meta({ description: 'Words, each of which stands in the name.' }),
  role: roleSchema.optional(),
  teamId: uuidSchema.optional(),
  department: z.string().max(60).optional(),
  active: z
    .enum(['true', 'false'], 'must be true or false')
    .transform(text => text === 'true')
    .optional(),
  ...pageQuery,
  cursor: uuidSchema.optional().meta({ description: '`next` of the page before.' }),
});

/** Who gets in: users with their roles, and their tokens. */
export function userRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { people, directory, clock, store } = engine;

  const documentOf = async (who: DirectoryUser, named = true) => {
    const person = named ? await people.readUser(who.userId) : undefined;
    const { userId, ...rest } = who;
    return Object(
      instantsToText({ id: userId, ...(person === undefined ? {} : { name: person.name }), ...rest }, write),
    );
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
      summary: 'The users with their roles, found by role, team, department and name',
      description:
        'Names are opened for the page that is shown and kept nowhere: a search by name opens those that the other filters leave.',
      access: READERS,
      query: usersQuery,
      success: {
        status: 200,
        description: 'A page.',
        schema: z.object({ users: z.array(userSchema), next: z.string().optional() }),
      },
      problems: ['forbidden'],
      async handle({ query, actor }) {
        const { role, teamId, department, active, search, limit, cursor } = query;
        const named = isStaff(actor) || actor.roles.includes('admin');
        if (search !== undefined && !named)
          throw new ProblemError('forbidden', { detail: 'Only staff find a person by name.' });
        const words = wordsOf(search ?? '');
        const candidates = [...directory.userIds()]
          .sort()
          .filter(id => cursor === undefined || id > cursor)
          .map(id => directory.user(id))
          .filter(who => who !== undefined)
          .filter(who => role === undefined || who.roles.includes(role))
          .filter(who => teamId === undefined || who.teamId === teamId)
          .filter(who => department === undefined || who.department === department)
          .filter(who => active === undefined || who.active === active);
        const users = [];
        for (const who of candidates) {
          const document = await documentOf(who, named);
          if (!words.every(word => searchable(String(document.name)).includes(word))) continue;
          if (users.length === limit) {
            const last = users.at(-1)?.id;
            return { status: 200, body: { users, ...(last === undefined ? {} : { next: last }) } };
          }
          users.push(document);
        }
        return { status: 200, body: { users } };
      },
    }),
    directoryCommandRoute(parts, user, 'registerUser', {
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
      async handle({ params: { id }, actor }) {
        const who = directory.user(id);
        if (who === undefined) throw new ProblemError('noSuchResource', { detail: 'There is no such user.' });
        // To oversight and machines people are ids, here as in a trail; an admin gives the names.
        const named = isStaff(actor) || actor.roles.includes('admin') || actor.id === id;
        return { status: 200, body: await documentOf(who, named) };
      },
    }),
    directoryCommandRoute(parts, user, 'changeUser', {
      method: 'PATCH',
      url: '/v1/users/:id',
      access: ['admin'],
      body: changeUserBody,
    }),
    directoryCommandRoute(parts, user, 'deactivateUser', {
      method: 'POST',
      url: '/v1/users/:id/deactivate',
      access: ['admin'],
      body: z.strictObject({}),
    }),
    directoryCommandRoute(parts, user, 'reactivateUser', {
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
          askingOf(call, 'issueToken', store.logId, user.commands.issueToken.roles),
        );
        if (outcome.outcome !== 'accepted') throw directoryProblem(outcome, write);
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
          ...askingOf(call, 'revokeToken', store.logId, user.commands.revokeToken.roles),
          id,
          command: { type: 'revokeToken', data: { tokenId } },
        });
        return writtenAnswer(parts, outcome, 200);
      },
    }),
  ];
}
