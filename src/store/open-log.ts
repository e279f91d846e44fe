import type { EventLog, StreamedLog } from './event-store.ts';
import { openSqliteLog } from './sqlite-log.ts';
import { type StoreAddress, sqlitePath } from './store-address.ts';
import { type BodyReader, bodiesOf, openSqliteBodies } from './stored-bodies.ts';

/**
 * Opens a log for reading only, beside those who write it: for worker threads. It must have been begun.
 * @throws StoreAddressError, LogFileError, LogDamagedError, StoreUnavailableError
 */
export async function openLog(address: StoreAddress): Promise<EventLog & Partial<StreamedLog>> {
  const path = sqlitePath(address);
  if (path !== undefined) return openSqliteLog(path);
  const { openEventStoreDbLog } = await import('./eventstoredb/eventstoredb-log.ts');
  return openEventStoreDbLog({ connectionString: address });
}

/** The same for who needs events as they lie in the store. @throws as `openLog` */
export async function openBodies(address: StoreAddress): Promise<BodyReader> {
  const path = sqlitePath(address);
  return path === undefined ? bodiesOf(await openLog(address)) : openSqliteBodies(path);
}
