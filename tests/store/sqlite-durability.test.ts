import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore, type SqliteEventStore } from '../../src/store/sqlite-store.ts';
import { newEvent, newEvents, newStreamId } from '../contract/new-event.ts';
import { startProcess } from './processes/start-process.ts';

const clock = { now: () => 1_790_000_000_000 };

/** Runs a command with mounts of its own, where the system lets this user have them. */
const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'];
const canMount = (() => {
  try {
    const [command = '', ...args] = OWN_MOUNTS;
    execFileSync(command, [...args, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redress-durability-'));
  path = join(folder, 'events.db');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a process killed under load', () => {
  it.each([1, 32])('has every acknowledged append on disk, and none in part (%i clients)', async clients => {
    const acknowledged: string[] = [];
    for (let kills = 0; kills < 3; kills++) {
      const writer = await startProcess('append-under-load.ts', [path, String(clients)]);
      const enough = acknowledged.length + 400;
      let killing: Promise<void> | undefined;
      for (let line = await writer.nextLine(); line !== undefined; line = await writer.nextLine()) {
        acknowledged.push(...line.split(' ').slice(1));
        // It is killed while it goes on; what it had written to the pipe by then is read to the end.
        if (acknowledged.length >= enough) killing ??= writer.kill();
      }
      await killing;
    }
    const store = await openSqliteStore({ path, clock });
    const stored = (await store.readAll('', 1_000_000)).slice(1);
    await store.close();
    const ids = new Set(stored.map(event => event.eventId));
    expect(acknowledged.filter(id => !ids.has(id))).toEqual([]);
    expect(ids.size).toBe(stored.length);

    const streams = new Map<string, unknown[]>();
    for (const { streamId, data } of stored) {
      streams.set(streamId, [...(streams.get(streamId) ?? []), data.of]);
    }
    const wholes = ['4444', '44441', '44441333'];
    expect(
      [...streams.values()].map(sizes => sizes.join('')).filter(sizes => !wholes.includes(sizes)),
    ).toEqual([]);
  });
});

describe('a store that has no room', () => {
  let store: SqliteEventStore;
  beforeEach(async () => {
    store = await openSqliteStore({ path, clock });
  });
  afterEach(() => store.close());

  function limitPages(pages: number): Promise<void> {
    return store.execute(`PRAGMA max_page_count = ${pages}`);
  }

  it('says so to every append of the commit, stores none of them, and goes on when there is room', async () => {
    const streamId = newStreamId();
    await store.append(streamId, -1, newEvents(2));
    const before = await store.readAll('', 1_000);
    await limitPages(20);
    const small = newEvents(1);
    const large = [newEvent({ text: 'x'.repeat(200_000) })];
    const largeStreamId = newStreamId();
    const results = await Promise.allSettled([
      store.append(streamId, 1, small),
      store.append(streamId, 0, newEvents(1)),
      store.append(largeStreamId, -1, large),
      store.append(newStreamId(), -1, newEvents(1)),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreUnavailableError', reason: 'full', ambiguous: false },
      });
    }
    expect(await store.readAll('', 1_000)).toEqual(before);

    await limitPages(1_000_000);
    const behind = { outcome: 'conflict', actualRevision: 1 };
    expect(await store.append(streamId, 2, newEvents(1))).toEqual(behind);
    expect(await store.append(streamId, 1, small)).toMatchObject({ outcome: 'appended', revision: 2 });
    expect(await store.append(largeStreamId, -1, large)).toMatchObject({ outcome: 'appended', revision: 0 });
    expect(await store.readAll('', 1_000)).toHaveLength(before.length + 2);
  });

  it('still takes what fits', async () => {
    await limitPages(20);
    const tooLarge = store.append(newStreamId(), -1, [newEvent({ text: 'x'.repeat(200_000) })]);
    await expect(tooLarge).rejects.toMatchObject({ reason: 'full' });
    expect(await store.append(newStreamId(), -1, newEvents(1))).toMatchObject({ outcome: 'appended' });
  });

  it('tells no listener of what was not stored', async () => {
    const heard: string[] = [];
    store.onAppended(position => heard.push(position));
    await limitPages(20);
    const refused = store.append(newStreamId(), -1, [newEvent({ text: 'x'.repeat(200_000) })]);
    await expect(refused).rejects.toMatchObject({ reason: 'full' });
    expect(heard).toEqual([]);
  });
});

describe('a store that fails in the middle of a commit', () => {
  it('stores nothing of it, and takes the next', async () => {
    const store = await openSqliteStore({ path, clock });
    await store.execute(`CREATE TEMP TRIGGER breakdown BEFORE INSERT ON main.events WHEN new.body LIKE '%Breakdown%'
      BEGIN SELECT raise(ABORT, 'broken down'); END`);
    const results = await Promise.allSettled([
      store.append(newStreamId(), -1, newEvents(2)),
      store.append(newStreamId(), -1, [newEvent(), newEvent({}, 'Breakdown')]),
      store.append(newStreamId(), -1, newEvents(2)),
    ]);
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { reason: 'io' } });
    expect(await store.readAll('', 10)).toHaveLength(1);
    expect(await store.append(newStreamId(), -1, newEvents(2))).toMatchObject({ outcome: 'appended' });
    await store.close();
  });
});

describe.skipIf(!canMount)('a store on a file system that fills up', () => {
  it('refuses appends as full, keeps all that it acknowledged, and goes on when there is room', async () => {
    const filler = await startProcess('fill-disk.ts', [folder], OWN_MOUNTS);
    const seen = JSON.parse((await filler.nextLine()) ?? '{}');
    await filler.ended();
    expect(seen.whenFull.failures).toBeGreaterThanOrEqual(160);
    expect(seen.whenFull.kinds).toEqual(['full']);
    expect(seen.readableWhenFull).toBe(seen.whenFull.acknowledged);
    expect(seen.afterwards).toEqual({ acknowledged: seen.whenFull.acknowledged + 64, failures: [] });
    expect(seen.same).toBe(true);
  });
});
