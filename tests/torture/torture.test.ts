import { describe, expect, it } from 'vitest';
import { torture } from './torture.ts';

describe('a service that is killed under load', () => {
  it('loses nothing that it acknowledged, does nothing twice, and shows what a rebuild shows', {
    timeout: 180_000,
  }, async () => {
    const seed = Math.floor(Math.random() * 1_000_000);
    const result = await torture({
      kills: 3,
      seed,
      clients: 8,
      longestLifeMs: 1_500,
      lastLifeMs: 500,
      say: () => {},
    });
    const { acknowledged, events, timers, ...found } = result;
    expect({ seed, ...found }).toEqual({
      seed,
      kills: 3,
      lost: [],
      duplicated: [],
      diverged: [],
      wrong: [],
    });
    // Something was at stake.
    expect(acknowledged).toBeGreaterThan(0);
    expect(events).toBeGreaterThan(acknowledged);
    expect(timers).toBeGreaterThan(0);
  });
});
