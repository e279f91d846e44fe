import fc from 'fast-check';
import { v4 } from 'uuid';
import { z } from 'zod';
import { personal } from '../../domain/log/personal.ts';
import type { Json } from '../../src/privacy/json-edit.ts';

/** A schema, data that it accepts, and every personal text in the data. */
export interface PersonalSample {
  readonly schema: z.ZodType;
  readonly data: Json;
  readonly secrets: readonly string[];
}

const plain: fc.Arbitrary<PersonalSample> = fc.constantFrom(
  { schema: z.string(), data: 'open', secrets: [] },
  { schema: z.int(), data: 7, secrets: [] },
  { schema: z.boolean().nullable(), data: null, secrets: [] },
  { schema: z.json(), data: { a: ['b'] }, secrets: [] },
);

/** Secrets are random, so that one found in stored text can only have leaked. */
const secret = fc
  .tuple(fc.constantFrom('张三 ', '“a"\\\n', '~/', ''), fc.uuid())
  .map(([prefix, tail]) => prefix + tail);
const leaf: fc.Arbitrary<PersonalSample> = secret.map(text => ({
  schema: personal(z.string().max(100)),
  data: text,
  // Stored text is JSON: the prefix may look different in it.
  secrets: [text.slice(-36)],
}));

const key = fc.constantFrom('name', 'a/b', '~', 'ü', '0', '__proto__', 'kind ');

function objectOf(parts: readonly (readonly [string, PersonalSample])[]): PersonalSample {
  const shape: Record<string, z.ZodType> = {};
  const data: Record<string, Json> = {};
  for (const [name, part] of parts) {
    // zod drops a field of this name from its output: it can be in no stored data.
    const field = name === '__proto__' ? '_proto' : name;
    shape[field] = part.schema;
    data[field] = part.data;
  }
  return { schema: z.object(shape), data, secrets: parts.flatMap(([, part]) => part.secrets) };
}

/** Random schemas out of everything that may hold a personal field, with data to match. */
export function personalSchemaAndData(): fc.Arbitrary<PersonalSample> {
  const { sample } = fc.letrec<{ sample: PersonalSample }>(tie => ({
    sample: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      plain,
      fc
        .uniqueArray(fc.tuple(key, tie('sample')), { maxLength: 4, selector: ([name]) => name })
        .map(objectOf),
      fc.tuple(secret, fc.boolean()).map(([text, known]) => ({
        schema: z.object({ whoId: z.uuid().optional(), name: personal(z.string(), 'whoId') }),
        data: known ? { whoId: v4(), name: text } : { name: text },
        secrets: [text.slice(-36)],
      })),
      tie('sample').map(part => ({ ...part, schema: part.schema.optional() })),
      tie('sample').map(part => ({ ...part, schema: part.schema.nullable().readonly() })),
      tie('sample').map(part => ({ ...part, schema: z.lazy(() => part.schema) })),
      tie('sample').map(part => ({ ...part, schema: part.schema.pipe(z.any()) })),
      tie('sample').map(part => ({ ...part, schema: z.preprocess(value => value, part.schema) })),
      fc.array(secret, { maxLength: 3 }).map(texts => ({
        schema: z.array(personal(z.string())),
        data: texts,
        secrets: texts.map(text => text.slice(-36)),
      })),
      tie('sample').map(part => ({ ...part, schema: z.tuple([part.schema]), data: [part.data] })),
      fc.tuple(key, tie('sample')).map(([name, part]) => ({
        ...part,
        schema: z.record(z.string(), part.schema),
        data: JSON.parse(
          `{${JSON.stringify(name === '__proto__' ? 'p' : name)}:${JSON.stringify(part.data)}}`,
        ),
      })),
      fc.tuple(tie('sample'), tie('sample'), fc.boolean()).map(([one, other, first]) => ({
        schema: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('one'), it: one.schema }),
          z.object({ kind: z.literal('other'), it: other.schema }),
        ]),
        data: first ? { kind: 'one', it: one.data } : { kind: 'other', it: other.data },
        secrets: first ? one.secrets : other.secrets,
      })),
      tie('sample').map(part => ({
        ...part,
        schema: z.union([z.object({ it: part.schema }), z.int()]),
        data: { it: part.data },
      })),
      fc.tuple(tie('sample'), tie('sample')).map(([one, other]) => ({
        schema: z.intersection(z.object({ one: one.schema }), z.object({ other: other.schema })),
        data: { one: one.data, other: other.data },
        secrets: [...one.secrets, ...other.secrets],
      })),
    ),
  }));
  return sample;
}
