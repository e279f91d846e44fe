import type { Actor } from '../../domain/case/actor.ts';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { team } from '../../domain/team/team.ts';
import { user } from '../../domain/user/user.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import type { ImportIds } from './import-ids.ts';
import type { ImportTarget } from './importer.ts';
import type { CheckedMapping } from './mapping-check.ts';

/**
 * Makes each value of the actor's key a user, and the team they belong to, unless they are there; answers how each
 * acts. Nobody gets a token: a name in an old log opens no door.
 */
export async function registerPeople(
  values: readonly string[],
  { mapping }: CheckedMapping,
  ids: ImportIds,
  target: Pick<ImportTarget, 'directory' | 'people'>,
): Promise<ReadonlyMap<string, Actor>> {
  const { directory, people } = target;
  if (mapping.team !== undefined && directory.team(ids.teamId) === undefined) {
    const { name, department, lead } = mapping.team;
    const leads = lead === undefined ? {} : { leadUserId: ids.userOf(lead) };
    const command = { type: 'registerTeam' as const, data: { name, department, ...leads } };
    refuseNone(await people.give(team, { ...asking(ids, ids.teamId), id: ids.teamId, command }), name);
  }
  const ownTeam = mapping.team === undefined ? {} : { teamId: ids.teamId };
  const lead = mapping.team?.lead;
  const everyone = lead === undefined || values.includes(lead) ? values : [...values, lead];
  for (const value of everyone) {
    const id = ids.userOf(value);
    if (directory.user(id) !== undefined) continue;
    const own = mapping.people.values[value];
    const department = own?.department ?? mapping.team?.department;
    const data = {
      name: own?.name ?? mapping.people.name.replaceAll('{value}', value),
      roles: own?.roles ?? mapping.people.roles,
      qualifications: (own?.qualifications ?? []).map(({ name, validThrough }) => ({
        name,
        validUntil: Date.parse(`${validThrough}T23:59:59.999Z`),
      })),
      ...ownTeam,
      ...(department === undefined ? {} : { department }),
    };
    const command = { type: 'registerUser' as const, data };
    refuseNone(await people.give(user, { ...asking(ids, id), id, command }), value);
  }
  return new Map(values.map(value => [value, actorOf(value, ids, target)]));
}

function actorOf(value: string, ids: ImportIds, { directory }: Pick<ImportTarget, 'directory'>): Actor {
  const found = directory.user(ids.userOf(value));
  const role = found?.roles[0];
  if (found === undefined || role === undefined) throw new Error(`${value} was registered, and is not there`);
  const { userId, roles, qualifications, teamId, department } = found;
  return {
    id: userId,
    role,
    roles: [...roles],
    via: 'import',
    qualifications: [...qualifications],
    ...(teamId === undefined ? {} : { teamId }),
    ...(department === undefined ? {} : { department }),
  };
}

function asking(ids: ImportIds, commandId: string): Asking {
  return {
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'import' },
    commandId,
    keyed: false,
    correlationId: ids.importId,
    importId: ids.importId,
  };
}

function refuseNone(outcome: AggregateOutcome, what: string): void {
  if (outcome.outcome === 'accepted') return;
  // Another run was quicker.
  if (outcome.outcome === 'rejected' && outcome.reason === 'alreadyRegistered') return;
  throw new Error(`${what} could not be registered: ${JSON.stringify(outcome)}`);
}
