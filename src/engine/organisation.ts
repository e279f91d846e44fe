import type { Role } from '../../domain/case/actor.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import { isAsked } from '../../domain/case/input-request.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import type { Organisation } from '../../domain/sla/policy.ts';
import type { Directory } from '../directory/directory.ts';
import type { CommandRequest } from './command-request.ts';

/** What the directory knows of who leads whom. */
export type OrganisationSource = Pick<Directory, 'teamLead' | 'departmentHead' | 'user' | 'usersWithRole'>;

/** `organisationSchema` takes no more. */
const MOST_HEADS = 20;

/** Who is to be told about a case of this team, as the directory knows it when it is asked: most decisions never ask. */
export function organisationOf(
  directory: OrganisationSource,
  about: {
    readonly teamId: string;
    readonly assigneeId?: string | undefined;
    readonly headsRole: Role;
    /** Departments that a question of the case was put to. */
    readonly asked: readonly string[];
  },
): Organisation {
  const { teamId, assigneeId, headsRole, asked } = about;
  let heads: string[] | undefined;
  return withOptional({
    // Duty rosters are not kept yet: nobody is on duty by name, and the team's lead is told.
    onDuty: [],
    get heads() {
      heads ??= directory
        .usersWithRole(headsRole)
        .slice(0, MOST_HEADS)
        .map(({ userId }) => userId);
      return heads;
    },
    get assigneeLead() {
      if (assigneeId === undefined) return undefined;
      return directory.teamLead(directory.user(assigneeId)?.teamId ?? teamId);
    },
    get teamLead() {
      return directory.teamLead(teamId);
    },
    get departments() {
      if (asked.length === 0) return undefined;
      return Object.fromEntries(asked.map(code => [code, departmentOf(directory, code)]));
    },
    away: undefined,
  });
}

/** Who answers for a department. */
function departmentOf(directory: OrganisationSource, code: string): DepartmentPeople {
  const headId = directory.departmentHead(code);
  return { onDuty: [], ...(headId === undefined ? {} : { headId }) };
}
type DepartmentPeople = NonNullable<Organisation['departments']>[string];

/** A getter that answers `undefined` reads like a property that is absent. */
function withOptional(
  lazy: { [K in keyof Organisation]-?: Organisation[K] | undefined } & Pick<Organisation, 'onDuty' | 'heads'>,
): Organisation {
  return lazy as Organisation;
}

/** The departments that have a question of the case open. */
export function askedDepartments({ inputs }: CaseState): readonly string[] {
  return [...new Set(inputs.filter(isAsked).map(({ department }) => department))];
}

/** The case's team; of a case about to be opened the one that the command names, or else the actor's. */
export function owningTeam(state: CaseState, { command, actor }: CommandRequest): string {
  if (state.teamId !== '') return state.teamId;
  const named = uuidSchema.safeParse(command.data.teamId);
  return named.success ? named.data : (actor.teamId ?? DEFAULT_TEAM_ID);
}
