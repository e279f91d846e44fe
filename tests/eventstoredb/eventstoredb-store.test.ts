import { describe, expect, it } from 'vitest';
import { openEventStoreDb } from '../../src/store/eventstoredb/eventstoredb-store.ts';
import { eventStoreContract } from '../contract/event-store.ts';
import { startFakeServer } from './fake-server.ts';
import { EVERY_TRICK, mischiefOf } from './mischief.ts';
import { patientStore, untilDefinite } from './patient-store.ts';
import { sinceNow } from './since-now.ts';

const clock = { now: () => 1_790_000_000_000 };

eventStoreContract('the store on a server of its protocol', async () => {
  const server = await startFakeServer();
  const { connectionString } = server;
  let store = await openEventStoreDb({ connectionString, clock });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openEventStoreDb({ connectionString, clock });
      return store;
    },
    async close() {
      await store.close();
      await server.close();
    },
  };
});

/** Each of another seed: all that a store promises, it promises on a server that plays every trick that it knows. */
const firstSeed = Number(process.env.REDRESS_TEST_SEED ?? Math.floor(Math.random() * 1_000_000));
const rounds = Number(process.env.REDRESS_TEST_ROUNDS ?? 2);
for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
  eventStoreContract(`the store on a server that misbehaves in every way, seed ${seed}`, async () => {
    const mischief = mischiefOf(seed, 0.1);
    mischief.rest(true);
    const server = await startFakeServer({ mischief });
    const { connectionString } = server;
    const limits = { appendLimitMs: 300, readLimitMs: 300, feedCheckMs: 100 };
    const open = async () => patientStore(await openEventStoreDb({ connectionString, clock, ...limits }));
    let store = await open();
    mischief.rest(false);
    return {
      store,
      async reopen() {
        await store.close();
        store = await untilDefinite(open);
        return store;
      },
      async close() {
        for (const [trick, times] of Object.entries(mischief.played)) {
          played.set(trick, (played.get(trick) ?? 0) + times);
        }
        mischief.rest(true);
        await store.close();
        await server.close();
      },
    };
  });
}
const played = new Map<string, number>();
describe('a server that misbehaves in every way', () => {
  it('played each of its tricks', () => {
    expect(
      EVERY_TRICK.filter(trick => !played.has(trick)),
      `seed ${firstSeed}`,
    ).toEqual([]);
  });
});

const realServer = process.env.REDRESS_TEST_EVENTSTOREDB;
if (realServer === undefined) {
  describe('the store on a real EventStoreDB', () => {
    it.skip('is tested when REDRESS_TEST_EVENTSTOREDB holds a connection string', () => {});
  });
} else {
  eventStoreContract('the store on a real EventStoreDB', async () => {
    const store = await openEventStoreDb({ connectionString: realServer, clock });
    return { store: await sinceNow(store), close: () => store.close() };
  });
}
