import { describe, expect, it } from 'vitest';
import { lifecycles } from '../../domain/lifecycles.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { FastClock } from '../../src/demo/fast-clock.ts';
import { type Act, actsOfDay } from '../../src/demo/live-plots.ts';
import { chanceFrom } from '../../src/demo/random.ts';

const DAY_MS = 86_400_000;
const MONDAY = Date.parse('2026-03-02T00:00:00+08:00');
const calendar = compileCalendar(chinaCalendar());

function month(seed: number): readonly Act[] {
  const chance = chanceFrom(seed);
  const acts: Act[] = [];
  for (let day = 0; day < 60; day++) {
    const first = 1 + Math.max(0, ...acts.map(act => act.case));
    acts.push(...actsOfDay(MONDAY + day * DAY_MS, calendar, chance, first));
  }
  return acts;
}

describe('a company at work', () => {
  it('does the same for the same seed, and something else for another', () => {
    expect(month(1)).toEqual(month(1));
    expect(month(1)).not.toEqual(month(2));
  });

  it('deals with cases of four kinds, opens each once and goes on in order', () => {
    const acts = month(3);
    expect(new Set(acts.map(act => act.lifecycle)).size).toBe(4);
    const byCase = Map.groupBy(acts, act => act.case);
    for (const own of byCase.values()) {
      const opens = lifecycles.find(({ name }) => name === own[0]?.lifecycle)?.opens ?? [];
      expect(own.map(act => opens.includes(act.command))).toEqual(own.map((_, index) => index === 0));
      expect(own.map(act => act.at)).toEqual(own.map(act => act.at).toSorted((a, b) => a - b));
    }
  });

  it('gives commands that their schemas take, by roles that may', () => {
    for (const { lifecycle, command, data, by } of month(4)) {
      const definition = lifecycles.find(({ name }) => name === lifecycle)?.commands[command];
      expect(definition?.roles, `${command} by ${by}`).toContain(by);
      const given = command === 'assignHosts' ? { ...data, counterparts: [crypto.randomUUID()] } : data;
      expect(definition?.schema.safeParse(given).error, command).toBeUndefined();
    }
  });
});

it('a fast clock stands still until it is started', () => {
  const clock = new FastClock(MONDAY, 1440);
  expect([clock.now(), clock.now()]).toEqual([MONDAY, MONDAY]);
  clock.start();
  expect(clock.now()).toBeGreaterThanOrEqual(MONDAY);
});
