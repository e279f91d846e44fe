import { describe, it } from 'vitest';
import { openEventStoreDb } from '../../src/store/eventstoredb/eventstoredb-store.ts';
import { eventStoreContract } from '../contract/event-store.ts';
import { startFakeServer } from './fake-server.ts';
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
