import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Position } from '../../domain/log/envelope.ts';
import { patientAppend } from '../../src/engine/patient-append.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openEventStoreDb } from '../../src/store/eventstoredb/eventstoredb-store.ts';
import { newEvents, newStreamId } from '../contract/new-event.ts';
import { type FakeServer, startFakeServer } from './fake-server.ts';
import { mischiefOf } from './mischief.ts';
import { patientStore, untilDefinite } from './patient-store.ts';

const clock = { now: () => 1_790_000_000_000 };
const firstSeed = Number(process.env.REDRESS_TEST_SEED ?? Math.floor(Math.random() * 1_000_000));
const SEEDS = Array.from({ length: 20 }, (_, index) => firstSeed + index);

const patiently = { timeout: 30_000, interval: 10 };
let server: FakeServer | undefined;
let store: EventStore | undefined;
afterEach(async () => {
  await store?.close();
  await server?.close();
});

describe('a server that loses answers, drops connections, has no leader and repeats itself', () => {
  let tricks = 0;
  afterAll(() => expect(tricks).toBeGreaterThan(0));

  it.each(SEEDS)('makes nothing lost and nothing doubled, seed %i', async seed => {
    const mischief = mischiefOf(seed, 0.1);
    mischief.rest(true);
    server = await startFakeServer({ mischief });
    store = await openEventStoreDb({
      connectionString: server.connectionString,
      clock,
      appendLimitMs: 300,
      readLimitMs: 300,
      feedCheckMs: 100,
    });
    const open = store;
    const heard: Position[] = [];
    open.onAppended(position => heard.push(position));
    mischief.rest(false);

    const meant = new Map<string, string[]>();
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const streamId = newStreamId();
        const ids: string[] = [];
        meant.set(streamId, ids);
        for (let revision = -1; ids.length < 6; ) {
          const events = newEvents(1 + (ids.length % 3));
          const result = await untilDefinite(() => patientAppend(open, streamId, revision, events));
          // Nobody else writes to it: that somebody was first would be an append of ours that came twice.
          expect(result).toMatchObject({ outcome: 'appended', revision: revision + events.length });
          ids.push(...events.map(event => event.eventId));
          revision += events.length;
          const tail = await untilDefinite(() => open.readStream(streamId, revision));
          expect(tail.map(event => event.eventId)).toEqual(ids.slice(-1));
        }
      }),
    );
    mischief.rest(true);
    for (const times of Object.values(mischief.played)) tricks += times;

    for (const [streamId, ids] of meant) {
      expect((await open.readStream(streamId)).map(event => event.eventId)).toEqual(ids);
    }
    const whole = await open.readAll('', 10_000);
    const positions = whole.map(event => event.position);
    expect(positions).toEqual([...new Set(positions)].toSorted());
    expect(whole.length).toBe(1 + [...meant.values()].flat().length);
    const head = await open.head();
    expect(positions.at(-1)).toBe(head);
    expect(heard).toEqual([...new Set(heard)].toSorted());
    expect(heard.at(-1)).toBe(head);
  });
});

describe('a feed', () => {
  it('hears what another node appends, through every end of the subscription', async () => {
    const mischief = mischiefOf(firstSeed, 0.4);
    mischief.rest(true);
    // Of events and checkpoints.
    let told = 0;
    Object.assign(mischief, {
      ofFeed: () => (++told % 5 === 0 ? 'endSubscription' : told % 3 === 0 ? 'repeatEvent' : 'none'),
    });
    server = await startFakeServer({ mischief });
    const { log, connectionString } = server;
    const limits = { appendLimitMs: 300, readLimitMs: 300, feedCheckMs: 100 };
    store = await openEventStoreDb({ connectionString, clock, ...limits });
    const ended: unknown[] = [];
    const other = await openEventStoreDb({
      connectionString,
      clock,
      ...limits,
      onFeedEnded: error => ended.push(error),
    });
    const heard: Position[] = [];
    let last: Position | undefined;
    const heardLast = new Promise<void>(resolve => {
      other.onAppended(position => {
        heard.push(position);
        if (position === last) resolve();
      });
    });
    mischief.rest(false);
    for (let count = 0; count < 30; count++) {
      await patientStore(store).append(newStreamId(), -1, newEvents(1));
      log.appendSystemEvent();
    }
    mischief.rest(true);
    last = await store.head();
    if (heard.at(-1) !== last) await heardLast;
    expect(heard).toEqual([...new Set(heard)].toSorted());
    expect(heard.length).toBe(30);
    expect(ended.length).toBeGreaterThan(0);
    await other.close();
  });

  it('goes on after the server was killed and came back', async () => {
    server = await startFakeServer();
    const { connectionString } = server;
    store = await openEventStoreDb({ connectionString, clock, appendLimitMs: 1_000 });
    const open = store;
    await open.append(newStreamId(), -1, newEvents(2));
    await server.kill();
    await expect(open.append(newStreamId(), -1, newEvents(1))).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      reason: 'unreachable',
      ambiguous: true,
    });
    await expect(open.readStream(newStreamId())).rejects.toMatchObject({ ambiguous: false });
    await server.restart();
    const heard = new Promise<Position>(resolve => open.onAppended(resolve));
    const result = await patientStore(open).append(newStreamId(), -1, newEvents(1));
    expect(await heard).toBe(result.outcome === 'appended' ? result.position : 'none');
    expect(await untilDefinite(() => open.readAll('', 100))).toHaveLength(4);
  });
});

describe('a server that hangs', () => {
  it('costs an append its time limit, and the append can be sent again', async () => {
    const mischief = mischiefOf(firstSeed);
    mischief.rest(true);
    server = await startFakeServer({ mischief });
    store = await openEventStoreDb({ connectionString: server.connectionString, clock, appendLimitMs: 100 });
    const hanging = { ...mischief, ofAppend: () => 'hang' as const };
    Object.assign(mischief, hanging);
    const streamId = newStreamId();
    const events = newEvents(1);
    await expect(store.append(streamId, -1, events)).rejects.toThrow('did not take an append within 100 ms');
    Object.assign(mischief, { ofAppend: () => 'none' });
    expect(await store.append(streamId, -1, events)).toMatchObject({ outcome: 'appended', revision: 0 });
    expect(await store.readStream(streamId)).toHaveLength(1);
  });
});

describe('a call that the server lost, on a connection that stands', () => {
  it('is given up after the time limit, and appends go on by another', async () => {
    const mischief = mischiefOf(firstSeed);
    mischief.rest(true);
    server = await startFakeServer({ mischief });
    store = await openEventStoreDb({ connectionString: server.connectionString, clock, appendLimitMs: 300 });
    Object.assign(mischief, { ofAppend: () => 'deaf' });
    const streamId = newStreamId();
    const events = newEvents(1);
    await expect(store.append(streamId, -1, events)).rejects.toMatchObject({ ambiguous: true });
    Object.assign(mischief, { ofAppend: () => 'none' });
    expect(await patientStore(store).append(streamId, -1, events)).toMatchObject({ outcome: 'appended' });
  });
});

describe('a read that is never answered', () => {
  it('ends with its time limit, and the next one is answered', async () => {
    const mischief = mischiefOf(firstSeed);
    mischief.rest(true);
    server = await startFakeServer({ mischief });
    store = await openEventStoreDb({ connectionString: server.connectionString, clock, readLimitMs: 200 });
    Object.assign(mischief, { ofRead: () => 'hangRead' });
    await expect(store.head()).rejects.toThrow('did not answer a read within 200 ms');
    Object.assign(mischief, { ofRead: () => 'breakRead' });
    await expect(store.readAll('', 10)).rejects.toMatchObject({ ambiguous: false });
    Object.assign(mischief, { ofRead: () => 'none' });
    expect(await store.readAll('', 10)).toHaveLength(1);
  });
});

describe('a subscription that stands and tells of nothing', () => {
  it('is ended, made again, and tells of what it kept back', async () => {
    const mischief = mischiefOf(firstSeed);
    mischief.rest(true);
    server = await startFakeServer({ mischief });
    const { connectionString } = server;
    store = await openEventStoreDb({ connectionString, clock });
    const ended: unknown[] = [];
    const other = await openEventStoreDb({
      connectionString,
      clock,
      feedCheckMs: 50,
      onFeedEnded: error => ended.push(error),
    });
    await vi.waitFor(() => expect(other.silentSince()).toBeUndefined(), patiently);
    Object.assign(mischief, { ofFeed: () => 'silentSubscription' });
    const heard = new Promise<Position>(resolve => other.onAppended(resolve));
    const result = await store.append(newStreamId(), -1, newEvents(1));
    Object.assign(mischief, { ofFeed: () => 'none' });
    expect(await heard).toBe(result.outcome === 'appended' ? result.position : 'none');
    expect(String(ended[0])).toContain('tells of nothing, though the log goes on');
    await vi.waitFor(() => expect(other.silentSince()).toBeUndefined(), patiently);
    await other.close();
  });
});

describe('two nodes that start first', () => {
  it('begin one log', async () => {
    server = await startFakeServer();
    const { connectionString } = server;
    const stores = await Promise.all([1, 2, 3].map(() => openEventStoreDb({ connectionString, clock })));
    expect(new Set(stores.map(each => each.logId)).size).toBe(1);
    await Promise.all(stores.map(each => each.close()));
  });
});

describe('a database that is not ours alone', () => {
  it('is refused by the event that somebody else wrote', async () => {
    server = await startFakeServer();
    server.log.append('orders-1', 'noStream', [
      {
        id: crypto.randomUUID(),
        type: 'OrderPlaced',
        contentType: 'application/json',
        data: Buffer.from('{"order":1}'),
        customMetadata: Buffer.alloc(0),
      },
    ]);
    store = await openEventStoreDb({ connectionString: server.connectionString, clock });
    await expect(store.readAll('', 10)).rejects.toThrow('was not written by Redress');
  });
});
