import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { delegatedSchema } from '../../domain/user/delegation.ts';
import { user } from '../../domain/user/user.ts';
import { type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import {
  askingOf,
  type DirectoryParts,
  idParams,
  writtenAnswer,
  writtenSchema,
} from './directory-command.ts';
import { instantsToText } from './instants.ts';
import { ProblemError } from './problems.ts';
import { wireSchema } from './wire-schema.ts';

const givers = ['marketingDirector', 'admin'] as const;
const shown = delegatedSchema.extend({
  validFrom: z.string().meta({ format: 'date-time' }),
  validUntil: z.string().meta({ format: 'date-time' }),
});
const wanted = wireSchema(
  delegatedSchema.omit({ delegationId: true }).extend({
    command: delegatedSchema.shape.command.default('approve'),
    validFrom: delegatedSchema.shape.validFrom.optional(),
  }),
);

/** Powers given to others in writing: by who holds them, or by an admin who has the writing. */
export function delegationRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { people, directory, store, clock } = parts.engine;
  const { write } = parts;
  const params = idParams;
  return [
    apiRoute({
      method: 'POST',
      url: '/v1/users/:id/delegations',
      operationId: 'user.delegatePower',
      tag: 'directory',
      summary: user.commands.delegatePower.summary,
      description:
        "`approve` is the marketing director's verdict on factory visits. From now on, if `validFrom` is not given.",
      access: givers,
      params,
      body: wanted,
      headers: ['Idempotency-Key'],
      success: {
        status: 201,
        description: 'It is written.',
        schema: writtenSchema.extend({ delegationId: z.uuid() }),
      },
      problems: ['noSuchResource', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        demandOwn(call);
        const { id } = call.params;
        // It came out of `wanted`, whose instants are epoch milliseconds.
        const { validFrom = clock.now(), ...given } = call.body as Omit<
          z.infer<typeof delegatedSchema>,
          'validFrom' | 'delegationId'
        > & { readonly validFrom?: number };
        if (given.to === id) throw badTo('must be another user');
        if (directory.user(given.to)?.active !== true) throw badTo('must be a user that is active');
        const asking = askingOf(call, 'delegatePower', store.logId, user.commands.delegatePower.roles);
        const delegationId = uuidv5('delegation', asking.commandId);
        const outcome = await people.give(user, {
          ...asking,
          id,
          command: { type: 'delegatePower', data: { ...given, validFrom, delegationId } },
          // The instant of a repetition is another: what the sender sent is the body.
          body: JSON.parse(JSON.stringify(call.body)),
        });
        const { body, ...answer } = writtenAnswer(parts, outcome, 201);
        return { ...answer, body: { ...Object(body), delegationId } };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/users/:id/delegations',
      operationId: 'users.delegations',
      tag: 'directory',
      summary: 'What of a user’s powers others hold, ended ones among them until the next is given',
      access: READERS,
      params,
      success: {
        status: 200,
        description: 'The delegations.',
        schema: z.object({ delegations: z.array(shown) }),
      },
      problems: ['noSuchResource'],
      async handle({ params: { id } }) {
        if (directory.user(id) === undefined) {
          throw new ProblemError('noSuchResource', { detail: 'There is no such user.' });
        }
        return {
          status: 200,
          body: { delegations: instantsToText(directory.delegationsBy(id), write) },
        };
      },
    }),
    apiRoute({
      method: 'DELETE',
      url: '/v1/users/:id/delegations/:delegationId',
      operationId: 'user.revokeDelegation',
      tag: 'directory',
      summary: user.commands.revokeDelegation.summary,
      access: givers,
      params: idParams.extend({ delegationId: uuidSchema }),
      success: { status: 200, description: 'It has ended.', schema: writtenSchema },
      problems: ['noSuchResource', 'rejected', 'conflict'],
      async handle(call) {
        demandOwn(call);
        const { id, delegationId } = call.params;
        const outcome = await people.give(user, {
          ...askingOf(call, 'revokeDelegation', store.logId, user.commands.revokeDelegation.roles),
          id,
          command: { type: 'revokeDelegation', data: { delegationId } },
        });
        return writtenAnswer(parts, outcome, 200);
      },
    }),
  ];
}

/** A director gives away the own power, and nobody else's. */
function demandOwn({ actor, params }: ApiCall<{ readonly id: string }, unknown, unknown>): void {
  if (actor.id === params.id || actor.roles.includes('admin')) return;
  throw new ProblemError('forbidden', {
    detail: 'A power is given away by who holds it, or by an admin.',
    members: { needs: ['admin'] },
  });
}

function badTo(message: string): ProblemError {
  return new ProblemError('invalidFields', { errors: [{ path: '/to', message }] });
}
