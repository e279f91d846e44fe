import { z } from 'zod';
import { ERASED, personalFields, SEALED } from '../../domain/log/personal.ts';
import { instantText } from './instants.ts';

type Schema = z.core.$ZodType;

/**
 * The schema of the interface for one of the domain's: instants are texts with an offset, no object takes a field
 * that it does not know, and a personal field is plain text. What it gives out is what the domain's own schema takes.
 * Parsed once, at the door; OpenAPI is made from the same object.
 */
export function wireSchema(schema: z.ZodObject): z.ZodObject {
  const wire = rewritten(schema, new Map());
  if (wire instanceof z.ZodObject) return wire;
  throw new TypeError('an object schema is rewritten to an object schema');
}

function rewritten(schema: Schema, known: Map<Schema, Schema>): Schema {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const made = withMeta(
    schema,
    rewrite(schema, part => rewritten(part, known)),
  );
  known.set(schema, made);
  return made;
}

function rewrite(schema: Schema, part: (schema: Schema) => Schema): Schema {
  const { core } = z;
  if (isInstant(schema)) return instantText;
  if (schema instanceof core.$ZodUnion) {
    const [plain] = schema._zod.def.options;
    // A union made by `personal`: on the interface nobody sends `[sealed]`.
    if (personalFields.has(schema) && plain !== undefined) return noMark(part(plain));
    return changed(schema, { options: schema._zod.def.options.map(part) });
  }
  if (schema instanceof core.$ZodObject) {
    const shape = Object.fromEntries(
      Object.entries<Schema>(schema._zod.def.shape).map(([key, field]) => [key, part(field)]),
    );
    return changed(schema, { shape, catchall: z.never() });
  }
  if (schema instanceof core.$ZodArray) return changed(schema, { element: part(schema._zod.def.element) });
  if (schema instanceof core.$ZodRecord) {
    return changed(schema, { valueType: part(schema._zod.def.valueType) });
  }
  if (schema instanceof core.$ZodTuple) {
    const { items, rest } = schema._zod.def;
    return changed(schema, { items: items.map(part), rest: rest === null ? null : part(rest) });
  }
  if (
    schema instanceof core.$ZodOptional ||
    schema instanceof core.$ZodNullable ||
    schema instanceof core.$ZodDefault ||
    schema instanceof core.$ZodPrefault ||
    schema instanceof core.$ZodReadonly
  ) {
    return changed(schema, { innerType: part(schema._zod.def.innerType) });
  }
  // The rest holds no parts, or parts that hold no instant (any JSON, which refers to itself).
  return schema;
}

/** What stands where a text was sealed or erased is no text: sent by somebody it would look like one that was. */
function noMark(plain: Schema): Schema {
  return plain instanceof z.ZodType
    ? plain.refine(text => text !== SEALED && text !== ERASED, `must not be ${SEALED} or ${ERASED}`)
    : plain;
}

function isInstant(schema: Schema): boolean {
  return z.globalRegistry.get(schema)?.id === 'Instant';
}

/** The same kind of schema with the same checks, some of its parts replaced. */
function changed<T extends Schema>(schema: T, parts: object): T {
  const def: T['_zod']['def'] = { ...schema._zod.def, ...parts };
  return z.core.clone(schema, def);
}

/** What was said about the old schema, but for its id: two schemas of one id cannot be in one document. */
function withMeta(from: Schema, to: Schema): Schema {
  if (from === to || to === instantText) return to;
  const meta = z.globalRegistry.get(from);
  if (meta !== undefined) {
    const { id: _, ...rest } = meta;
    z.globalRegistry.add(to, { ...rest });
  }
  return to;
}
