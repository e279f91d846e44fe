import { z } from 'zod';
import { party } from '../../domain/party/party.ts';
import { team } from '../../domain/team/team.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { isStaff, READERS } from './authentication.ts';
import { delegationRoutes } from './delegation-routes.ts';
import { type DirectoryParts, directoryCommandRoute, idParams } from './directory-command.ts';
import { ProblemError } from './problems.ts';
import { userRoutes } from './user-routes.ts';
import { wireSchema } from './wire-schema.ts';

const registrars: readonly string[] = party.commands.registerParty.roles;
const correctors: readonly string[] = party.commands.correctParty.roles;

/** Users, their tokens, teams and parties: small streams of their own, given by the same rules as cases. */
export function directoryRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { people, directory } = parts.engine;
  return [
    ...userRoutes(parts),
    ...delegationRoutes(parts),
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
    directoryCommandRoute(parts, team, 'registerTeam', {
      method: 'POST',
      url: '/v1/teams',
      access: ['admin'],
      body: wireSchema(team.commands.registerTeam.schema),
    }),
    directoryCommandRoute(parts, team, 'setTeamLead', {
      method: 'POST',
      url: '/v1/teams/:id/set-team-lead',
      access: ['admin'],
      body: wireSchema(team.commands.setTeamLead.schema),
    }),
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
