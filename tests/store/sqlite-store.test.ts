import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { eventStoreContract } from '../contract/event-store.ts';

eventStoreContract('the SQLite store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redress-store-'));
  const options = { path: join(folder, 'events.db'), clock: { now: () => 1_790_000_000_000 } };
  let store = await openSqliteStore(options);
  return {
    store,
    async reopen() {
      await store.close();
      store = await openSqliteStore(options);
      return store;
    },
    async close() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});
