import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Upcasters, upcast } from '../../../domain/log/upcast.ts';

const definitions = {
  Weighed: { schemaVersion: 3, schema: z.object({ grams: z.int(), scale: z.string() }) },
};
const steps: Upcasters = {
  Weighed: {
    1: ({ kilos, ...rest }) => ({ ...rest, grams: Number(kilos) * 1000 }),
    2: data => ({ ...data, scale: 'unknown' }),
  },
};

describe('an event of an older schema version', () => {
  it('is brought to today’s step by step', () => {
    const event = { type: 'Weighed', schemaVersion: 1, data: { kilos: 2, by: '[sealed]' } };
    expect(upcast(event, definitions, steps)).toEqual({
      outcome: 'current',
      data: { grams: 2000, scale: 'unknown', by: '[sealed]' },
    });
  });

  it('starts at the version it was written in', () => {
    const event = { type: 'Weighed', schemaVersion: 2, data: { grams: 5 } };
    expect(upcast(event, definitions, steps)).toMatchObject({ data: { grams: 5, scale: 'unknown' } });
  });

  it('is left as it is when it is of today', () => {
    const data = { grams: 5, scale: 'A' };
    const current = upcast({ type: 'Weighed', schemaVersion: 3, data }, definitions, steps);
    expect(current.outcome === 'current' && current.data).toBe(data);
  });

  it('is a bug of the release when a step is missing', () => {
    const event = { type: 'Weighed', schemaVersion: 1, data: {} };
    expect(() => upcast(event, definitions, {})).toThrow('no upcaster for Weighed from version 1');
  });
});

describe('an event of a newer release', () => {
  it.each([
    ['Weighed', 4],
    ['Measured', 1],
    ['toString', 1],
  ])('is unknown: %s version %i', (type, schemaVersion) => {
    expect(upcast({ type, schemaVersion, data: {} }, definitions, steps)).toEqual({ outcome: 'unknown' });
  });
});
