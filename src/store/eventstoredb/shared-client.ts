import { EventStoreDBClient } from '@eventstore/db-client';
import { StoreAddressError, withoutPassword } from '../store-address.ts';
import { isLeftByClient } from './left-rejection.ts';
import { partedFrom } from './time-limit.ts';

/**
 * One client a process (or worker) and server: the library keeps one table of appends in flight for all its clients,
 * and with two of one server, the death of one's connection broke the other's appends for good.
 */
const clients = new Map<string, { readonly client: EventStoreDBClient; users: number }>();

export interface ClientLease {
  readonly client: EventStoreDBClient;
  /** Ends the connection when nobody else uses it. */
  release(): Promise<void>;
}

/** @throws StoreAddressError for a connection string that the library cannot read, or whose files are not there */
export function leaseClient(connectionString: string): ClientLease {
  let shared = clients.get(connectionString);
  if (shared === undefined) {
    shared = { client: clientOf(connectionString), users: 0 };
    if (clients.size === 0) process.on('unhandledRejection', swallowOfClient);
    clients.set(connectionString, shared);
  }
  const lease = shared;
  lease.users++;
  let released = false;
  return {
    client: lease.client,
    async release() {
      if (released) return;
      released = true;
      lease.users--;
      if (lease.users > 0) return;
      clients.delete(connectionString);
      if (clients.size === 0) process.off('unhandledRejection', swallowOfClient);
      await partedFrom(lease.client.dispose());
      // `dispose` leaves the channel open, and the process would not end by itself.
      await lease.client['getChannel']().then(
        channel => channel.close(),
        () => undefined,
      );
    },
  };
}

/** Whatever else is unhandled ends the process, as it does by default. */
function swallowOfClient(reason: unknown): void {
  if (!isLeftByClient(reason)) throw reason;
}

function clientOf(connectionString: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // The library repeats what it could not read.
    throw new StoreAddressError(
      `${withoutPassword(connectionString)} cannot be used: ${why.replaceAll(connectionString, withoutPassword(connectionString)).split('\n')[0]}`,
    );
  }
}
