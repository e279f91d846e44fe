import { z } from 'zod';
import { party } from '../../domain/party/party.ts';
import { absenceRoutes } from './absence-routes.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { isStaff, READERS } from './authentication.ts';
import { contactRoutes } from './contact-routes.ts';
import { defectCategoryRoutes } from './defect-category-routes.ts';
import { delegationRoutes } from './delegation-routes.ts';
import { type DirectoryParts, directoryCommandRoute, idParams } from './directory-command.ts';
import { masterRoutes } from './master-routes.ts';
import { ProblemError } from './problems.ts';
import { teamRoutes } from './team-routes.ts';
import { userRoutes } from './user-routes.ts';
import { wireSchema } from './wire-schema.ts';

const registrars: readonly string[] = party.commands.registerParty.roles;
const correctors: readonly string[] = party.commands.correctParty.roles;

/** Users, their tokens, teams and parties: small streams of their own, given by the same rules as cases. */
export function directoryRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { people } = parts.engine;
  return [
    ...userRoutes(parts),
    ...delegationRoutes(parts),
    ...absenceRoutes(parts),
    ...teamRoutes(parts),
    ...masterRoutes(parts),
    ...contactRoutes(parts),
    ...defectCategoryRoutes(parts),
    directoryCommandRoute(parts, party, 'registerParty', {
      method: 'POST',
      url: '/v1/parties',
      access: READERS.filter(role => registrars.includes(role)),
      body: wireSchema(party.commands.registerParty.schema),
    }),
    directoryCommandRoute(parts, party, 'correctParty', {
      method: 'PATCH',
      url: '/v1/parties/:id',
      access: READERS.filter(role => correctors.includes(role)),
      body: wireSchema(party.commands.correctParty.schema),
    }),
    directoryCommandRoute(parts, party, 'retireParty', {
      method: 'POST',
      url: '/v1/parties/:id/retire',
      access: READERS.filter(role => correctors.includes(role)),
      body: z.strictObject({}),
    }),
    directoryCommandRoute(parts, party, 'reinstateParty', {
      method: 'POST',
      url: '/v1/parties/:id/reinstate',
      access: READERS.filter(role => correctors.includes(role)),
      body: z.strictObject({}),
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
