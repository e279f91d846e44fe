import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lifecycles } from '../../domain/lifecycles.ts';
import { instantSchema } from '../../domain/log/envelope.ts';
import { instantsToText, instantWriter, isInstantField, parseInstant } from '../../src/http/instants.ts';
import { wireSchema } from '../../src/http/wire-schema.ts';

const instant = fc.integer({ min: 0, max: Date.parse('2199-12-31T00:00:00Z') });
const zone = fc.constantFrom(
  'Asia/Shanghai',
  'UTC',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'Africa/Monrovia',
);

describe('instants on the interface', () => {
  it('come back the same from what is written, in any zone', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        expect(parseInstant(instantWriter(timeZone)(at))).toBe(at);
      }),
    );
  });

  it('are written with the offset of that instant', () => {
    const write = instantWriter('America/New_York');
    expect(write(Date.parse('2026-01-01T00:00:00Z'))).toBe('2025-12-31T19:00:00.000-05:00');
    expect(write(Date.parse('2026-07-01T00:00:00Z'))).toBe('2026-06-30T20:00:00.000-04:00');
  });

  it.each([
    '2026-03-01T09:30+08:00',
    '2026-03-01 09:30:00+08:00',
    '2026-03-01T09:30:00+08:00[Asia/Shanghai]',
    '2026-03-01T24:00:00Z',
    '2026-13-01T00:00:00Z',
    '20260301T093000Z',
    'now',
    '',
  ])('are not %j', text => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('are told from other numbers by name, and a correction by the field that it names', () => {
    const write = instantWriter('UTC');
    expect(
      instantsToText(
        {
          dueAt: 0,
          remindAt: [0, 1],
          warnAt: [0.8],
          leftMs: 5,
          field: 'receivedAt',
          from: 0,
          to: 1,
          deep: [{ at: 0, field: 'quantity', to: 3 }],
        },
        write,
      ),
    ).toEqual({
      dueAt: '1970-01-01T00:00:00.000+00:00',
      remindAt: ['1970-01-01T00:00:00.000+00:00', '1970-01-01T00:00:00.001+00:00'],
      warnAt: [0.8],
      leftMs: 5,
      field: 'receivedAt',
      from: '1970-01-01T00:00:00.000+00:00',
      to: '1970-01-01T00:00:00.001+00:00',
      deep: [{ at: '1970-01-01T00:00:00.000+00:00', field: 'quantity', to: 3 }],
    });
  });

  it('are named as instants wherever a lifecycle has one, and nothing else is', () => {
    let instants = 0;
    for (const { events, commands } of lifecycles) {
      for (const definition of [...Object.values(events), ...Object.values(commands)]) {
        for (const { name, schema } of fields(definition.schema, '')) {
          const isInstant = z.globalRegistry.get(schema)?.id === 'Instant' || schema === instantSchema;
          const isNumber = schema instanceof z.core.$ZodNumber;
          if (isInstant) instants++;
          if (isInstant || isNumber) expect([name, isInstantField(name)]).toEqual([name, isInstant]);
        }
      }
    }
    expect(instants).toBeGreaterThan(50);
  });
});

/** Every leaf of a schema with the name of the field that holds it. */
function fields(schema: z.core.$ZodType, name: string): { name: string; schema: z.core.$ZodType }[] {
  const { core } = z;
  if (schema instanceof core.$ZodObject) {
    return Object.entries<z.core.$ZodType>(schema._zod.def.shape).flatMap(([key, field]) =>
      fields(field, key),
    );
  }
  if (schema instanceof core.$ZodArray) return fields(schema._zod.def.element, name);
  if (schema instanceof core.$ZodUnion)
    return schema._zod.def.options.flatMap(option => fields(option, name));
  if (
    schema instanceof core.$ZodOptional ||
    schema instanceof core.$ZodDefault ||
    schema instanceof core.$ZodNullable
  ) {
    return fields(schema._zod.def.innerType, name);
  }
  return [{ name, schema }];
}

describe('the schemas of the interface', () => {
  it('take what the domain takes once instants are texts, and give out the same', () => {
    const schema = z.object({
      dueAt: instantSchema.optional(),
      list: z.array(z.object({ at: instantSchema, text: z.string().trim() })).default([]),
      either: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), at: instantSchema }),
        z.object({ kind: z.literal('b') }),
      ]),
    });
    const wire = wireSchema(schema);
    const text = '2026-03-01T09:30:00+08:00';
    const at = Date.parse(text);
    expect(
      wire.parse({ dueAt: text, list: [{ at: text, text: ' x ' }], either: { kind: 'a', at: text } }),
    ).toEqual(schema.parse({ dueAt: at, list: [{ at, text: 'x' }], either: { kind: 'a', at } }));
    expect(wire.parse({ either: { kind: 'b' } })).toEqual({ list: [], either: { kind: 'b' } });
    expect(wire.safeParse({ either: { kind: 'b', more: 1 } }).success).toBe(false);
  });

  it('keep the checks of the whole', () => {
    const schema = z
      .object({ from: instantSchema, to: instantSchema })
      .refine(({ from, to }) => from < to, 'must end after it begins');
    const wire = wireSchema(schema);
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
    expect(wire.safeParse({ from: early, to: late }).success).toBe(true);
    expect(wire.safeParse({ from: late, to: early }).error?.issues[0]?.message).toBe(
      'must end after it begins',
    );
  });
});
