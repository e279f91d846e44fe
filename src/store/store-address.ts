import { join } from 'node:path';

/**
 * Where a log is, as text that crosses to other threads: `sqlite:<its file>`, or what EventStoreDB's client takes,
 * `esdb://user:password@host:2113?tls=true`. Never printed whole: see `withoutPassword`.
 */
export type StoreAddress = string;

/** The text is no address of a store. */
export class StoreAddressError extends Error {
  override readonly name = 'StoreAddressError';
}

/** The embedded log, in the data folder. */
export const LOG_FILE = 'events.db';

const SQLITE = 'sqlite:';
/** What the client knows: `esdb://` of one node or several, `esdb+discover://` of a name that stands for them. */
const ESDB = /^esdb(\+discover)?:\/\/[^\s/?#]/;

/** Of the log that a configuration names: `sqlite` is the file in the data folder. */
export function configuredStore(store: string, dataFolder: string): StoreAddress {
  return store === 'sqlite' ? SQLITE + join(dataFolder, LOG_FILE) : store;
}

/** A log that several nodes share. */
export function isShared(address: StoreAddress): boolean {
  return ESDB.test(address);
}

/** The address as it may be shown and logged. */
export function withoutPassword(address: StoreAddress): string {
  return address.replace(/(\/[^:@/]*):.*@/, '$1:***@');
}

/** The file of an embedded log; `undefined` for a log on a server. @throws StoreAddressError for neither */
export function sqlitePath(address: StoreAddress): string | undefined {
  if (address.startsWith(SQLITE) && address.length > SQLITE.length) return address.slice(SQLITE.length);
  if (isShared(address)) return undefined;
  throw new StoreAddressError(
    `"${withoutPassword(address)}" is no address of a log: sqlite:<file>, or esdb://<user>:<password>@<host>:2113?tls=true`,
  );
}
