import { memoryStore } from '../../src/store/memory-store.ts';
import { eventStoreContract } from '../contract/event-store.ts';

eventStoreContract('the memory store', async () => {
  const store = memoryStore({ clock: { now: () => 1_790_000_000_000 } });
  return { store, close: () => store.close() };
});
