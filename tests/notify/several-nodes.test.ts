import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openEventStoreDb } from '../../src/store/eventstoredb/eventstoredb-store.ts';
import { type FakeServer, startFakeServer } from '../eventstoredb/fake-server.ts';
import { mischiefOf } from '../eventstoredb/mischief.ts';
import { outbox, receiver, TAKEN } from './outbox.ts';

const NODES = 3;
const MESSAGES = 12;
const firstSeed = Number(process.env.REDRESS_TEST_SEED ?? Math.floor(Math.random() * 1_000_000));
const SEEDS = Array.from({ length: 5 }, (_, index) => firstSeed + index);

let server: FakeServer | undefined;
const stores: EventStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await server?.close();
});

/** Nodes of one house, each with its own view of the log, on a server that misbehaves. */
describe('several nodes on a server that loses answers, drops connections and has no leader', () => {
  it.each(SEEDS)('send every message, and none more often than it was claimed, seed %i', async seed => {
    const mischief = mischiefOf(seed, 0.1);
    mischief.rest(true);
    server = await startFakeServer({ mischief });
    const { connectionString } = server;
    const nodes: ReturnType<typeof outbox>[] = [];
    const { deliver, times } = receiver(async () => {
      await sleep(5);
      return TAKEN;
    });
    for (let node = 0; node < NODES; node++) {
      const store = await openEventStoreDb({
        connectionString,
        clock: systemClock,
        appendLimitMs: 500,
        readLimitMs: 500,
      });
      stores.push(store);
      nodes.push(outbox(store, systemClock));
    }
    const [first] = nodes;
    if (first === undefined) throw new Error('no node');
    const ids = await first.queue(MESSAGES);
    mischief.rest(false);
    try {
      for (const node of nodes) node.sender(deliver, 2_000);
      const typesOf = async (id: string): Promise<readonly string[]> => {
        for (;;) {
          try {
            return await first.types(id);
          } catch {
            await sleep(20);
          }
        }
      };
      for (const id of ids) while ((await typesOf(id)).at(-1) !== 'NotificationSent') await sleep(100);
      mischief.rest(true);
      expect(Object.keys(mischief.played).length, `seed ${seed}`).toBeGreaterThan(0);
      for (const id of ids) {
        const types = await typesOf(id);
        const claims = types.filter(type => type === 'NotificationClaimed').length;
        expect(
          types.filter(type => type === 'NotificationSent'),
          `${id} seed ${seed}`,
        ).toHaveLength(1);
        expect(times(id), `${id} seed ${seed}`).toBeGreaterThan(0);
        expect(times(id), `${id} seed ${seed}`).toBeLessThanOrEqual(claims);
      }
    } finally {
      mischief.rest(true);
      for (const node of nodes) await node.close();
    }
  });

  it('send each once while the server behaves', async () => {
    server = await startFakeServer({});
    const { connectionString } = server;
    const nodes: ReturnType<typeof outbox>[] = [];
    const { deliver, got } = receiver();
    for (let node = 0; node < NODES; node++) {
      const store = await openEventStoreDb({ connectionString, clock: systemClock });
      stores.push(store);
      nodes.push(outbox(store, systemClock));
    }
    const [first] = nodes;
    if (first === undefined) throw new Error('no node');
    for (const node of nodes) node.sender(deliver, 60_000);
    const ids = await first.queue(MESSAGES);
    for (const id of ids) while ((await first.types(id)).at(-1) !== 'NotificationSent') await sleep(50);
    for (const node of nodes) await node.close();
    expect(got.toSorted()).toEqual(ids.toSorted());
  });
});
