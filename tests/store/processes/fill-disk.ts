import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreUnavailableError } from '../../../src/store/event-store.ts';
import { openSqliteStore } from '../../../src/store/sqlite-store.ts';
import { newEvent, newStreamId } from '../../contract/new-event.ts';

// Run in a mount namespace of its own: puts a small file system on the folder of its argument, appends until it
// is full, makes room, goes on, and prints what it saw.
const [folder = ''] = process.argv.slice(2);
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder]);
const ballast = join(folder, 'ballast');
writeFileSync(ballast, Buffer.alloc(2 * 1024 * 1024));

const path = join(folder, 'events.db');
const clock = { now: () => 1_790_000_000_000 };
let store = await openSqliteStore({ path, clock });
const acknowledged: string[] = [];
const failures: string[] = [];

async function append(): Promise<void> {
  const streamId = newStreamId();
  const events = Array.from({ length: 4 }, () => newEvent({ text: 'x'.repeat(2_000) }));
  try {
    await store.append(streamId, -1, events);
    acknowledged.push(...events.map(event => event.eventId));
  } catch (error) {
    failures.push(error instanceof StoreUnavailableError ? error.reason : String(error));
  }
}

async function round(): Promise<void> {
  await Promise.all(Array.from({ length: 16 }, append));
}

for (let rounds = 0; rounds < 500 && failures.length < 160; rounds++) await round();
const whenFull = {
  acknowledged: acknowledged.length,
  failures: failures.length,
  kinds: [...new Set(failures)],
};
const readable = (await store.readAll('', 100_000)).length;
const { bavail, bsize } = statfsSync(folder);
rmSync(ballast);
failures.length = 0;
await round();
const afterwards = { acknowledged: acknowledged.length, failures };
await store.close();
store = await openSqliteStore({ path, clock });
const stored = (await store.readAll('', 100_000)).slice(1).map(event => event.eventId);
console.log(
  JSON.stringify({
    freeBytesWhenFull: bavail * bsize,
    readableWhenFull: readable - 1,
    whenFull,
    afterwards,
    same: JSON.stringify(stored.toSorted()) === JSON.stringify(acknowledged.toSorted()),
  }),
);
await store.close();
