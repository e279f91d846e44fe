import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

/** `npm run simulate` plays twenty seeds of many more cases. */
const SEEDS = [1, 15];
const CASES = 120;

test.each(SEEDS)(
  'three virtual years go as they do on paper (seed %i)',
  async seed => {
    const { differences, promises, timersFired, steps } = await simulate(seed, CASES);
    expect(differences).toEqual([]);
    // Something of everything happened: kept, kept late, never kept.
    expect(Object.keys(promises).sort()).toEqual(expect.arrayContaining(['breached', 'fulfilled', 'met']));
    expect(Math.min(timersFired, steps)).toBeGreaterThan(CASES);
  },
  120_000,
);
