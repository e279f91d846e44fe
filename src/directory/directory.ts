import type { Delegation, Qualification, Role } from '../../domain/case/actor.ts';
import { categoryOf, type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import { DEFECT_CATEGORIES_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { type Customer, type CustomerGrade, customer, gradeAt } from '../../domain/master-data/customer.ts';
import { type DefectCategories, defectCategories } from '../../domain/master-data/defect-categories.ts';
import { type Department, department } from '../../domain/master-data/department.ts';
import { type Product, product } from '../../domain/master-data/product.ts';
import { type Supplier, supplier } from '../../domain/master-data/supplier.ts';
import { party, type RegisteredParty } from '../../domain/party/party.ts';
import { onDutyAt, type Roster } from '../../domain/team/duty.ts';
import { type TeamState, team } from '../../domain/team/team.ts';
import type { WorkingCalendar } from '../../domain/time/calendar.ts';
import { type Absence, absenceAt } from '../../domain/user/absence.ts';
import { type Delegated, HOLDER_OF } from '../../domain/user/delegation.ts';
import { type RegisteredUser, type UserState, user } from '../../domain/user/user.ts';
import { emptyFold, type Folded, foldEvents } from './folded-aggregate.ts';
import { MasterData, type MasterPage, type MasterQuery, masterIdOf } from './master-data.ts';
import { tokenHash } from './token.ts';

/** A user as it may act now; the name is not in it. */
export interface DirectoryUser {
  readonly userId: string;
  readonly active: boolean;
  readonly roles: readonly Role[];
  readonly teamId?: string;
  readonly department?: string;
  /** Whose account it is, of a customer's. */
  readonly contactId?: string;
  readonly qualifications: readonly Qualification[];
  /** Powers that others gave to this user and hold themselves, ended ones among them; absent where there are none. */
  readonly delegations?: readonly Delegation[];
}

export interface DirectoryTeam {
  readonly teamId: string;
  readonly name: string;
  readonly department: string;
  readonly leadUserId?: string;
  readonly retired: boolean;
}

/** Who stands in for one who is away in turn, and so on: no further. */
const MOST_STAND_INS = 5;

/**
 * Users, teams and tokens, in memory, folded from their streams: about 1 KB a user. Only what may be decided
 * on is kept; names are read from the log and opened when somebody asks for them.
 */
export class Directory {
  readonly #users = new Map<string, Folded<UserState>>();
  readonly #teams = new Map<string, Folded<TeamState>>();
  /** By the token's hash. */
  readonly #tokens = new Map<string, { readonly userId: string; readonly expiresAt?: number }>();

  /** Who gave powers to a user, by the user's id. */
  readonly #delegators = new Map<string, Set<string>>();

  readonly #master: MasterData;
  readonly #logId: string;
  #defects: Folded<DefectCategories> = emptyFold(defectCategories.initial);

  constructor(master: MasterData, logId: string) {
    this.#master = master;
    this.#logId = logId;
  }

  /** True for the events that `apply` does something with. */
  static concerns(streamId: string): boolean {
    return Directory.isHeld(streamId) || MasterData.concerns(streamId);
  }

  /** True for streams that are held in memory, and read again at a start. */
  static isHeld(streamId: string): boolean {
    const category = categoryOf(streamId);
    return [user.category, team.category, defectCategories.category].includes(category);
  }

  /**
   * Takes events in, in the order of their streams; what it has already, it passes over, so that an append of
   * one's own and the log's echo of it may come in any order.
   */
  apply(events: readonly StoredEvent[]): void {
    for (const event of events) {
      const uuid = uuidOf(event.streamId);
      switch (categoryOf(event.streamId)) {
        case user.category:
          this.#applyToUser(uuid, event);
          break;
        case team.category: {
          const before = this.#teams.get(uuid) ?? emptyFold(team.initial);
          this.#teams.set(uuid, foldEvents(team, before, [event]));
          break;
        }
        case defectCategories.category:
          if (event.streamId === DEFECT_CATEGORIES_STREAM_ID)
            this.#defects = foldEvents(defectCategories, this.#defects, [event]);
          break;
        default:
      }
    }
    this.#master.apply(events);
  }

  /** Records are looked up by id; those that are retired are there too. */
  customer(id: string): Customer | undefined {
    return this.#master.record(customer, id);
  }

  /** The grade that a customer has at an instant; `undefined` for none, and for a customer that there is not. */
  customerGrade(id: string, at: number): CustomerGrade | undefined {
    return gradeAt(this.customer(id)?.grades ?? [], at);
  }

  product(id: string): Product | undefined {
    return this.#master.record(product, id);
  }

  supplier(id: string): Supplier | undefined {
    return this.#master.record(supplier, id);
  }

  department(id: string): Department | undefined {
    return this.#master.record(department, id);
  }

  departmentOf(code: string): Department | undefined {
    return this.department(masterIdOf(this.#logId, 'department', code));
  }

  supplierOf(code: string): Supplier | undefined {
    return this.supplier(masterIdOf(this.#logId, 'supplier', code));
  }

  /** Whether the house keeps records of that kind at all, retired ones among them. */
  keeps(category: 'supplier' | 'department'): boolean {
    return this.listMaster({ category, limit: 1 }).ids.length > 0;
  }

  /** A person by what may be decided on: kind, customer, position; never the name. */
  party(id: string): RegisteredParty | undefined {
    return this.#master.record(party, id);
  }

  /** The ids of records that a query finds. @throws BadMasterCursorError */
  listMaster(query: MasterQuery): MasterPage {
    return this.#master.list(query);
  }

  /** The list of defect categories as it holds now. */
  defectCategories(): DefectCategories {
    return this.#defects.state;
  }

  /** Who holds this bearer token at `now` (UTC epoch milliseconds); `undefined` if nobody may act by it. */
  authenticate(token: string, now: number): DirectoryUser | undefined {
    const hash = tokenHash(token);
    const found = hash === undefined ? undefined : this.#tokens.get(hash);
    if (found === undefined) return undefined;
    if (found.expiresAt !== undefined && found.expiresAt < now) return undefined;
    const holder = this.user(found.userId);
    return holder?.active === true ? holder : undefined;
  }

  /** Whether a token with this hash is in force, but for its expiry. */
  holds(hash: string): boolean {
    return this.#tokens.has(hash);
  }

  user(userId: string): DirectoryUser | undefined {
    const state = this.#users.get(userId)?.state;
    if (state?.registered !== true) return undefined;
    const delegations = this.#delegationsTo(userId);
    const found = toUser(userId, state);
    return delegations.length === 0 ? found : { ...found, delegations };
  }

  /** Asked by every timer that tells somebody: nothing is made for the answer. */
  #isActive(userId: string): boolean {
    const state = this.#users.get(userId)?.state;
    return state?.registered === true && state.active;
  }

  /** What of a user's powers others hold: not revoked, though perhaps ended. */
  delegationsBy(userId: string): readonly Delegated[] {
    const state = this.#users.get(userId)?.state;
    return state?.registered === true ? state.delegations : [];
  }

  /** Nobody hands on a power that they do not hold any more. */
  #delegationsTo(userId: string): readonly Delegation[] {
    return [...(this.#delegators.get(userId) ?? [])].flatMap(from => {
      const state = this.#users.get(from)?.state;
      if (state?.registered !== true || !state.active) return [];
      const { roles } = state;
      return state.delegations
        .filter(({ to, command }) => to === userId && roles.includes(HOLDER_OF[command]))
        .map(({ command, validFrom, validUntil }) => ({ from, command, validFrom, validUntil }));
    });
  }

  userIds(): readonly string[] {
    return [...this.#users.keys()];
  }

  team(teamId: string): DirectoryTeam | undefined {
    const state = this.#teams.get(teamId)?.state;
    if (state?.registered !== true) return undefined;
    const { registered: _, roster: __, ...rest } = state;
    return { teamId, ...rest };
  }

  /** When a team's people are on duty; `undefined` if there is no such team. */
  roster(teamId: string): Roster | undefined {
    const state = this.#teams.get(teamId)?.state;
    return state?.registered === true ? state.roster : undefined;
  }

  /** Who is on duty in a team at an instant: instead of whoever is away those who stand in. */
  onDuty(teamId: string, at: number, calendar: WorkingCalendar): readonly string[] {
    const roster = this.roster(teamId);
    if (roster === undefined) return [];
    const present = onDutyAt(roster, at, calendar).map(userId => this.standIn(userId, at));
    return [...new Set(present.filter(userId => userId !== undefined))];
  }

  /** When a user is away, as far as it was said and is not long over. */
  absences(userId: string): readonly Absence[] {
    const state = this.#users.get(userId)?.state;
    return state?.registered === true ? state.absences : [];
  }

  /** True for one who is away at an instant, and for one who has no access any more. */
  isAway(userId: string, at: number): boolean {
    return !this.#isActive(userId) || absenceAt(this.absences(userId), at) !== undefined;
  }

  /**
   * Who is there for a user at an instant: the user, or a substitute, or the substitute's own if that one is away too;
   * `undefined` if nobody is.
   */
  standIn(userId: string, at: number): string | undefined {
    const asked = new Set<string>();
    let current: string | undefined = userId;
    while (current !== undefined && !asked.has(current) && asked.size <= MOST_STAND_INS) {
      if (!this.isAway(current, at)) return current;
      asked.add(current);
      current = absenceAt(this.absences(current), at)?.substituteId;
    }
    return undefined;
  }

  teams(): readonly DirectoryTeam[] {
    return [...this.#teams.keys()].map(teamId => this.team(teamId)).filter(each => each !== undefined);
  }

  /** The team's lead, if it has one that is active. */
  teamLead(teamId: string): string | undefined {
    const state = this.#teams.get(teamId)?.state;
    const leadUserId = state?.registered === true ? state.leadUserId : undefined;
    return leadUserId !== undefined && this.#isActive(leadUserId) ? leadUserId : undefined;
  }

  /** The teams of a department, in order of their ids. */
  teamsOf(department: string): readonly string[] {
    return this.teams()
      .filter(team => team.department === department && !team.retired)
      .map(({ teamId }) => teamId)
      .sort();
  }

  /** Who answers for a department: its head, else the lead of the first of its teams that has one. */
  departmentHead(code: string): string | undefined {
    const headUserId = this.departmentOf(code)?.headUserId;
    if (headUserId !== undefined && this.#isActive(headUserId)) return headUserId;
    return this.teamsOf(code)
      .map(teamId => this.teamLead(teamId))
      .find(lead => lead !== undefined);
  }

  /** Whether a department has anybody: in it, in one of its teams, or at its head. May look at every user. */
  isStaffed(code: string): boolean {
    if (this.departmentHead(code) !== undefined) return true;
    const teams = new Set(this.teamsOf(code));
    return this.userIds()
      .map(userId => this.user(userId))
      .some(
        each =>
          each?.active === true &&
          (each.department === code || (each.teamId !== undefined && teams.has(each.teamId))),
      );
  }

  /** Active users with the role, in order of their ids; looks at every user. */
  usersWithRole(role: Role): readonly DirectoryUser[] {
    return this.userIds()
      .map(userId => this.user(userId))
      .filter(each => each !== undefined)
      .filter(each => each.active && each.roles.includes(role))
      .sort((a, b) => (a.userId < b.userId ? -1 : 1));
  }

  #applyToUser(userId: string, event: StoredEvent): void {
    const before = this.#users.get(userId) ?? emptyFold(user.initial);
    const after = foldEvents(user, before, [event]);
    this.#users.set(userId, after);
    if (before.state === after.state) return;
    for (const { to } of delegationsOf(after.state)) {
      this.#delegators.set(to, (this.#delegators.get(to) ?? new Set<string>()).add(userId));
    }
    for (const { hash } of tokensOf(before.state)) this.#tokens.delete(hash);
    for (const { hash, expiresAt } of tokensOf(after.state)) {
      this.#tokens.set(hash, expiresAt === undefined ? { userId } : { userId, expiresAt });
    }
  }
}

function tokensOf(state: UserState): RegisteredUser['tokens'] {
  return state.registered ? state.tokens : [];
}

function delegationsOf(state: UserState): readonly Delegated[] {
  return state.registered ? state.delegations : [];
}

function toUser(userId: string, state: RegisteredUser): DirectoryUser {
  const { registered: _, tokens: __, delegations: ___, absences: ____, ...rest } = state;
  return { userId, ...rest };
}
