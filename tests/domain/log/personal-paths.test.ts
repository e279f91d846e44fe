import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERASED, personal, SEALED } from '../../../domain/log/personal.ts';
import { personalPathsOf } from '../../../domain/log/personal-paths.ts';

const caseUuid = '01930000-0000-7000-8000-000000000001';
const partyId = '01930000-0000-7000-8000-000000000002';
const otherId = '01930000-0000-7000-8000-000000000003';

function found(schema: z.ZodType, data: unknown): string[] {
  return personalPathsOf(schema)(data, caseUuid).map(({ path, subject, value }) => {
    const whose = subject === caseUuid ? 'case' : subject.slice(-1);
    return `${path.join('.')} ${whose} ${value}`;
  });
}

describe('personal values are found', () => {
  test.each<[string, z.ZodType, unknown, string[]]>([
    ['in a field', z.object({ text: personal(z.string()) }), { text: 'x' }, ['text case x']],
    [
      'in an optional, nullable, defaulted and read-only field',
      z.object({
        a: personal(z.string()).optional(),
        b: personal(z.string()).nullable(),
        c: personal(z.string()).default('z'),
        d: personal(z.string()).readonly(),
      }),
      { a: 'w', b: 'x', c: 'y', d: 'z' },
      ['a case w', 'b case x', 'c case y', 'd case z'],
    ],
    [
      'in a field that was given a title or one more rule after its mark',
      z.object({
        a: personal(z.string()).meta({ title: 'A' }),
        b: personal(z.string()).refine(() => true),
      }),
      { a: 'x', b: 'y' },
      ['a case x', 'b case y'],
    ],
    [
      'in each element of an array, with the subject of its own object',
      z.object({ people: z.array(z.object({ id: z.uuid(), name: personal(z.string(), 'id') })) }),
      {
        people: [
          { id: partyId, name: 'x' },
          { id: otherId, name: 'y' },
        ],
      },
      ['people.0.name 2 x', 'people.1.name 3 y'],
    ],
    [
      'in an array of texts, with the subject of the object around it',
      z.object({ id: z.uuid(), lines: z.array(personal(z.string(), 'id')) }),
      { id: partyId, lines: ['x', 'y'] },
      ['lines.0 2 x', 'lines.1 2 y'],
    ],
    [
      'in the values of a record',
      z.record(z.string(), personal(z.string())),
      { a: 'x', b: 'y' },
      ['a case x', 'b case y'],
    ],
    [
      'in what an object takes beside its own keys',
      z.object({ a: z.string() }).catchall(personal(z.string())),
      { a: 'open', b: 'x' },
      ['b case x'],
    ],
    [
      'in a tuple and its rest',
      z.tuple([z.string(), personal(z.string())], personal(z.string())),
      ['open', 'x', 'y'],
      ['1 case x', '2 case y'],
    ],
    [
      'once, on both sides of a pipe',
      z.object({ a: personal(z.string()) }).pipe(z.object({ a: personal(z.string()) })),
      { a: 'x' },
      ['a case x'],
    ],
    [
      'before a transform that leaves the shape',
      z.object({ a: personal(z.string()) }).transform(value => value),
      { a: 'x' },
      ['a case x'],
    ],
    [
      'in the parts of an intersection',
      z.intersection(z.object({ a: personal(z.string()) }), z.object({ b: personal(z.string()) })),
      { a: 'x', b: 'y' },
      ['a case x', 'b case y'],
    ],
  ])('%s', (_where, schema, data, expected) => {
    expect(found(schema, data)).toEqual(expected);
  });

  test('in a schema that holds itself', () => {
    interface Thread {
      text: string;
      answers: Thread[];
    }
    const thread: z.ZodType<Thread> = z.object({
      text: personal(z.string()),
      answers: z.lazy(() => z.array(thread)),
    });
    expect(found(thread, { text: 'x', answers: [{ text: 'y', answers: [] }] })).toEqual([
      'text case x',
      'answers.0.text case y',
    ]);
  });
});

describe('in a union', () => {
  const person = z.object({ kind: z.literal('person'), name: personal(z.string()) });
  const product = z.object({ kind: z.literal('product'), name: z.string() });

  test.each([
    ['discriminated', z.discriminatedUnion('kind', [person, product])],
    ['plain', z.union([person, product])],
  ])('only the fields of the option that the data has are personal (%s)', (_kind, schema) => {
    expect(found(schema, { kind: 'product', name: 'zip' })).toEqual([]);
    expect(found(schema, { kind: 'person', name: 'x' })).toEqual(['name case x']);
  });

  test('the fields of all options are taken when the data has none of them', () => {
    expect(found(z.union([person, product]), { kind: 'gone', name: 'x' })).toEqual(['name case x']);
  });
});

describe('the subject of a field', () => {
  const schema = z.object({ id: z.string().optional(), name: personal(z.string(), 'id') });

  test('is the uuid that its sibling holds', () => {
    expect(found(schema, { id: partyId, name: 'x' })).toEqual(['name 2 x']);
  });

  test.each([
    ['is missing', { name: 'x' }],
    ['holds no uuid', { id: 'P-17', name: 'x' }],
  ])('is the case when its sibling %s', (_what, data) => {
    expect(found(schema, data)).toEqual(['name case x']);
  });
});

test('what was erased is not personal any more, but the mark itself may be a text', () => {
  const schema = z.object({ a: personal(z.string()), b: personal(z.string()) });
  expect(found(schema, { a: ERASED, b: SEALED })).toEqual([`b case ${SEALED}`]);
});

test('a schema is compiled once', () => {
  const schema = z.object({ a: personal(z.string()) });
  expect(personalPathsOf(schema)).toBe(personalPathsOf(schema));
});

test.each([
  ['a map', z.map(z.string(), personal(z.string()))],
  ['a set', z.set(personal(z.string()))],
  ['a key', z.record(personal(z.string()), z.string())],
])('a personal field in %s is refused', (_where, schema) => {
  expect(() => personalPathsOf(schema)).toThrow(TypeError);
});
