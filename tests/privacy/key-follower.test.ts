import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERASED, personal } from '../../domain/log/personal.ts';
import { catchUp, keepCheckpoints } from '../../src/directory/log-follower.ts';
import { KeyFileError } from '../../src/privacy/key-file.ts';
import { keyFollower } from '../../src/privacy/key-follower.ts';
import { masterKeyOf } from '../../src/privacy/master-key.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import { openSqliteKeyStore, type SqliteKeyStore } from '../../src/privacy/sqlite-key-store.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { newEvent } from '../contract/new-event.ts';

const masterKey = masterKeyOf(randomBytes(32));
const schema = z.object({ text: personal(z.string()) });

let folder: string;
let store: EventStore;
let keys: SqliteKeyStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-follower-'));
  store = memoryStore({ clock: { now: () => 1 } });
  keys = openKeys('first');
});
afterEach(async () => {
  await keys.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

function openKeys(name: string): SqliteKeyStore {
  mkdirSync(join(folder, name), { recursive: true });
  return openSqliteKeyStore({ path: join(folder, name, 'keys.db'), masterKey, batchKeys: 4, poolKeys: 8 });
}

/** The process is gone; what it had written is there. */
async function crash(): Promise<void> {
  mkdirSync(join(folder, 'second'));
  for (const file of ['keys.db', 'keys.db-wal']) {
    copyFileSync(join(folder, 'first', file), join(folder, 'second', file));
  }
  await keys.close();
  keys = openKeys('second');
}

async function append(caseId: string, text: string): Promise<void> {
  const streamId = `complaint-${caseId}`;
  const event = { ...newEvent(), eventId: v7() };
  const sealed = createSealer(keys).seal({ ...event, streamId, data: { text } }, { event: schema });
  const revision = (await store.readStream(streamId)).length - 1;
  await store.append(streamId, revision, [{ ...event, ...sealed }]);
}

async function textsOf(caseId: string): Promise<unknown[]> {
  const sealer = createSealer(keys);
  return (await store.readStream(`complaint-${caseId}`)).map(event => sealer.open(event).data.text);
}

describe('after a crash, when the log has been read', () => {
  test('each case has its own key again, and new cases have others', async () => {
    const cases = Array.from({ length: 10 }, () => randomUUID());
    for (const id of cases) await append(id, `of ${id}`);
    const before = cases.map(id => keys.keyFor(id).keyId);
    await crash();
    await catchUp(store, [await keyFollower(keys, store)]);
    expect(cases.map(id => keys.keyFor(id).keyId)).toEqual(before);
    const others = Array.from({ length: 10 }, () => keys.keyFor(randomUUID()).keyId);
    expect(others.filter(keyId => before.includes(keyId))).toEqual([]);
  });

  test('one case can be erased without touching another', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await append(one, 'one');
    await append(other, 'other');
    await crash();
    await catchUp(store, [await keyFollower(keys, store)]);
    await append(one, 'one again');
    await keys.eraseSubject(one);
    expect([await textsOf(one), await textsOf(other)]).toEqual([[ERASED, ERASED], ['other']]);
  });
});

test('a start reads only what came after the last checkpoint', async () => {
  const stop = keepCheckpoints(store, [await keyFollower(keys, store)]);
  await append(randomUUID(), 'before');
  stop();
  await append(randomUUID(), 'after');
  expect(await catchUp(store, [await keyFollower(keys, store)])).toBe(1);
  expect(await catchUp(store, [await keyFollower(keys, store)])).toBe(0);
});

test('checkpoints move by themselves while the log grows', async () => {
  const follower = await keyFollower(keys, store);
  const stop = keepCheckpoints(store, [follower], { everyMs: 1 });
  await append(randomUUID(), 'x');
  await expect.poll(() => follower.checkpoint()).toBe(await store.head());
  stop();
});

test('the checkpoint of another log, or beyond the end of this one, is not believed', async () => {
  const caseId = randomUUID();
  await append(caseId, 'x');
  await catchUp(store, [await keyFollower(keys, store)]);
  const restored = memoryStore({ clock: { now: () => 1 }, newLogId: () => store.logId });
  expect((await keyFollower(keys, restored)).checkpoint()).toBe('');
  const another = memoryStore({ clock: { now: () => 1 } });
  await another.append(`complaint-${caseId}`, -1, [newEvent(), newEvent(), newEvent()]);
  expect((await keyFollower(keys, another)).checkpoint()).toBe('');
});

test('a start with the keys of another log is refused, and refused again', async () => {
  await append(randomUUID(), 'x');
  await keys.close();
  keys = openKeys('another');
  for (let starts = 0; starts < 2; starts++) {
    await expect(catchUp(store, [await keyFollower(keys, store)])).rejects.toThrow(KeyFileError);
  }
});
