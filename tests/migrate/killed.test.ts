import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../../src/store/event-store.ts';
import { openEventStoreDb } from '../../src/store/eventstoredb/eventstoredb-store.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { MAIN, redress } from '../cli/redress.ts';
import { newEvents, newStreamId } from '../contract/new-event.ts';
import { type FakeServer, startFakeServer } from '../eventstoredb/fake-server.ts';

const clock = { now: () => 1_790_000_000_000 };
const DECISIONS = 1_500;
const KILLS = 3;

let folder = '';
let server: FakeServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-migrate-'));
  server = await startFakeServer();
  mkdirSync(join(folder, 'data'));
  const store = await openSqliteStore({ path: eventsFile('data'), clock });
  await Promise.all(
    Array.from({ length: DECISIONS }, (_, n) => store.append(newStreamId(), -1, newEvents(1 + (n % 3)))),
  );
  await store.close();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const eventsFile = (name: string) => join(folder, name, 'events.db');

async function everything(log: EventLog) {
  const events = await log.readAll('', 1_000_000);
  await log.close();
  return events.map(({ position: _position, ...event }) => event);
}

/** Starts the move and kills it when as much is there as asked for; false when it came to its end before. */
async function killedAt(args: readonly string[], isTime: () => Promise<boolean>): Promise<boolean> {
  const child = spawn(process.execPath, [MAIN, 'migrate', ...args], { stdio: 'ignore' });
  let ended = false;
  const end = once(child, 'exit').then(() => {
    ended = true;
  });
  while (!ended && !(await isTime())) await new Promise(resolve => setTimeout(resolve, 5));
  const wasRunning = !ended && child.kill('SIGKILL');
  await end;
  return wasRunning;
}

describe('a move that is killed with kill -9 half-way', () => {
  it('goes on where it was, there and back, and nothing is lost or doubled', async () => {
    const there = ['--from', `sqlite:${join(folder, 'data')}`, '--to', server.connectionString];
    let kills = 0;
    for (let part = 1; part <= KILLS; part++) {
      const atLeast = (3_000 * part) / (KILLS + 1);
      if (await killedAt(there, async () => server.log.all.length > atLeast)) kills++;
      await expect(openEventStoreDb({ connectionString: server.connectionString, clock })).rejects.toThrow(
        /has not arrived whole/,
      );
    }
    expect(kills).toBe(KILLS);
    const { code, stdout, stderr } = await redress(join(folder, 'data'), ['migrate', ...there, '--json']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/about a thousand a second/),
    });
    const source = await everything(await openSqliteLog(eventsFile('data')));
    expect(JSON.parse(stdout)).toMatchObject({ events: source.length, move: 1 });
    expect(JSON.parse(stdout).copied).toBeLessThan(source.length);
    expect(
      await everything(await openEventStoreDb({ connectionString: server.connectionString, clock })),
    ).toEqual(source);

    const back = ['--from', server.connectionString, '--to', `sqlite:${join(folder, 'back')}`];
    const begun = async () => (await countIn(eventsFile('back'))) > 100;
    expect(await killedAt(back, begun)).toBe(true);
    const ran = await redress(join(folder, 'data'), ['migrate', ...back]);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' });
    const returned = await openSqliteStore({ path: eventsFile('back'), clock });
    expect(returned.moves).toBe(2);
    expect((await everything(returned)).slice(0, -1)).toEqual(source);
  });
});

async function countIn(path: string): Promise<number> {
  try {
    return (await everything(await openSqliteLog(path))).length;
  } catch {
    return 0;
  }
}
