import { z } from 'zod';

/** A marked field that was found in data. */
export interface MarkedField<M> {
  readonly path: readonly (string | number)[];
  readonly mark: M;
  readonly value: unknown;
  /** The nearest value of an object schema: the one that sibling fields are looked up in. */
  readonly owner: Readonly<Record<string, unknown>>;
}

/** Where the marks are, and what a field that bears one is called in errors. */
export interface Marks<M> {
  /** `get`, not `has`: a schema made from a marked one (`.meta()`, `.refine()`) inherits the mark. */
  markOf(schema: Schema): M | undefined;
  readonly name: string;
}

/** Calls back for each marked field of parsed data, in the schema's order; an intersection may come by one twice. */
export type MarkedFinder<M> = (data: unknown, found: (field: MarkedField<M>) => void) => void;

interface Search<M> {
  readonly path: (string | number)[];
  readonly found: (field: MarkedField<M>) => void;
}
type Walk<M> = (value: unknown, owner: Record<string, unknown>, search: Search<M>) => void;
type Schema = z.core.$ZodType;

/**
 * Compiles a schema into a finder of its marked fields; `undefined` when it has none. The data must be what the schema
 * gave out: a key unknown to the schema is not looked at.
 * @throws TypeError for marks where JSON cannot hold them: keys, maps, sets, files
 */
export function markedFieldsOf<M>(schema: Schema, marks: Marks<M>): MarkedFinder<M> | undefined {
  const compiler = new Compiler(marks);
  if (!compiler.reaches(schema, new Set())) return undefined;
  const walk = compiler.walkOf(schema);
  return (data, found) => walk(data, {}, { path: [], found });
}

class Compiler<M> {
  readonly #marks: Marks<M>;
  readonly #known = new Map<Schema, Walk<M>>();

  constructor(marks: Marks<M>) {
    this.#marks = marks;
  }

  reaches(schema: Schema, seen: Set<Schema> = new Set()): boolean {
    if (this.#marks.markOf(schema) !== undefined) return true;
    if (seen.has(schema)) return false;
    seen.add(schema);
    return partsOf(schema).some(part => this.reaches(part, seen));
  }

  walkOf(schema: Schema): Walk<M> {
    const before = this.#known.get(schema);
    if (before !== undefined) return before;
    // A schema can hold itself: whoever meets it again on the way calls it through this entry.
    let own: Walk<M> | undefined;
    this.#known.set(schema, (value, owner, search) => own?.(value, owner, search));
    own = this.#makeWalk(schema);
    this.#known.set(schema, own);
    return own;
  }

  #partWalk(part: Schema): Walk<M> | undefined {
    return this.reaches(part) ? this.walkOf(part) : undefined;
  }

  #makeWalk(schema: Schema): Walk<M> {
    const { core } = z;
    const mark = this.#marks.markOf(schema);
    if (mark !== undefined) {
      return (value, owner, { path, found }) => found({ path: [...path], mark, value, owner });
    }
    if (schema instanceof core.$ZodObject) return this.#objectWalk(schema);
    if (schema instanceof core.$ZodArray) {
      const walk = this.walkOf(schema._zod.def.element);
      return (value, owner, search) => {
        if (Array.isArray(value)) for (const index of value.keys()) item(value, index, walk, owner, search);
      };
    }
    if (schema instanceof core.$ZodTuple) {
      const { items, rest } = schema._zod.def;
      const walks = items.map(each => this.#partWalk(each));
      const restWalk = rest === null ? undefined : this.#partWalk(rest);
      return (value, owner, search) => {
        if (!Array.isArray(value)) return;
        for (const index of value.keys()) {
          const walk = index < walks.length ? walks[index] : restWalk;
          if (walk !== undefined) item(value, index, walk, owner, search);
        }
      };
    }
    if (schema instanceof core.$ZodRecord) {
      const { keyType, valueType } = schema._zod.def;
      if (this.reaches(keyType)) throw new TypeError(`a key cannot be ${this.#marks.name}`);
      const walk = this.walkOf(valueType);
      return (value, owner, search) => {
        if (isObject(value)) for (const key of Object.keys(value)) step(value, key, walk, owner, search);
      };
    }
    if (schema instanceof core.$ZodUnion) return this.#unionWalk(schema);
    if (schema instanceof core.$ZodIntersection || schema instanceof core.$ZodPipe) {
      // Of a pipe the data may still have the shape of its input (a transform has none of its own).
      const walks = partsOf(schema)
        .map(part => this.#partWalk(part))
        .filter(walk => walk !== undefined);
      return (value, owner, search) => {
        for (const walk of walks) walk(value, owner, search);
      };
    }
    const inner = innerOf(schema);
    if (inner !== undefined) return this.walkOf(inner);
    throw new TypeError(`${this.#marks.name} fields cannot be kept in a ${schema._zod.def.type}`);
  }

  #objectWalk(schema: z.core.$ZodObject): Walk<M> {
    const { shape, catchall } = schema._zod.def;
    const fields: [string, Walk<M>][] = [];
    for (const [key, field] of Object.entries<Schema>(shape)) {
      const walk = this.#partWalk(field);
      if (walk !== undefined) fields.push([key, walk]);
    }
    const others = catchall === undefined ? undefined : this.#partWalk(catchall);
    return (value, _owner, search) => {
      if (!isObject(value)) return;
      for (const [key, walk] of fields) step(value, key, walk, value, search);
      if (others === undefined) return;
      for (const key of Object.keys(value)) if (!(key in shape)) step(value, key, others, value, search);
    };
  }

  /**
   * The option that the data belongs to is found by the discriminator, else by parsing. When none fits
   * (the data went through a transform), all are walked: finding too much is the lesser evil.
   */
  #unionWalk(schema: z.core.$ZodUnion): Walk<M> {
    const options = schema._zod.def.options.map(option => ({ option, walk: this.#partWalk(option) }));
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

function step<M>(
  from: Record<string, unknown>,
  key: string,
  walk: Walk<M>,
  owner: Record<string, unknown>,
  search: Search<M>,
) {
  if (!Object.hasOwn(from, key) || from[key] === undefined) return;
  search.path.push(key);
  walk(from[key], owner, search);
  search.path.pop();
}

function item<M>(
  from: readonly unknown[],
  index: number,
  walk: Walk<M>,
  owner: Record<string, unknown>,
  search: Search<M>,
) {
  search.path.push(index);
  walk(from[index], owner, search);
  search.path.pop();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrimitive(value: unknown): value is z.core.util.Primitive {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}
