import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import canonicalize from 'canonicalize';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedEventSchema } from '../../domain/log/envelope.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { newEvent, newEvents, newStreamId } from '../contract/new-event.ts';

const clock = { now: () => 1_790_000_000_000 };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redress-file-'));
  path = join(folder, 'events.db');
});
afterEach(() => rm(folder, { recursive: true }));

describe("the log's file", () => {
  it('holds the canonical JSON of each whole envelope, as the schema of the envelope has it', async () => {
    const store = await openSqliteStore({ path, clock });
    const streamId = newStreamId();
    const { metadata } = newEvent();
    // Some events of a decision share their metadata.
    const events = newEvents(6).map((event, at) => (at % 3 === 0 ? event : { ...event, metadata }));
    await store.append(streamId, -1, events);
    await store.close();
    const db = new DatabaseSync(path);
    const bodies = db.prepare('SELECT body FROM events ORDER BY position').all();
    db.close();
    const texts = bodies.map(row => String(row.body));
    expect(texts.slice(1)).toEqual(
      events.map((event, revision) => canonicalize({ ...event, streamId, revision })),
    );
    for (const text of texts) expect(storedEventSchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
  });

  it('is readable by its owner alone', async () => {
    const store = await openSqliteStore({ path, clock });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(`${path}-wal`)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('has the id that it was given', async () => {
    const logId = '0190f1d2-7c3a-7b1e-8f00-000000000001';
    const store = await openSqliteStore({ path, clock, newLogId: () => logId });
    expect(store.logId).toBe(logId);
    await store.close();
  });

  it('is made whole when an earlier attempt left it empty', async () => {
    await writeFile(path, '');
    const store = await openSqliteStore({ path, clock });
    expect(await store.readAll('', 10)).toHaveLength(1);
    await store.close();
  });

  it.each([
    ['emptied', 'keys.db'],
    ['emptied', 'checkpoint.key'],
    ['taken away', 'tree.db'],
  ])('is not begun anew where it was %s and %s of it is there', async (how, left) => {
    const journal = `${path}-wal`;
    await writeFile(join(folder, left), '');
    await writeFile(journal, 'what was written last');
    if (how === 'emptied') await writeFile(path, '');
    const gone = `the log is gone: ${path} is ${how === 'emptied' ? 'empty' : 'not there'}`;
    await expect(openSqliteStore({ path, clock })).rejects.toThrow(gone);
    await expect(openSqliteLog(path)).rejects.toThrow(gone);
    // SQLite would have thrown the journal of an empty file away.
    expect(await readFile(journal, 'utf8')).toBe('what was written last');
    expect(
      await stat(path).then(
        ({ size }) => size,
        () => undefined,
      ),
    ).toBe(how === 'emptied' ? 0 : undefined);
  });

  it("is refused, and left as it was, when it is another program's SQLite file", async () => {
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE invoices (id INTEGER PRIMARY KEY)');
    other.close();
    const before = await readFile(path);
    await expect(openSqliteStore({ path, clock })).rejects.toThrow(`${path} is not a log of Redress`);
    await expect(openSqliteLog(path)).rejects.toThrow(`${path} is not a log of Redress`);
    expect(await readFile(path)).toEqual(before);
  });

  it('is refused when it is no SQLite file', async () => {
    await writeFile(path, 'Dear customer, '.repeat(500));
    await expect(openSqliteStore({ path, clock })).rejects.toMatchObject({ name: 'LogFileError' });
    expect(await readFile(path, 'utf8')).toMatch(/^Dear customer/);
  });

  it('is refused when a newer release wrote it', async () => {
    await (await openSqliteStore({ path, clock })).close();
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 2');
    newer.close();
    await expect(openSqliteStore({ path, clock })).rejects.toThrow('schema version 2');
    await expect(openSqliteLog(path)).rejects.toThrow('schema version 2');
  });

  it('is refused when its first event names another format', async () => {
    await (await openSqliteStore({ path, clock })).close();
    const newer = new DatabaseSync(path);
    newer.exec(`UPDATE events SET body = json_set(body, '$.data.formatVersion', 2)`);
    newer.close();
    await expect(openSqliteStore({ path, clock })).rejects.toMatchObject({ name: 'LogFileError' });
  });
});

describe('a reader beside the writer', () => {
  it('is refused where there is no log yet', async () => {
    await expect(openSqliteLog(path)).rejects.toMatchObject({ name: 'LogFileError' });
    await writeFile(path, '');
    await expect(openSqliteLog(path)).rejects.toThrow('holds no log yet');
  });

  it('sees what was acknowledged, and only reads', async () => {
    const store = await openSqliteStore({ path, clock });
    const log = await openSqliteLog(path);
    await store.append(newStreamId(), -1, newEvents(3));
    expect(await log.readAll('', 10)).toEqual(await store.readAll('', 10));
    expect(log.logId).toBe(store.logId);
    expect(await log.head()).toBe(await store.head());
    expect(log).not.toHaveProperty('append');
    await log.close();
    await store.close();
  });

  it('in a worker thread misses nothing and sees nothing twice while writers write', async () => {
    const store = await openSqliteStore({ path, clock });
    const worker = new Worker(new URL('./processes/read-log.ts', import.meta.url), {
      workerData: { path, events: 1 + 8 * 15 * 2 },
    });
    const seen = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let round = 0; round < 15; round++) await store.append(newStreamId(), -1, newEvents(2));
      }),
    );
    const positions = (await store.readAll('', 1_000)).map(event => event.position);
    expect(await seen).toEqual({ logId: store.logId, positions });
    await store.close();
  });
});

describe('two stores on one file, which the lock of the data folder is there to prevent', () => {
  it('still give each revision once', async () => {
    const one = await openSqliteStore({ path, clock });
    const two = await openSqliteStore({ path, clock });
    expect(two.logId).toBe(one.logId);
    const streamId = newStreamId();
    await one.append(streamId, -1, newEvents(1));
    expect(await two.append(streamId, 0, newEvents(1))).toMatchObject({ outcome: 'appended', revision: 1 });
    expect(await one.append(streamId, 0, newEvents(1))).toEqual({ outcome: 'conflict', actualRevision: 1 });
    expect(await one.append(streamId, 1, newEvents(1))).toMatchObject({ outcome: 'appended', revision: 2 });
    expect(await two.append(streamId, -1, newEvents(1))).toEqual({ outcome: 'conflict', actualRevision: 2 });
    await one.close();
    await two.close();
  });
});
