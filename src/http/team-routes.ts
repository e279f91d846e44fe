import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { dutySchema, rotationSchema } from '../../domain/team/duty.ts';
import { team } from '../../domain/team/team.ts';
import { type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import { type DirectoryParts, directoryCommandRoute, idParams } from './directory-command.ts';
import { instantsToText, instantText } from './instants.ts';
import { ProblemError } from './problems.ts';
import { wireSchema } from './wire-schema.ts';

const instant = z.string().meta({ format: 'date-time' });
const ROSTER_KEEPERS = ['lead', 'admin'] as const;
const teamSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  department: z.string(),
  leadUserId: z.uuid().optional(),
  retired: z.boolean(),
});
const rosterSchema = z.object({
  at: instant,
  onDuty: z.array(z.uuid()).meta({ description: 'Instead of whoever is away those who stand in.' }),
  rotations: z.array(rotationSchema),
  duties: z.array(dutySchema.extend({ fromAt: instant, untilAt: instant })),
});

/** Teams, who leads them, and who is on duty when. */
export function teamRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { directory, clock, policies } = engine;
  const { commands } = team;

  const teamOf = (params: unknown) => {
    const { id } = idParams.parse({ id: Object(params).id });
    const found = directory.team(id);
    if (found === undefined) throw new ProblemError('noSuchResource', { detail: 'There is no such team.' });
    return found;
  };
  const demandLead = ({ actor, params }: ApiCall<unknown, unknown, unknown>): void => {
    if (teamOf(params).leadUserId === actor.id || actor.roles.includes('admin')) return;
    throw new ProblemError('forbidden', {
      detail: "A roster is kept by the team's lead, or by an admin.",
      members: { needs: ['admin'] },
    });
  };
  const demandPeople = (path: string, ids: readonly unknown[]): void => {
    const unknown = ids.findIndex(id => typeof id !== 'string' || directory.user(id)?.active !== true);
    if (unknown < 0) return;
    const at = ids.length === 1 ? path : `${path}/${unknown}`;
    throw new ProblemError('invalidFields', {
      errors: [{ path: at, message: 'must be a user that is active' }],
    });
  };
  const demandLeader = ({ body }: ApiCall<unknown, unknown, unknown>): void => {
    const { leadUserId } = Object(body);
    if (leadUserId !== undefined) demandPeople('/leadUserId', [leadUserId]);
  };

  return [
    apiRoute({
      method: 'GET',
      url: '/v1/teams',
      operationId: 'teams.list',
      tag: 'directory',
      summary: 'All teams, retired ones among them',
      access: READERS,
      success: { status: 200, description: 'The teams.', schema: z.object({ teams: z.array(teamSchema) }) },
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
      body: wireSchema(commands.registerTeam.schema),
      check: demandLeader,
    }),
    directoryCommandRoute(parts, team, 'changeTeam', {
      method: 'PATCH',
      url: '/v1/teams/:id',
      access: ['admin'],
      body: wireSchema(commands.changeTeam.schema),
    }),
    directoryCommandRoute(parts, team, 'setTeamLead', {
      method: 'POST',
      url: '/v1/teams/:id/set-team-lead',
      access: ['admin'],
      body: wireSchema(commands.setTeamLead.schema),
      check: demandLeader,
    }),
    directoryCommandRoute(parts, team, 'retireTeam', {
      method: 'POST',
      url: '/v1/teams/:id/retire',
      access: ['admin'],
      body: z.strictObject({}),
    }),
    directoryCommandRoute(parts, team, 'reinstateTeam', {
      method: 'POST',
      url: '/v1/teams/:id/reinstate',
      access: ['admin'],
      body: z.strictObject({}),
    }),
    directoryCommandRoute(parts, team, 'planRotation', {
      method: 'POST',
      url: '/v1/teams/:id/rotations',
      access: ROSTER_KEEPERS,
      body: wireSchema(commands.planRotation.schema.omit({ rotationId: true })),
      mints: 'rotationId',
      check(call) {
        demandLead(call);
        demandPeople('/people', [...Object(call.body).people]);
      },
    }),
    directoryCommandRoute(parts, team, 'endRotation', {
      method: 'DELETE',
      url: '/v1/teams/:id/rotations/:rotationId',
      access: ROSTER_KEEPERS,
      params: z.strictObject({ rotationId: uuidSchema }),
      check: demandLead,
    }),
    directoryCommandRoute(parts, team, 'assignDuty', {
      method: 'POST',
      url: '/v1/teams/:id/duties',
      access: ROSTER_KEEPERS,
      body: wireSchema(commands.assignDuty.schema.omit({ dutyId: true })),
      mints: 'dutyId',
      check(call) {
        demandLead(call);
        demandPeople('/userId', [Object(call.body).userId]);
      },
    }),
    directoryCommandRoute(parts, team, 'cancelDuty', {
      method: 'DELETE',
      url: '/v1/teams/:id/duties/:dutyId',
      access: ROSTER_KEEPERS,
      params: z.strictObject({ dutyId: uuidSchema }),
      check: demandLead,
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/teams/:id/roster',
      operationId: 'teams.roster',
      tag: 'directory',
      summary: 'The roster of a team, and who is on duty at an instant, now if none is given',
      access: READERS,
      params: idParams,
      query: z.strictObject({ at: instantText.optional() }),
      success: { status: 200, description: 'The roster.', schema: rosterSchema },
      problems: ['noSuchResource'],
      async handle({ params, query }) {
        const { teamId } = teamOf(params);
        const now = clock.now();
        const at = query.at ?? now;
        const { calendarId } = policies.policyAt(now);
        const calendar = policies.calendarKnownAt(calendarId, now);
        const { rotations = [], duties = [] } = directory.roster(teamId) ?? {};
        const shown = {
          at,
          onDuty: directory.onDuty(teamId, at, calendar),
          rotations,
          duties: duties.filter(({ untilAt }) => untilAt > now),
        };
        return { status: 200, body: instantsToText(shown, write) };
      },
    }),
  ];
}
