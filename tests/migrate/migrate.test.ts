import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { readLogAddress } from '../../src/migrate/log-address.ts';
import { type Migrated, type MigrationWanted, migrate } from '../../src/migrate/migrate.ts';
import { openDataFolder } from '../../src/store/data-folder.ts';
import type { EventLog, EventStore, NewEvent } from '../../src/store/event-store.ts';
import { openEventStoreDb } from '../../src/store/eventstoredb/eventstoredb-store.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { newEvent, newStreamId } from '../contract/new-event.ts';
import { type FakeServer, startFakeServer } from '../eventstoredb/fake-server.ts';
import { mischiefOf } from '../eventstoredb/mischief.ts';

const clock = { now: () => 1_790_000_000_000 };
const DECISIONS = 120;

let folder = '';
let server: FakeServer;
const esdb = () => server.connectionString;
const sqlite = (name = 'data') => `sqlite:${join(folder, name)}`;
const eventsFile = (name = 'data') => join(folder, name, 'events.db');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-migrate-'));
  server = await startFakeServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const move = (from: string, to: string, more: Partial<MigrationWanted> = {}): Promise<Migrated> =>
  migrate({ from: readLogAddress(from), to: readLogAddress(to), ...more }, clock, () => {});

/** Appends decisions of one to four events to few streams; those of one decision share their command. */
async function decide(store: EventStore, decisions: number): Promise<void> {
  const streams = Array.from({ length: 20 }, () => ({ id: newStreamId(), revision: -1 }));
  for (let number = 0; number < decisions; number++) {
    const stream = streams[(number * 7) % streams.length];
    if (stream === undefined) throw new Error('no stream');
    const events = decisionOf(1 + (number % 4));
    expect(await store.append(stream.id, stream.revision, events)).toMatchObject({ outcome: 'appended' });
    stream.revision += events.length;
  }
}

function decisionOf(count: number): NewEvent[] {
  const { metadata } = newEvent();
  const commandId = uuidv7();
  return Array.from({ length: count }, (_, number) => ({
    ...newEvent({ number }),
    metadata: {
      ...metadata,
      commandId,
      ...(number === 0 ? { command: { type: 'note', data: { count } } } : {}),
    },
  }));
}

async function filled(name = 'data', decisions = DECISIONS): Promise<void> {
  const owned = openDataFolder(join(folder, name));
  const store = await openSqliteStore({ path: eventsFile(name), clock });
  await decide(store, decisions);
  await store.close();
  owned.release();
}

async function withoutPositions(log: EventLog): Promise<readonly Omit<RecordedEvent, 'position'>[]> {
  const events = await log.readAll('', 1_000_000);
  await log.close();
  return events.map(({ position: _position, ...event }) => event);
}
const inFolder = async (name = 'data') => withoutPositions(await openSqliteLog(eventsFile(name)));
const onServer = async () => withoutPositions(await openEventStoreDb({ connectionString: esdb(), clock }));

describe('a log that moves to EventStoreDB', () => {
  it('keeps every event with its id, its times and its place among all', async () => {
    await filled();
    const before = await inFolder();
    const { events, copied, move: times } = await move(sqlite(), esdb());
    const after = await onServer();
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ type: 'LogMoved', data: { move: 1, size: before.length } });
    expect(await inFolder()).toEqual(after);
    expect({ events, copied, times }).toEqual({ events: after.length, copied: after.length - 1, times: 1 });
  });

  it('keeps the events of a decision together: a server never has a part of one', async () => {
    await filled();
    const appends: string[][] = [];
    const { log } = server;
    const append = log.append.bind(log);
    log.append = (stream, expected, events) => {
      if (!stream.startsWith('$')) appends.push(events.map(({ id }) => id));
      return append(stream, expected, events);
    };
    await move(sqlite(), esdb());
    const decisions = new Map<string, string[]>();
    for (const { eventId, metadata } of await inFolder()) {
      decisions.set(metadata.commandId, [...(decisions.get(metadata.commandId) ?? []), eventId]);
    }
    expect(appends).toEqual([...decisions.values()]);
    expect(appends.some(ids => ids.length === 4)).toBe(true);
  });

  it('closes where it was: a service does not start there, and one on the server counts positions anew', async () => {
    await filled();
    await move(sqlite(), esdb());
    await expect(openSqliteStore({ path: eventsFile(), clock })).rejects.toThrow(/moved to EventStoreDB at/);
    const store = await openEventStoreDb({ connectionString: esdb(), clock });
    expect(store.moves).toBe(1);
    await store.close();
  });

  it('comes back into another folder, and into the one that it came from, which only lacks the rest', async () => {
    await filled();
    await move(sqlite(), esdb());
    const store = await openEventStoreDb({ connectionString: esdb(), clock });
    await decide(store, 40);
    await store.close();
    const { copied } = await move(esdb(), sqlite());
    const after = await onServerAway();
    expect(await inFolder()).toEqual(after);
    // Forty decisions of one to four events, and the move.
    expect(copied).toBe(101);
    const back = await openSqliteStore({ path: eventsFile(), clock });
    expect(back.moves).toBe(2);
    await back.close();
    await expect(openEventStoreDb({ connectionString: esdb(), clock })).rejects.toThrow(
      /moved to the embedded store/,
    );
  });

  it('is there already when asked for again', async () => {
    await filled();
    const first = await move(sqlite(), esdb());
    expect(await move(sqlite(), esdb())).toEqual({ ...first, copied: 0 });
  });

  it.each([0, 1, 2, 3])(
    'comes through a server that loses answers and drops connections, run %i',
    async run => {
      const seed = Number(process.env['REDRESS_TEST_SEED'] ?? Math.floor(Math.random() * 1_000_000)) + run;
      await server.close();
      const mischief = mischiefOf(seed, 0.05, { quick: true });
      mischief.rest(true);
      server = await startFakeServer({ mischief });
      await filled('data', 60);
      const begun = await openEventStoreDb({
        connectionString: esdb(),
        clock,
        copy: { first: await firstEvent() },
      });
      await begun.close();
      mischief.rest(false);
      await move(sqlite(), esdb());
      mischief.rest(true);
      expect(await onServer(), `seed ${seed}`).toEqual(await inFolder());
    },
  );
});

async function firstEvent() {
  const [first] = await inFolder();
  if (first === undefined) throw new Error('an empty log');
  return first;
}

/** As the server has it, though the log has moved away. */
async function onServerAway() {
  return withoutPositions(await openEventStoreDb({ connectionString: esdb(), clock, copy: {} }));
}

describe('a move is refused', () => {
  it('to a server that holds another log', async () => {
    await filled();
    const other = await openEventStoreDb({ connectionString: esdb(), clock });
    await other.close();
    await expect(move(sqlite(), esdb())).rejects.toThrow(/holds another log/);
    const untouched = await openEventStoreDb({ connectionString: esdb(), clock });
    await untouched.close();
  });

  it('to a server where the log has gone on', async () => {
    await filled();
    await move(sqlite(), esdb());
    const store = await openEventStoreDb({ connectionString: esdb(), clock });
    await decide(store, 1);
    await store.close();
    await expect(move(sqlite(), esdb())).rejects.toThrow(/holds more than the source/);
  });

  it('while a service runs on the folder', async () => {
    await filled();
    const service = openDataFolder(join(folder, 'data'));
    await expect(move(sqlite(), esdb())).rejects.toThrow(/in use by process/);
    service.release();
  });

  it('where what was copied so far is not what the source has', async () => {
    await filled();
    const copying = await openEventStoreDb({
      connectionString: esdb(),
      clock,
      copy: { first: await firstEvent() },
    });
    await copying.append(newStreamId(), -1, [newEvent()]);
    await copying.close();
    await expect(move(sqlite(), esdb())).rejects.toThrow(/holds something else than .*: event 2 is/);
  });

  it('of a log that moved, to a server that is not where it went, unless that is lost', async () => {
    await filled();
    await move(sqlite(), esdb());
    const lost = await onServer();
    await server.close();
    server = await startFakeServer();
    await expect(move(sqlite(), esdb())).rejects.toThrow(/name where it went/);
    expect(server.log.all.filter(({ type }) => !type.startsWith('$'))).toEqual([]);
    await move(sqlite(), esdb(), { again: true });
    expect(await onServer()).toEqual(lost);
  });

  it('within one kind of store, from where there is no log, and into the remains of one', async () => {
    await expect(move(sqlite(), sqlite('other'))).rejects.toThrow(/a backup is what copies it/);
    await expect(move(sqlite(), esdb())).rejects.toThrow(/there is no log in/);
    expect(existsSync(join(folder, 'data'))).toBe(false);
    await filled();
    await move(sqlite(), esdb());
    const owned = openDataFolder(join(folder, 'remains'));
    const { DatabaseSync } = await import('node:sqlite');
    new DatabaseSync(join(folder, 'remains', 'keys.db')).exec('CREATE TABLE t (x); ');
    owned.release();
    await expect(move(esdb(), sqlite('remains'))).rejects.toThrow(/has no log, but keys.db of one/);
  });
});
