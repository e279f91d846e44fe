import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import { team } from '../../domain/team/team.ts';
import { user } from '../../domain/user/user.ts';
import type { Asking } from '../directory/aggregate-writer.ts';
import { firstStartCommandId } from '../engine/command-id.ts';
import type { House } from '../engine/open-house.ts';
import { asking, demandAccepted } from './asking.ts';

/**
 * Of a house that nobody can get into: somebody who may do the main job, and make others. All ids follow from the
 * log's, so that nodes that start first at once make one, and a start that was cut off is finished by the next.
 * Answers the token; `undefined` where another node made it.
 */
export async function firstUser(house: House): Promise<string | undefined> {
  const { people, store } = house;
  const step = (name: string): Asking => {
    const commandId = firstStartCommandId(store.logId, name);
    return { ...asking(), commandId, correlationId: commandId };
  };
  const data = user.commands.registerUser.schema.parse({
    name: 'First user',
    roles: ['admin', 'agent', 'lead', 'qa'],
    teamId: DEFAULT_TEAM_ID,
  });
  const registered = await people.give(user, {
    ...step('registerUser'),
    command: { type: 'registerUser', data },
  });
  const { id: userId } = demandAccepted(registered, 'the first user');
  const leading = await people.give(team, {
    ...step('setTeamLead'),
    id: DEFAULT_TEAM_ID,
    command: { type: 'setTeamLead', data: { leadUserId: userId } },
  });
  demandAccepted(leading, "the first team's lead");
  // Last: a token that is made and not shown is nobody's.
  const issued = await people.issueToken({ userId, label: 'first start' }, step('issueToken'));
  demandAccepted(issued.outcome, "the first user's token");
  return issued.token;
}
