import { z } from 'zod';
import { instantSchema, uuidSchema } from '../../domain/log/envelope.ts';
import { personalFields } from '../../domain/log/personal.ts';

/** Texts to try where a schema wants a certain form: the first that it takes. */
const TEXTS = [
  '左拉链止口松脱，请看照片 “B-1” \\ 🧵',
  'B-1',
  'zipperStop',
  '2026-03-02',
  '08:30',
  'PT24H',
  'image/jpeg',
  'CNY',
  'zhang@example.com',
  '0123456789abcdef'.repeat(4),
  '018f0000-0000-7000-8000-000000000000',
  '0123456789abcdef'.repeat(2),
];
const NUMBERS = [2, 0.8, 1, 0, 1_772_416_800_000, 503];

/** Counts on, so that no two ids of a sample are the same. */
export interface Counter {
  ids: number;
}

/**
 * A value that a schema takes with every optional field in it, and in a list one of each kind: what is stored of an
 * event at its largest. The same schema gives the same value.
 * @throws Error for a schema that none of the texts and numbers above fits: then the sample is to be written by hand
 */
export function wholeValue(schema: z.core.$ZodType, counter: Counter = { ids: 0 }): unknown {
  const { core } = z;
  const of = (part: z.core.$ZodType) => wholeValue(part, counter);
  if (schema === instantSchema) return 1_772_416_800_000 + counter.ids++ * 1_000;
  if (schema === uuidSchema)
    return `018f0000-0000-7000-8000-${(++counter.ids).toString(16).padStart(12, '0')}`;
  if (
    schema instanceof core.$ZodOptional ||
    schema instanceof core.$ZodDefault ||
    schema instanceof core.$ZodNullable ||
    schema instanceof core.$ZodReadonly
  ) {
    return of(schema._zod.def.innerType);
  }
  if (schema instanceof core.$ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema._zod.def.shape);
    return Object.fromEntries(fields.map(([key, field]) => [key, of(field)]));
  }
  if (schema instanceof core.$ZodArray) {
    const { element } = schema._zod.def;
    const kinds = kindsOf(element);
    const list = kinds.map(of);
    return z.safeParse(schema, list).success ? list : list.slice(0, 1);
  }
  if (schema instanceof core.$ZodUnion) return of(firstOf(schema._zod.def.options));
  if (schema instanceof core.$ZodRecord) return { field: of(schema._zod.def.valueType) };
  if (schema instanceof core.$ZodEnum) return firstOf(Object.values(schema._zod.def.entries));
  if (schema instanceof core.$ZodLiteral) return firstOf(schema._zod.def.values);
  if (schema instanceof core.$ZodBoolean) return true;
  if (schema instanceof core.$ZodString) return fitting(schema, TEXTS);
  if (schema instanceof core.$ZodNumber) return fitting(schema, NUMBERS);
  if (schema instanceof core.$ZodLazy) return 'any JSON';
  throw new Error(`no sample value for a schema of ${schema._zod.def.type}`);
}

/** What stands in a list: one of each kind of a union that tells its kinds apart, of an enumeration one of each value. */
function kindsOf(element: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { core } = z;
  if (element instanceof core.$ZodEnum) {
    return Object.values(element._zod.def.entries).map(value => z.literal(value));
  }
  const apart = element instanceof core.$ZodUnion && personalFields.get(element) === undefined;
  return apart ? element._zod.def.options : [element];
}

function fitting<T>(schema: z.core.$ZodType, values: readonly T[]): T {
  return firstOf(values.filter(value => z.safeParse(schema, value).success));
}

function firstOf<T>(values: readonly T[]): T {
  const [first] = values;
  if (first === undefined) throw new Error('no sample value fits: write the sample by hand');
  return first;
}
