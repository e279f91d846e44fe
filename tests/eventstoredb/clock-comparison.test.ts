import { describe, expect, it } from 'vitest';
import { ClockComparison } from '../../src/store/eventstoredb/clock-comparison.ts';

function machine() {
  let wall = 1_000_000;
  let steady = 0;
  return {
    clocks: { wall: () => wall, steady: () => steady },
    pass(ms: number) {
      wall += ms;
      steady += ms;
    },
    set(ms: number) {
      wall += ms;
    },
    now: () => wall,
  };
}

describe('the comparison of clocks', () => {
  it('knows nothing before an event of its own was heard', () => {
    const of = machine();
    const comparison = new ClockComparison(of.clocks);
    comparison.heard('of somebody else', of.now());
    expect(comparison.offset()).toBeUndefined();
  });

  it('says between what the store is ahead, by the time that the event was on its way', () => {
    const of = machine();
    const comparison = new ClockComparison(of.clocks);
    comparison.sending('a');
    of.pass(30);
    const createdAt = of.now() + 5_000;
    of.pass(20);
    comparison.heard('a', createdAt);
    expect(comparison.offset()).toEqual({ atLeastMs: 4_980, atMostMs: 5_030, ageMs: 0 });
    of.pass(3_600_000);
    expect(comparison.offset()).toEqual({ atLeastMs: 4_980, atMostMs: 5_030, ageMs: 3_600_000 });
  });

  it('counts in at once that the machine’s clock was set', () => {
    const of = machine();
    const comparison = new ClockComparison(of.clocks);
    comparison.sending('a');
    comparison.heard('a', of.now());
    of.set(90_000);
    expect(comparison.offset()).toEqual({ atLeastMs: -90_000, atMostMs: -90_000, ageMs: 0 });
  });
});
