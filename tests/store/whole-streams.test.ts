import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WholeStream } from '../../src/store/event-store.ts';
import { numberOfPosition } from '../../src/store/position.ts';
import { openLogFileReadOnly } from '../../src/store/sqlite-file.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { wholeStreams } from '../../src/store/whole-streams.ts';
import { streamsOfThread } from '../../src/store/whole-streams-thread.ts';
import { chances } from '../bench/big-log.ts';
import { newEvent, newStreamId } from '../contract/new-event.ts';

const STREAMS = 30;
const EVENTS = 1_500;
/** Some twenty events: most of a stream lies beyond it. */
const SMALL_BYTES = 16 * 1024;
const LARGE_BYTES = 16 * 1024 * 1024;
const seed = Date.now() % 2 ** 32;

let folder: string;
let path: string;
/** Bodies of each stream, in the order of the streams' first events, up to a position in the middle of the log. */
const expected = new Map<string, string[]>();
let end = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-streams-'));
  path = join(folder, 'events.db');
  const store = await openSqliteStore({ path, clock: { now: Date.now } });
  const random = chances(seed);
  const ids = Array.from({ length: STREAMS }, () => newStreamId());
  const revisions = new Map<string, number>();
  for (let written = 0; written < EVENTS; written++) {
    const id = ids[Math.floor(random() * random() * STREAMS)] ?? '';
    const revision = (revisions.get(id) ?? -1) + 1;
    await store.append(id, revision - 1, [newEvent()]);
    revisions.set(id, revision);
  }
  await store.close();
  end = EVENTS - 100;
  const db = openLogFileReadOnly(path);
  const rows = db
    .prepare('SELECT stream_id, body FROM events WHERE position <= ? ORDER BY position')
    .all(end);
  for (const { stream_id, body } of rows) {
    const bodies = expected.get(String(stream_id)) ?? [];
    expected.set(String(stream_id), [...bodies, String(body)]);
  }
  db.close();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const asExpected = () => [...expected].map(([id, bodies]) => ({ streamId: id, bodies }));

describe(`the streams of a log, one by one (seed ${seed})`, () => {
  it.each([
    ['all of it', LARGE_BYTES],
    ['little of it', SMALL_BYTES],
  ])('are whole, in the order of their first events, with %s in the window', (_how, windowBytes) => {
    const db = openLogFileReadOnly(path);
    expect([...wholeStreams(db, end, windowBytes)].flat()).toEqual(asExpected());
    db.close();
  });

  it('are the same when a thread reads them, for a taker that is slow', async () => {
    const read: WholeStream[] = [];
    for await (const batch of streamsOfThread({ path, end, windowBytes: SMALL_BYTES })) {
      await new Promise(resolve => setImmediate(resolve));
      read.push(...batch);
    }
    expect(read).toEqual(asExpected());
  });

  it('end early for who has seen enough', async () => {
    const data = { path, end: numberOfPosition(''), windowBytes: SMALL_BYTES };
    for await (const _batch of streamsOfThread({ ...data, end })) break;
    for await (const _batch of streamsOfThread(data)) throw new Error('there is nothing before the start');
  });

  it('tell why they cannot be read', async () => {
    const nowhere = streamsOfThread({ path: join(folder, 'nowhere.db'), end, windowBytes: SMALL_BYTES });
    await expect(nowhere.next()).rejects.toThrow(/cannot be read.*nowhere\.db/);
  });
});
