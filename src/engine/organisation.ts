import type { Role } from '../../domain/case/actor.ts';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { InputRequest } from '../../domain/case/input-request.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import type { Organisation } from '../../domain/sla/policy.ts';
import type { WorkingCalendar } from '../../domain/time/calendar.ts';
import type { Directory } from '../directory/directory.ts';
import type { CommandRequest } from './command-request.ts';

/** What the directory knows of who leads whom, who is on duty and who is away. */
export type OrganisationSource = Pick<
  Directory,
  | 'team'
  | 'teamLead'
  | 'teamsOf'
  | 'departmentHead'
  | 'user'
  | 'usersWithRole'
  | 'onDuty'
  | 'isAway'
  | 'standIn'
>;

/** `organisationSchema` takes no more. */
const MOST_TOLD = 20;

/** Who is to be told about a case of this team, as the directory knows it when it is asked: most decisions never ask. */
export function organisationOf(
  directory: OrganisationSource,
  about: {
    readonly teamId: string;
    readonly assigneeId?: string | undefined;
    readonly headsRole: Role;
    /** The case's questions to other departments that are open. */
    readonly asked: readonly Pick<InputRequest, 'department' | 'askedUserId'>[];
    /** The instant of the decision, epoch milliseconds. */
    readonly at: number;
    readonly calendar: WorkingCalendar;
  },
): Organisation {
  const { teamId, assigneeId, headsRole, asked, at, calendar } = about;
  // Whoever leads is told in absence too, if nobody stands in: an alert that reaches nobody is of no use.
  const told = (userId: string): string => directory.standIn(userId, at) ?? userId;
  const toldIf = (userId: string | undefined) => (userId === undefined ? undefined : told(userId));
  const onDutyIn = once((team: string) => directory.onDuty(team, at, calendar).slice(0, MOST_TOLD));
  const departmentOf = once((code: string): DepartmentPeople => {
    const headId = toldIf(directory.departmentHead(code));
    const onDuty = [...new Set(directory.teamsOf(code).flatMap(onDutyIn))].slice(0, MOST_TOLD);
    return { onDuty, ...(headId === undefined ? {} : { headId }) };
  });
  let heads: string[] | undefined;
  return withOptional({
    get onDuty() {
      return onDutyIn(teamId);
    },
    get heads() {
      heads ??= [...new Set(headsOf(directory, headsRole, teamId).map(told))];
      return heads.slice(0, MOST_TOLD);
    },
    get assigneeLead() {
      if (assigneeId === undefined) return undefined;
      return toldIf(directory.teamLead(directory.user(assigneeId)?.teamId ?? teamId));
    },
    get teamLead() {
      return toldIf(directory.teamLead(teamId));
    },
    get departments() {
      if (asked.length === 0) return undefined;
      return Object.fromEntries(asked.map(({ department }) => [department, departmentOf(department)]));
    },
    get away() {
      const people = [assigneeId, ...asked.map(({ askedUserId }) => askedUserId)];
      const away = people.filter(userId => userId !== undefined).filter(id => directory.isAway(id, at));
      if (away.length === 0) return undefined;
      return Object.fromEntries(away.map(userId => [userId, directory.standIn(userId, at) ?? null]));
    },
  });
}

/** Roles that nobody has but a head. */
const HEADS: readonly Role[] = ['qaHead', 'marketingDirector'];

/**
 * Who answers for a kind of cases: whoever heads those who have the role, and not all of them. `lead` is the head of the
 * department whose team the case is.
 */
function headsOf(directory: OrganisationSource, role: Role, teamId: string): readonly string[] {
  const departmentOf = (team: string | undefined) =>
    team === undefined ? undefined : directory.team(team)?.department;
  const headOf = (department: string | undefined) =>
    department === undefined ? undefined : directory.departmentHead(department);
  if (role === 'lead') {
    const head = headOf(departmentOf(teamId)) ?? directory.teamLead(teamId);
    if (head !== undefined) return [head];
  }
  const holders = directory.usersWithRole(role);
  const all = holders.map(({ userId }) => userId);
  if (HEADS.includes(role)) return all;
  const leading = holders.filter(({ roles }) => roles.includes('lead')).map(({ userId }) => userId);
  if (role !== 'lead' && leading.length > 0) return leading;
  const departments = new Set(holders.map(user => user.department ?? departmentOf(user.teamId)));
  const heads = [...departments].map(headOf).filter(head => head !== undefined);
  return heads.length > 0 ? heads : all;
}

type DepartmentPeople = NonNullable<Organisation['departments']>[string];

/** Asked again for the same, it answers what it answered before. */
function once<T>(answer: (of: string) => T): (of: string) => T {
  const known = new Map<string, T>();
  return of => {
    const before = known.get(of);
    if (before !== undefined) return before;
    const found = answer(of);
    known.set(of, found);
    return found;
  };
}

/** A getter that answers `undefined` reads like a property that is absent. */
function withOptional(
  lazy: { [K in keyof Organisation]-?: Organisation[K] | undefined } & Pick<Organisation, 'onDuty' | 'heads'>,
): Organisation {
  return lazy as Organisation;
}

/** The case's team; of a case about to be opened the one that the command names, or else the actor's. */
export function owningTeam(state: CaseState, { command, actor }: CommandRequest): string {
  if (state.teamId !== '') return state.teamId;
  const named = uuidSchema.safeParse(command.data.teamId);
  return named.success ? named.data : (actor.teamId ?? DEFAULT_TEAM_ID);
}
