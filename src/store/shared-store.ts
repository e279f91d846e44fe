import type { EventStore } from './event-store.ts';
import type { ClockOffset } from './eventstoredb/clock-comparison.ts';

/** A store that several nodes write to and hear of each other by. */
export interface SharedEventStore extends EventStore {
  readonly keyStreams: KeyStreams;
  /** The store's clock against this machine's; `undefined` before anything that tells was heard. */
  clockOffset(): ClockOffset | undefined;
  /** Since when nothing is heard of what others append (epoch ms); `undefined` while it is. */
  silentSince(): number | undefined;
}

/** A wrapped key, as it lies in a stream of its own. */
export interface WrappedKey {
  readonly keyId: string;
  readonly wrapped: Uint8Array;
}

/** Keys beside the log, in the same database, read by every node. */
export interface KeyStreams {
  /** Durable when it returns. A key that is there already stays as it is. @throws StoreUnavailableError */
  add(keys: readonly WrappedKey[]): Promise<void>;
  /** `destroyed` for good; `undefined` for a key that never was. @throws StoreUnavailableError */
  read(keyId: string): Promise<Uint8Array | 'destroyed' | undefined>;
  /**
   * Says that the key is destroyed and cuts the wrapped key off: nobody reads it any more by the server's interface,
   * and the next scavenge of each node of the database takes it off that node's disk. Again does no harm.
   * @throws StoreUnavailableError
   */
  destroy(keyId: string): Promise<void>;
}
