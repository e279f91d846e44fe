import { z } from 'zod';

type Schema = z.core.$ZodType;

const made = new WeakMap<Schema, Schema>();

/**
 * A schema that takes what the one given takes, and gives it out with the keys of its objects in the order in which
 * canonical JSON has them: what is written then need not be sorted first. Nothing rests on it: what comes in another
 * order (a record, what a pipe makes) is sorted where it is written.
 */
export function inCanonicalOrder<T extends Schema>(schema: T): T {
  // Of the same kind: see `ordered`.
  return partOf(schema) as T;
}

function partOf(schema: Schema): Schema {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const result = ordered(schema);
  made.set(schema, result);
  return result;
}

function ordered(schema: Schema): Schema {
  const { core } = z;
  if (schema instanceof core.$ZodObject) {
    const shape: Readonly<Record<string, Schema>> = schema._zod.def.shape;
    const keys = Object.keys(shape).sort();
    return clone(schema, { shape: Object.fromEntries(keys.map(key => [key, partOf(shape[key] ?? schema)])) });
  }
  if (schema instanceof core.$ZodUnion) {
    const { options } = schema._zod.def;
    const parts = options.map(partOf);
    return parts.every((part, at) => part === options[at]) ? schema : clone(schema, { options: parts });
  }
  if (schema instanceof core.$ZodArray) return withInner(schema, 'element', schema._zod.def.element);
  if (
    schema instanceof core.$ZodOptional ||
    schema instanceof core.$ZodNullable ||
    schema instanceof core.$ZodDefault ||
    schema instanceof core.$ZodPrefault ||
    schema instanceof core.$ZodReadonly
  ) {
    return withInner(schema, 'innerType', schema._zod.def.innerType);
  }
  return schema;
}

function withInner<T extends Schema>(schema: T, name: 'element' | 'innerType', inner: Schema): T {
  const part = partOf(inner);
  return part === inner ? schema : clone(schema, { [name]: part });
}

/** The same kind of schema with the same checks, some of its parts replaced. */
function clone<T extends Schema>(schema: T, parts: object): T {
  const def: T['_zod']['def'] = { ...schema._zod.def, ...parts };
  return z.core.clone(schema, def);
}
