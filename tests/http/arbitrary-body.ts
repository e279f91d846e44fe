import fc from 'fast-check';
import { z } from 'zod';
import { instantText } from '../../src/http/instants.ts';

type Schema = z.core.$ZodType;

export interface Ingredients {
  /** Ids that may exist. */
  readonly ids: fc.Arbitrary<unknown>;
  /** What stands where something else belongs, now and then. */
  readonly wrong: fc.Arbitrary<unknown>;
}

/** Bodies that a schema of the interface mostly takes, so that they get as far as the rules behind it. */
export function arbitraryBody(schema: Schema, ingredients: Ingredients): fc.Arbitrary<unknown> {
  const part = (inner: Schema) => arbitraryBody(inner, ingredients);
  const right = rightValue(schema, part, ingredients);
  return fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: ingredients.wrong });
}

function rightValue(
  schema: Schema,
  part: (inner: Schema) => fc.Arbitrary<unknown>,
  { ids, wrong }: Ingredients,
): fc.Arbitrary<unknown> {
  const { core } = z;
  if (schema === instantText) return instantNearNow;
  if (schema instanceof core.$ZodObject) {
    const shape = Object.entries<Schema>(schema._zod.def.shape);
    const parts: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
      shape.map(([name, field]) => [name, part(field)]),
    );
    const needed = shape.filter(([, field]) => field._zod.optin !== 'optional').map(([name]) => name);
    return fc.record(parts, { requiredKeys: needed });
  }
  if (schema instanceof core.$ZodArray) return fc.array(part(schema._zod.def.element), { maxLength: 3 });
  if (schema instanceof core.$ZodUnion) return fc.oneof(...schema._zod.def.options.map(part));
  if (
    schema instanceof core.$ZodOptional ||
    schema instanceof core.$ZodDefault ||
    schema instanceof core.$ZodNullable ||
    schema instanceof core.$ZodPrefault ||
    schema instanceof core.$ZodReadonly
  ) {
    return part(schema._zod.def.innerType);
  }
  if (schema instanceof core.$ZodEnum) return fc.constantFrom(...Object.values(schema._zod.def.entries));
  if (schema instanceof core.$ZodLiteral) return fc.constantFrom(...schema._zod.def.values);
  if (schema instanceof core.$ZodBoolean) return fc.boolean();
  if (schema instanceof core.$ZodNumber) {
    const { minimum = 0, maximum = 1000 } = schema._zod.bag;
    const [min, max] = [Math.max(Number(minimum), -1000), Math.min(Number(maximum), 1_000_000)];
    return fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min, max: Math.min(max, min + 6) }) },
      fc.integer({ min, max }),
    );
  }
  if (schema instanceof core.$ZodString) return rightText(schema, ids);
  if (schema instanceof core.$ZodPipe) return part(schema._zod.def.in);
  return fc.oneof(wrong, instantNearNow, ids);
}

function rightText(schema: z.core.$ZodString, ids: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const isId =
    z.safeParse(schema, '0a1b2c3d-0000-4000-8000-000000000000').success &&
    !z.safeParse(schema, 'text').success;
  if (isId) return ids;
  const samples = [
    'a text',
    '拉头脱落',
    'receivedAt',
    'onSite',
    'CNY',
    'image/jpeg',
    'a'.repeat(64),
    'a@example.com',
    '2026-12-01',
    '2027-01-10',
    'slider',
    '+86 138 0000 0000',
  ];
  const fitting = samples.filter(sample => z.safeParse(schema, sample).success);
  return fitting.length === 0 ? fc.string() : fc.constantFrom(...fitting);
}

const DAY_MS = 86_400_000;
const instantNearNow = fc
  .oneof(fc.integer({ min: -3_600_000, max: 0 }), fc.integer({ min: -40 * DAY_MS, max: 40 * DAY_MS }))
  .map(ms => new Date(Date.now() + ms).toISOString());
