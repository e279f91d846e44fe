import type { Role } from '../../domain/case/actor.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import type { Organisation } from '../../domain/sla/policy.ts';
import type { CommandRequest } from './command-request.ts';

/** What the directory knows of who leads whom. */
export interface OrganisationSource {
  /** The lead's user id. */
  teamLead(teamId: string): string | undefined;
  usersWithRole(role: Role): readonly string[];
  user(userId: string): { readonly teamId?: string | undefined } | undefined;
}

/** `organisationSchema` takes no more. */
const MOST_HEADS = 20;

/** Who is to be told about a case of this team, as the directory knows it now. */
export function organisationOf(
  directory: OrganisationSource,
  about: { readonly teamId: string; readonly assigneeId?: string | undefined; readonly headsRole: Role },
): Organisation {
  const { teamId, assigneeId, headsRole } = about;
  const assigneeTeam = assigneeId === undefined ? undefined : (directory.user(assigneeId)?.teamId ?? teamId);
  const assigneeLead = assigneeTeam === undefined ? undefined : directory.teamLead(assigneeTeam);
  const teamLead = directory.teamLead(teamId);
  return {
    ...(assigneeLead === undefined ? {} : { assigneeLead }),
    ...(teamLead === undefined ? {} : { teamLead }),
    // Duty rosters are not kept yet: nobody is on duty by name, and the team's lead is told.
    onDuty: [],
    heads: directory.usersWithRole(headsRole).slice(0, MOST_HEADS),
  };
}

/** The case's team; of a case about to be opened the one that the command names, or else the actor's. */
export function owningTeam(state: CaseState, { command, actor }: CommandRequest): string {
  if (state.teamId !== '') return state.teamId;
  const named = uuidSchema.safeParse(command.data.teamId);
  return named.success ? named.data : (actor.teamId ?? DEFAULT_TEAM_ID);
}
