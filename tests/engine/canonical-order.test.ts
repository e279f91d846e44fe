import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lifecycles } from '../../domain/lifecycles.ts';
import { inCanonicalOrder } from '../../src/engine/canonical-order.ts';
import { canonicalJson } from '../../src/store/canonical-json.ts';
import { readSamples } from '../log-format/samples-file.ts';

const events = new Map(lifecycles.flatMap(lifecycle => Object.entries(lifecycle.events)));
const samples = readSamples()
  .filter(({ stored }) => events.get(stored.type)?.schemaVersion === stored.schemaVersion)
  .map(({ stored, opened }) => ({ type: stored.type, opened }));

describe('a schema in canonical order', () => {
  it.each(samples)('gives $type out as the schema itself does', ({ type, opened }) => {
    const schema = events.get(type)?.schema ?? z.never();
    expect(inCanonicalOrder(schema).parse(opened)).toEqual(schema.parse(opened));
  });

  it('gives objects out with their keys in order, at every depth', () => {
    const schema = z.object({
      b: z.array(z.object({ z: z.string(), a: z.string().optional() })),
      a: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('one'), about: z.object({ y: z.int(), x: z.int() }).optional() }),
        z.object({ kind: z.literal('two') }),
      ]),
    });
    const value = { b: [{ z: '1', a: '2' }], a: { kind: 'one', about: { y: 1, x: 2 } } };
    expect(JSON.stringify(inCanonicalOrder(schema).parse(value))).toBe(canonicalJson(value));
  });

  it('keeps the checks, and what it says of what it refuses', () => {
    const pair = z.strictObject({ to: z.int(), from: z.int() }).refine(p => p.from <= p.to, 'ends too early');
    const messages = (value: unknown): readonly unknown[] => {
      const [one, other] = [pair.safeParse(value), inCanonicalOrder(pair).safeParse(value)];
      expect(other.success).toBe(one.success);
      return other.error?.issues.map(({ message }) => message) ?? [];
    };
    expect(messages({ from: 1, to: 2 })).toEqual([]);
    expect(messages({ from: 2, to: 1 })).toEqual(['ends too early']);
    expect(messages({ from: 1, to: 2, more: 3 })).toHaveLength(1);
  });
});
