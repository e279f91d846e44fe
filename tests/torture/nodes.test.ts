import { describe, expect, it } from 'vitest';
import { tortureNodes } from './nodes.ts';

describe('three nodes on one log, killed one after the other under load', () => {
  it('lose nothing that they acknowledged, do nothing twice, and show what a rebuild shows, each of them', {
    timeout: 600_000,
  }, async () => {
    const seed = Number(process.env.REDRESS_TEST_SEED ?? Math.floor(Math.random() * 1_000_000));
    const result = await tortureNodes({
      nodes: 3,
      kills: 3,
      seed,
      clients: 4,
      longestLifeMs: 2_000,
      mischief: 0.01,
      say: () => {},
    });
    const { acknowledged, events, timers, tricks, ...found } = result;
    expect({ seed, ...found }).toEqual({
      seed,
      kills: 3,
      lost: [],
      duplicated: [],
      diverged: [],
      wrong: [],
    });
    // Something was at stake.
    expect(Object.values(tricks).some(times => times > 0)).toBe(true);
    expect(acknowledged).toBeGreaterThan(0);
    expect(events).toBeGreaterThan(acknowledged);
    expect(timers).toBeGreaterThan(0);
  });
});
