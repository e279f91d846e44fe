import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lifecycles } from '../../domain/lifecycles.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { positionOf } from '../../src/store/position.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { configuredStore } from '../../src/store/store-address.ts';
import { openViews, type Views } from '../../src/views/views.ts';
import { anyComplaint, append, caseIdOf, storedOf } from './cases-in-a-log.ts';
import { TIME_ZONE } from './view-folder.ts';

let folder: string;
let store: EventStore;
let views: Views;
let cases = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-live-views-'));
  store = await openSqliteStore({ path: join(folder, 'events.db'), clock: { now: Date.now } });
  for (let n = 0; n < 20; n++) await openCase();
  views = await openAgain();
  await views.caughtUp();
  store.onAppended(position => views.wake(position));
});
afterAll(async () => {
  await views.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function openAgain(): Promise<Views> {
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const address = configuredStore('sqlite', folder);
  return openViews({ folder, address, store, timeZone: TIME_ZONE, lifecycles, log });
}

async function openCase(): Promise<void> {
  const numbers = Array.from({ length: cases % 50 }, (_, i) => (cases * 7919 + i * 104_729) % 1_000_003);
  await append(store, storedOf(`complaint-${caseIdOf(cases)}`, anyComplaint(numbers)));
  cases++;
}

const counted = () => views.countCases().reduce((sum, count) => sum + count.cases, 0);
const seen = async () => {
  expect(await views.waitFor(await store.head(), 60_000)).toBe(true);
};

describe('whoever waits for a position', () => {
  it('is told when the views have seen it, and then finds it there', async () => {
    for (let n = 0; n < 5; n++) {
      await openCase();
      await seen();
      expect(counted()).toBe(cases);
    }
  });

  it('is told that it was not seen in time', async () => {
    const far = positionOf(Number(await store.head()) + 1_000);
    expect(await views.waitFor(far, 1)).toBe(false);
  });
});

describe('views that are opened again', () => {
  it('answer at once from what is there, and then from what came meanwhile', async () => {
    await openCase();
    await seen();
    await views.close();
    const before = cases;
    await openCase();
    views = await openAgain();
    expect(counted()).toBeGreaterThanOrEqual(before);
    await views.caughtUp();
    expect(counted()).toBe(cases);
    await views.close();
    views = await openAgain();
    await views.caughtUp();
    expect(counted()).toBe(cases);
    expect(views.status().map(({ behindEvents }) => behindEvents)).toContain(0);
  });
});

describe('a rebuild', () => {
  it('lets cases be read and opened all the while, and misses none of them', async () => {
    let least = counted();
    let over = false;
    const rebuilt = views.rebuild().finally(() => {
      over = true;
    });
    while (!over) {
      await openCase();
      const { rows } = views.listCases({}, '-receivedAt', { limit: 200 });
      expect(rows.length).toBeGreaterThan(0);
      // What was there once is never gone again.
      expect(counted()).toBeGreaterThanOrEqual(least);
      least = counted();
    }
    expect((await rebuilt).events).toBeGreaterThan(0);
    await seen();
    expect(counted()).toBe(cases);
    expect(
      views.status().every(({ behindEvents, faulted }) => behindEvents === 0 && faulted === undefined),
    ).toBe(true);
  });

  it('waits for its turn', async () => {
    const both = await Promise.all([views.rebuild(), views.rebuild()]);
    expect(both.map(({ events }) => events)).toEqual([
      Number(await store.head()),
      Number(await store.head()),
    ]);
  });
});
