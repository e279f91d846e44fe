import { z } from 'zod';
import { uuidSchema } from './envelope.ts';
import { ERASED, personalFields } from './personal.ts';

/** One personal value found in data: where it is, whose it is, and what it says. */
export interface PersonalValue {
  readonly path: readonly (string | number)[];
  /** The uuid of a party or of the case. */
  readonly subject: string;
  readonly value: string;
}

/**
 * Lists the personal values of parsed data, in the schema's order. `caseUuid` is the subject of fields
 * marked `case`, and of those whose sibling field holds no uuid: nothing personal is left without a subject.
 */
export type PersonalCollector = (data: unknown, caseUuid: string) => readonly PersonalValue[];

interface Search {
  readonly caseUuid: string;
  readonly path: (string | number)[];
  readonly found: Map<string, PersonalValue>;
}
/** `owner` is the nearest value of an object schema: the one that sibling fields are looked up in. */
type Walk = (value: unknown, owner: Record<string, unknown>, search: Search) => void;
type Schema = z.core.$ZodType;

const NOTHING: readonly PersonalValue[] = [];
const collectors = new WeakMap<Schema, PersonalCollector>();

/**
 * Compiles a schema into a collector of its personal values; cached by schema, since it stands in the
 * append path. The data must be what the schema gave out: a key unknown to the schema is not looked at.
 * @throws TypeError for personal fields where JSON cannot hold them: keys, maps, sets, files.
 */
export function personalPathsOf(schema: Schema): PersonalCollector {
  const known = collectors.get(schema);
  if (known !== undefined) return known;
  const collector = compile(schema);
  collectors.set(schema, collector);
  return collector;
}

function compile(schema: Schema): PersonalCollector {
  if (!reachesPersonal(schema, new Set())) return () => NOTHING;
  const walk = walkOf(schema, new Map());
  return (data, caseUuid) => {
    const search: Search = { caseUuid, path: [], found: new Map() };
    walk(data, {}, search);
    return search.found.size === 0 ? NOTHING : [...search.found.values()];
  };
}

function reachesPersonal(schema: Schema, seen: Set<Schema>): boolean {
  // `get`, not `has`: a schema made from a marked one (`.meta()`, `.refine()`) inherits the mark.
  if (personalFields.get(schema) !== undefined) return true;
  if (seen.has(schema)) return false;
  seen.add(schema);
  return partsOf(schema).some(part => reachesPersonal(part, seen));
}

function partsOf(schema: Schema): readonly Schema[] {
  const { core } = z;
  if (schema instanceof core.$ZodObject) {
    const { shape, catchall } = schema._zod.def;
    return catchall === undefined ? Object.values(shape) : [...Object.values(shape), catchall];
  }
  if (schema instanceof core.$ZodArray) return [schema._zod.def.element];
  if (schema instanceof core.$ZodTuple) {
    const { items, rest } = schema._zod.def;
    return rest === null ? items : [...items, rest];
  }
  if (schema instanceof core.$ZodRecord || schema instanceof core.$ZodMap) {
    return [schema._zod.def.keyType, schema._zod.def.valueType];
  }
  if (schema instanceof core.$ZodSet) return [schema._zod.def.valueType];
  if (schema instanceof core.$ZodUnion) return schema._zod.def.options;
  if (schema instanceof core.$ZodIntersection) return [schema._zod.def.left, schema._zod.def.right];
  if (schema instanceof core.$ZodPipe) return [schema._zod.def.in, schema._zod.def.out];
  const inner = innerOf(schema);
  return inner === undefined ? [] : [inner];
}

/** What a wrapper wraps: the data has the same shape with and without it. */
function innerOf(schema: Schema): Schema | undefined {
  const { core } = z;
  if (schema instanceof core.$ZodLazy) return schema._zod.innerType;
  if (
    schema instanceof core.$ZodOptional ||
    schema instanceof core.$ZodNullable ||
    schema instanceof core.$ZodDefault ||
    schema instanceof core.$ZodPrefault ||
    schema instanceof core.$ZodNonOptional ||
    schema instanceof core.$ZodReadonly ||
    schema instanceof core.$ZodCatch
  ) {
    return schema._zod.def.innerType;
  }
  return undefined;
}

function walkOf(schema: Schema, known: Map<Schema, Walk>): Walk {
  const before = known.get(schema);
  if (before !== undefined) return before;
  // A schema can hold itself: whoever meets it again on the way calls it through this entry.
  let own: Walk | undefined;
  known.set(schema, (value, owner, search) => own?.(value, owner, search));
  own = makeWalk(schema, known);
  known.set(schema, own);
  return own;
}

function makeWalk(schema: Schema, known: Map<Schema, Walk>): Walk {
  const { core } = z;
  const meta = personalFields.get(schema);
  if (meta !== undefined) return (value, owner, search) => take(value, meta.subject, owner, search);
  const partWalk = (part: Schema): Walk | undefined =>
    reachesPersonal(part, new Set()) ? walkOf(part, known) : undefined;

  if (schema instanceof core.$ZodObject) {
    const { shape, catchall } = schema._zod.def;
    const fields: [string, Walk][] = [];
    for (const [key, field] of Object.entries<Schema>(shape)) {
      const walk = partWalk(field);
      if (walk !== undefined) fields.push([key, walk]);
    }
    const others = catchall === undefined ? undefined : partWalk(catchall);
    return (value, _owner, search) => {
      if (!isObject(value)) return;
      for (const [key, walk] of fields) step(value, key, walk, value, search);
      if (others === undefined) return;
      for (const key of Object.keys(value)) if (!(key in shape)) step(value, key, others, value, search);
    };
  }
  if (schema instanceof core.$ZodArray) {
    const walk = walkOf(schema._zod.def.element, known);
    return (value, owner, search) => {
      if (Array.isArray(value)) for (const index of value.keys()) item(value, index, walk, owner, search);
    };
  }
  if (schema instanceof core.$ZodTuple) {
    const { items, rest } = schema._zod.def;
    const walks = items.map(partWalk);
    const restWalk = rest === null ? undefined : partWalk(rest);
    return (value, owner, search) => {
      if (!Array.isArray(value)) return;
      for (const index of value.keys()) {
        const walk = index < walks.length ? walks[index] : restWalk;
        if (walk !== undefined) item(value, index, walk, owner, search);
      }
    };
  }
  if (schema instanceof core.$ZodRecord) {
    if (reachesPersonal(schema._zod.def.keyType, new Set())) throw new TypeError('a key cannot be personal');
    const walk = walkOf(schema._zod.def.valueType, known);
    return (value, owner, search) => {
      if (isObject(value)) for (const key of Object.keys(value)) step(value, key, walk, owner, search);
    };
  }
  if (schema instanceof core.$ZodUnion) return unionWalk(schema, partWalk);
  if (schema instanceof core.$ZodIntersection || schema instanceof core.$ZodPipe) {
    // Of a pipe the data may still have the shape of its input (a transform has none of its own).
    const walks = partsOf(schema)
      .map(partWalk)
      .filter(walk => walk !== undefined);
    return (value, owner, search) => {
      for (const walk of walks) walk(value, owner, search);
    };
  }
  const inner = innerOf(schema);
  if (inner !== undefined) return walkOf(inner, known);
  throw new TypeError(`personal fields cannot be kept in a ${schema._zod.def.type}`);
}

/**
 * The option that the data belongs to is found by the discriminator, else by parsing. When none fits
 * (the data went through a transform), all are walked: sealing too much is the lesser evil.
 */
function unionWalk(schema: z.core.$ZodUnion, partWalk: (part: Schema) => Walk | undefined): Walk {
  const options = schema._zod.def.options.map(option => ({ option, walk: partWalk(option) }));
  const discriminator =
    schema instanceof z.core.$ZodDiscriminatedUnion ? schema._zod.def.discriminator : undefined;
  return (value, owner, search) => {
    const fitting = options.find(({ option }) => {
      if (discriminator === undefined) return z.safeParse(option, value).success;
      const tag = isObject(value) ? value[discriminator] : undefined;
      return isPrimitive(tag) && option._zod.propValues?.[discriminator]?.has(tag) === true;
    });
    if (fitting !== undefined) return fitting.walk?.(value, owner, search);
    for (const { walk } of options) walk?.(value, owner, search);
  };
}

function step(
  from: Record<string, unknown>,
  key: string,
  walk: Walk,
  owner: Record<string, unknown>,
  search: Search,
) {
  if (!Object.hasOwn(from, key) || from[key] === undefined) return;
  search.path.push(key);
  walk(from[key], owner, search);
  search.path.pop();
}

function item(
  from: readonly unknown[],
  index: number,
  walk: Walk,
  owner: Record<string, unknown>,
  search: Search,
) {
  search.path.push(index);
  walk(from[index], owner, search);
  search.path.pop();
}

function take(value: unknown, subjectField: string, owner: Record<string, unknown>, search: Search): void {
  // What was erased before stays so: there is nothing in it to protect.
  if (typeof value !== 'string' || value === ERASED) return;
  const path = [...search.path];
  const subject = subjectField === 'case' ? search.caseUuid : uuidIn(owner[subjectField], search.caseUuid);
  // By its path: an intersection or a pipe may come by the same field twice.
  search.found.set(JSON.stringify(path), { path, subject, value });
}

function uuidIn(value: unknown, otherwise: string): string {
  const parsed = uuidSchema.safeParse(value);
  return parsed.success ? parsed.data : otherwise;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrimitive(value: unknown): value is z.core.util.Primitive {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}
