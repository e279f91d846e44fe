import { z } from 'zod';
import { uuidSchema } from '../log/envelope.ts';
import { type MarkedFinder, type Marks, markedFieldsOf } from '../log/marked-fields.ts';
import { codeSchema } from '../master-data/record.ts';
import type { Decision, Rejected } from './decision.ts';
import { reject } from './decision.ts';

/**
 * What a command may name beside its own case. A `colleague` is a user who can be given work: active, and no
 * customer's account; a `team` takes cases still; a `contact` is a person in a party stream of its own. Departments,
 * suppliers and defect categories go by their codes; an `askedDepartment` is put a question.
 */
const CODE_KINDS = ['department', 'askedDepartment', 'supplier', 'defectCategory'] as const;
export type CodeKind = (typeof CODE_KINDS)[number];
export const REFERENCE_KINDS = [
  'user',
  'colleague',
  'team',
  'contact',
  'customer',
  'product',
  'case',
  ...CODE_KINDS,
] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

export function isCodeKind(kind: ReferenceKind): kind is CodeKind {
  return CODE_KINDS.some(each => each === kind);
}

interface ReferenceMark {
  readonly to: ReferenceKind;
}
const referenceFields = z.registry<ReferenceMark>();
const MARKS: Marks<ReferenceMark> = { markOf: schema => referenceFields.get(schema), name: 'referring' };

/** A uuid that names something: a command that names what there is not is refused. */
function referenceTo(to: Exclude<ReferenceKind, CodeKind>): typeof uuidSchema {
  return marked(to, uuidSchema);
}

/** A code that names something. */
export function codeRef(to: CodeKind, schema: z.ZodString = codeSchema): z.ZodString {
  return marked(to, schema);
}

function marked<T extends z.ZodType>(to: ReferenceKind, schema: T): T {
  const own = schema.clone();
  referenceFields.add(own, { to });
  return own;
}
export const userRef = referenceTo('user');
export const colleagueRef = referenceTo('colleague');
export const teamRef = referenceTo('team');
export const contactRef = referenceTo('contact');
export const customerRef = referenceTo('customer');
export const productRef = referenceTo('product');
export const caseRef = referenceTo('case');

/** Something that a command names, and where: a JSON pointer into its data. */
export interface Reference {
  readonly kind: ReferenceKind;
  /** A uuid, or a code. */
  readonly id: string;
  readonly field: string;
}

export const WHY_UNUSABLE = ['unknown', 'inactive', 'noColleague', 'retired', 'nobody'] as const;
/** A reference that cannot be meant, as it was looked up right before the decision. */
export const unusableReferenceSchema = z.object({
  kind: z.enum(REFERENCE_KINDS),
  id: z.string().min(1).max(200),
  field: z.string().max(200),
  why: z.enum(WHY_UNUSABLE),
});
export type UnusableReference = z.infer<typeof unusableReferenceSchema>;

const finders = new WeakMap<z.core.$ZodType, MarkedFinder<ReferenceMark> | 'none'>();

/** All that data of a schema names. */
function referencesIn(schema: z.core.$ZodType, data: unknown, under = ''): readonly Reference[] {
  let find = finders.get(schema);
  if (find === undefined) {
    find = markedFieldsOf(schema, MARKS) ?? 'none';
    finders.set(schema, find);
  }
  if (find === 'none') return [];
  const found: Reference[] = [];
  find(data, ({ path, mark, value }) => {
    if (typeof value !== 'string') return;
    found.push({ kind: mark.to, id: value, field: `${under}${path.map(key => `/${key}`).join('')}` });
  });
  return found;
}

/** Of a lifecycle, what says where its commands name something. */
interface Naming {
  readonly commands: Readonly<Record<string, { readonly schema: z.core.$ZodType }>>;
  /** The fields that `correctDetails` can put right, whose value is any JSON to its own schema. */
  readonly correctable?: Readonly<
    Record<string, { readonly kind: string; readonly schema?: z.core.$ZodType }>
  >;
}

/** All that a command names beside its own case. */
export function referencesOf(
  { commands, correctable = {} }: Naming,
  { type, data }: { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
): readonly Reference[] {
  const schema = commands[type]?.schema;
  const found = schema === undefined ? [] : referencesIn(schema, data);
  const field = type === 'correctDetails' ? data['field'] : undefined;
  if (typeof field !== 'string' || !Object.hasOwn(correctable, field)) return found;
  const corrected = correctable[field]?.schema;
  return corrected === undefined ? found : [...found, ...referencesIn(corrected, data['to'], '/to')];
}

/** A decision to accept stands only if all that the command names can be meant. */
export function withReferences<E>(
  decision: Decision<E>,
  unusable: readonly UnusableReference[] | undefined,
): Decision<E> {
  const first = decision.outcome === 'accepted' ? unusable?.[0] : undefined;
  return first === undefined ? decision : refused(first);
}

function refused({ kind, id, field, why }: UnusableReference): Rejected {
  switch (why) {
    case 'unknown':
      return unknown(kind, id, field);
    case 'inactive':
      return reject('userHasLeft', { userId: id, field });
    case 'noColleague':
      return reject('notAColleague', { userId: id, field });
    case 'retired':
      return retired(kind, id, field);
    case 'nobody':
      return reject('nobodyToAsk', {
        department: id,
        field,
        hint: 'nobody belongs to it: ask somebody by name (askedUserId), give it people or a head, or ask another',
      });
  }
}

function retired(kind: ReferenceKind, id: string, field: string): Rejected {
  switch (kind) {
    case 'department':
    case 'askedDepartment':
      return reject('departmentIsRetired', { department: id, field });
    case 'defectCategory':
      return reject('defectCategoryIsRetired', { defectCategory: id, field });
    default:
      return reject('teamIsRetired', { teamId: id, field });
  }
}

function unknown(kind: ReferenceKind, id: string, field: string): Rejected {
  switch (kind) {
    case 'user':
    case 'colleague':
      return reject('noSuchUser', { userId: id, field });
    case 'team':
      return reject('noSuchTeam', { teamId: id, field });
    case 'contact':
      return reject('noSuchContact', { contactId: id, field });
    case 'customer':
      return reject('noSuchCustomer', { customerId: id, field });
    case 'product':
      return reject('noSuchProduct', { productId: id, field });
    case 'case':
      return reject('noSuchCase', { caseId: id, field });
    case 'department':
    case 'askedDepartment':
      return reject('noSuchDepartment', { department: id, field });
    case 'supplier':
      return reject('noSuchSupplier', { supplier: id, field });
    case 'defectCategory':
      return reject('noSuchDefectCategory', { defectCategory: id, field });
  }
}
