import type { EventStore } from './event-store.ts';
import type { SharedEventStore } from './shared-store.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { type StoreAddress, sqlitePath } from './store-address.ts';

interface StoreOptions {
  /** Tells the time of `LogCreated` in a new log. */
  readonly clock: { now(): number };
  /** Told of each time that a store which nodes share is not heard any more; it goes on by itself. */
  readonly onFeedEnded?: (error: unknown) => void;
}

/**
 * Opens a log for reading and writing; a new one is begun. The folder of an embedded one must be owned
 * (data-folder.ts).
 * @throws StoreAddressError, LogFileError, LogDamagedError, StoreUnavailableError
 */
export async function openStore(address: StoreAddress, options: StoreOptions): Promise<EventStore> {
  const path = sqlitePath(address);
  if (path !== undefined) return openSqliteStore({ path, clock: options.clock });
  return openSharedStore(address, options);
}

/** Opens a log that nodes share. @throws as `openStore` */
export async function openSharedStore(
  address: StoreAddress,
  options: StoreOptions,
): Promise<SharedEventStore> {
  // Loaded where it is used: it takes longer than all the rest of the store.
  const { openEventStoreDb } = await import('./eventstoredb/eventstoredb-store.ts');
  return openEventStoreDb({ connectionString: address, ...options });
}
