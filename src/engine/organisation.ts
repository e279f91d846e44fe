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

interface About {
  readonly teamId: string;
  readonly assigneeId?: string | undefined;
  readonly headsRole: Role;
  /** The case's questions to other departments that are open. */
  readonly asked: readonly Pick<InputRequest, 'department' | 'askedUserId'>[];
  /** The instant of the decision, epoch milliseconds. */
  readonly at: number;
  readonly calendar: WorkingCalendar;
}

/** Who is to be told about a case of this team, as the directory knows it when it is asked: most decisions never ask. */
export function organisationOf(directory: OrganisationSource, about: About): Organisation {
  // A getter that answers `undefined` reads like a property that is absent.
  return new LookedUp(directory, about) as Organisation;
}

class LookedUp {
  readonly #directory: OrganisationSource;
  readonly #about: About;
  #onDutyIn: Map<string, string[]> | undefined;
  #heads: string[] | undefined;

  constructor(directory: OrganisationSource, about: About) {
    this.#directory = directory;
    this.#about = about;
  }

  get onDuty(): string[] {
    return this.#onDuty(this.#about.teamId);
  }

  get heads(): string[] {
    if (this.#heads === undefined) {
      const { headsRole, teamId } = this.#about;
      const heads = headsOf(this.#directory, headsRole, teamId).map(userId => this.#told(userId));
      this.#heads = [...new Set(heads)].slice(0, MOST_TOLD);
    }
    return this.#heads;
  }

  get assigneeLead(): string | undefined {
    const { assigneeId, teamId } = this.#about;
    if (assigneeId === undefined) return undefined;
    return this.#toldIf(this.#directory.teamLead(this.#directory.user(assigneeId)?.teamId ?? teamId));
  }

  get teamLead(): string | undefined {
    return this.#toldIf(this.#directory.teamLead(this.#about.teamId));
  }

  get departments(): Organisation['departments'] {
    const { asked } = this.#about;
    if (asked.length === 0) return undefined;
    return Object.fromEntries(asked.map(({ department }) => [department, this.#department(department)]));
  }

  get away(): Organisation['away'] {
    const { assigneeId, asked, at } = this.#about;
    const people = [assigneeId, ...asked.map(({ askedUserId }) => askedUserId)];
    const away = people.filter(userId => userId !== undefined).filter(id => this.#directory.isAway(id, at));
    if (away.length === 0) return undefined;
    return Object.fromEntries(away.map(userId => [userId, this.#directory.standIn(userId, at) ?? null]));
  }

  #onDuty(teamId: string): string[] {
    this.#onDutyIn ??= new Map();
    let found = this.#onDutyIn.get(teamId);
    if (found === undefined) {
      const { at, calendar } = this.#about;
      found = this.#directory.onDuty(teamId, at, calendar).slice(0, MOST_TOLD);
      this.#onDutyIn.set(teamId, found);
    }
    return found;
  }

  #department(code: string): DepartmentPeople {
    const headId = this.#toldIf(this.#directory.departmentHead(code));
    const onDuty = this.#directory.teamsOf(code).flatMap(teamId => this.#onDuty(teamId));
    const people = [...new Set(onDuty)].slice(0, MOST_TOLD);
    return { onDuty: people, ...(headId === undefined ? {} : { headId }) };
  }

  /** Whoever leads is told in absence too, if nobody stands in: an alert that reaches nobody is of no use. */
  #told(userId: string): string {
    return this.#directory.standIn(userId, this.#about.at) ?? userId;
  }

  #toldIf(userId: string | undefined): string | undefined {
    return userId === undefined ? undefined : this.#told(userId);
  }
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

/** The case's team; of a case about to be opened the one that the command names, or else the actor's. */
export function owningTeam(state: CaseState, { command, actor }: CommandRequest): string {
  if (state.teamId !== '') return state.teamId;
  const named = uuidSchema.safeParse(command.data.teamId);
  return named.success ? named.data : (actor.teamId ?? DEFAULT_TEAM_ID);
}
