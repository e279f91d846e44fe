import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentTypes } from '../../src/store/recent-types.ts';

describe('the types of recent events', () => {
  it('never say that there is none where there is one, whatever was added and whatever is asked', () => {
    const batch = fc.record({
      gap: fc.integer({ min: 0, max: 2 }),
      types: fc.array(fc.constantFrom('A', 'B', 'C'), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), fc.nat(30), fc.nat(30), (batches, after, count) => {
        const recent = new RecentTypes();
        const log: (string | undefined)[] = [];
        for (const { gap, types } of batches) {
          for (let i = 0; i < gap; i++) log.push(undefined);
          recent.add(log.length + 1, types);
          log.push(...types);
        }
        const upTo = Math.min(after + count, recent.newest());
        if (upTo <= after || !recent.holdNone(after, upTo, new Set(['A']))) return;
        const between = log.slice(after, upTo);
        expect(between).not.toContain('A');
        expect(between).not.toContain(undefined);
      }),
    );
  });

  it('know what was added without a hole', () => {
    const recent = new RecentTypes();
    recent.add(1, ['A', 'B']);
    recent.add(3, ['B']);
    expect(recent.holdNone(1, 3, new Set(['A']))).toBe(true);
    expect(recent.holdNone(0, 3, new Set(['A']))).toBe(false);
    expect(recent.holdNone(1, 4, new Set(['A']))).toBe(false);
  });

  it('forget the oldest', () => {
    const recent = new RecentTypes();
    for (let place = 1; place <= 50_000; place++) recent.add(place, ['B']);
    expect(recent.holdNone(0, 1, new Set(['A']))).toBe(false);
    expect(recent.holdNone(45_000, 50_000, new Set(['A']))).toBe(true);
  });
});
