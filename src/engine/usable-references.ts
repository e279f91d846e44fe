import { type Actor, isCustomerOnly, STAFF } from '../../domain/case/actor.ts';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import {
  type CodeKind,
  isCodeKind,
  type Reference,
  referencesOf,
  type UnusableReference,
} from '../../domain/case/references.ts';
import { DEFECT_CATEGORIES_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { houseEvents } from '../../domain/log/house-events.ts';
import { customer } from '../../domain/master-data/customer.ts';
import { type DefectCategories, defectCategories } from '../../domain/master-data/defect-categories.ts';
import { product } from '../../domain/master-data/product.ts';
import type { MasterRecord } from '../../domain/master-data/record.ts';
import { party } from '../../domain/party/party.ts';
import { team } from '../../domain/team/team.ts';
import { user } from '../../domain/user/user.ts';
import type { Directory } from '../directory/directory.ts';
import { masterIdOf } from '../directory/master-data.ts';
import type { EventStore } from '../store/event-store.ts';
import type { CommandRequest } from './command-request.ts';
import { isOwnCase, type OwnCaseParts } from './own-case.ts';

/** Where what commands name is looked up. */
export type ReferenceSource = Pick<
  Directory,
  | 'user'
  | 'team'
  | 'party'
  | 'customer'
  | 'product'
  | 'departmentOf'
  | 'supplierOf'
  | 'defectCategories'
  | 'keeps'
  | 'isStaffed'
>;

type Why = UnusableReference['why'];
type Kind = Reference['kind'];

const staff: ReadonlySet<string> = new Set(STAFF);
const CATEGORY: Readonly<Record<Exclude<Kind, 'case' | CodeKind>, string>> = {
  user: user.category,
  colleague: user.category,
  team: team.category,
  contact: party.category,
  customer: customer.category,
  product: product.category,
};

/**
 * Looks for the first thing that a command names and that cannot be meant. A customer's account knows its own cases,
 * people and company: of all others it is told what it would be told if they were not there. What workflows and timers
 * hand on was looked up where it was recorded, and what is imported keeps the codes that it had where it comes from.
 */
export function createReferenceCheck(
  parts: OwnCaseParts & {
    readonly store: Pick<EventStore, 'readStream' | 'logId'>;
    readonly directory: ReferenceSource;
    readonly lifecycles: readonly AnyLifecycle[];
  },
): (
  request: Pick<CommandRequest, 'lifecycle' | 'command' | 'actor'>,
) => Promise<UnusableReference | undefined> {
  const { store, directory, lifecycles } = parts;

  const inDirectory = (kind: Exclude<Kind, 'case' | CodeKind>, id: string): Why | undefined => {
    switch (kind) {
      case 'user':
        return directory.user(id) === undefined ? 'unknown' : undefined;
      case 'colleague': {
        const found = directory.user(id);
        if (found === undefined) return 'unknown';
        if (!found.active) return 'inactive';
        return found.roles.some(role => staff.has(role)) ? undefined : 'noColleague';
      }
      case 'team': {
        const found = directory.team(id);
        return found === undefined ? 'unknown' : found.retired ? 'retired' : undefined;
      }
      case 'contact':
        return directory.party(id) === undefined ? 'unknown' : undefined;
      case 'customer':
        return directory.customer(id) === undefined ? 'unknown' : undefined;
      case 'product':
        return directory.product(id) === undefined ? 'unknown' : undefined;
    }
  };

  const isStream = async (category: string, id: string): Promise<boolean> =>
    (await store.readStream(`${category}-${id}`)).length > 0;

  /** Until the house keeps records of a kind, its codes name what is kept elsewhere. */
  const isKept = async (
    category: 'department' | 'supplier',
    code: string,
    record: MasterRecord | undefined,
  ): Promise<boolean> =>
    record?.code === code ||
    !directory.keeps(category) ||
    (record === undefined && (await isStream(category, masterIdOf(store.logId, category, code))));

  const isListed = async (code: string): Promise<Why | undefined> => {
    const find = ({ categories }: DefectCategories) => categories.find(each => each.code === code);
    const found = find(directory.defectCategories()) ?? find(await newestList());
    return found === undefined ? 'unknown' : found.retired ? 'retired' : undefined;
  };
  /** The directory may be behind the log. */
  const newestList = async (): Promise<DefectCategories> => {
    const newest = (await store.readStream(DEFECT_CATEGORIES_STREAM_ID)).at(-1);
    const published = houseEvents.DefectCategoriesPublished.schema.safeParse(newest?.data);
    return published.success ? published.data : defectCategories.initial;
  };

  /** A retired supplier or department answers for what it did all the same, and is asked nothing any more. */
  const byCode = async (kind: CodeKind, code: string, { data }: AnyCommand): Promise<Why | undefined> => {
    switch (kind) {
      case 'supplier':
        return (await isKept(kind, code, directory.supplierOf(code))) ? undefined : 'unknown';
      case 'department':
        return (await isKept(kind, code, directory.departmentOf(code))) || directory.isStaffed(code)
          ? undefined
          : 'unknown';
      case 'askedDepartment': {
        const record = directory.departmentOf(code);
        if (record?.code === code && record.retired) return 'retired';
        if (directory.isStaffed(code)) return undefined;
        if (!(await isKept('department', code, record))) return 'unknown';
        return data['askedUserId'] === undefined ? 'nobody' : undefined;
      }
      case 'defectCategory':
        return isListed(code);
    }
  };

  const isKnownCase = async (id: string, { roles, id: userId }: Actor): Promise<boolean> => {
    for (const lifecycle of lifecycles) {
      if (!(await isStream(lifecycle.category, id))) continue;
      return !isCustomerOnly({ roles }) || isOwnCase(parts, lifecycle, id, userId);
    }
    return false;
  };

  /** A customer's account knows its own contact and company, colleagues of both, and people that it told us of. */
  const isOwn = async ({ kind, id }: Reference, userId: string): Promise<boolean> => {
    if (kind !== 'contact' && kind !== 'customer') return true;
    const contactId = directory.user(userId)?.contactId;
    const companyId = contactId === undefined ? undefined : directory.party(contactId)?.customerId;
    if (id === contactId || id === companyId) return true;
    if (kind === 'customer') return false;
    if (companyId !== undefined && directory.party(id)?.customerId === companyId) return true;
    const [registered] = await store.readStream(`${party.category}-${id}`);
    return registered?.metadata.actor.id === userId;
  };

  return async ({ lifecycle, command, actor }) => {
    if (actor.role === 'system') return undefined;
    const isCustomers = isCustomerOnly(actor);
    for (const reference of referencesOf(lifecycle, command)) {
      const { kind, id } = reference;
      if (kind === 'case') {
        if (!(await isKnownCase(id, actor))) return { ...reference, why: 'unknown' };
        continue;
      }
      if (isCodeKind(kind)) {
        const why = actor.via === 'import' ? undefined : await byCode(kind, id, command);
        if (why !== undefined) return { ...reference, why };
        continue;
      }
      if (isCustomers && !(await isOwn(reference, actor.id))) return { ...reference, why: 'unknown' };
      const why = inDirectory(kind, id);
      if (why === undefined) continue;
      // The directory may be behind the log: another node has just written it.
      if (why === 'unknown' && (await isStream(CATEGORY[kind], id))) continue;
      return { ...reference, why };
    }
    return undefined;
  };
}
