import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import { eachAtOnce } from '../engine/each-at-once.ts';
import { BoundedCache } from '../privacy/bounded-cache.ts';
import { type DataKey, type KeyStore, SubjectErasedError } from '../privacy/key-store.ts';
import { KeyDamagedError, type NumberedMasterKey, unwrapKey, wrapKey } from '../privacy/key-wrap.ts';
import { StoreUnavailableError } from '../store/event-store.ts';
import type { KeyStreams } from '../store/shared-store.ts';
import type { KeyOwners } from './key-owners.ts';

const BATCH_KEYS = 64;
const POOL_KEYS = 256;
const CACHED_KEYS = 20_000;
const READS_AT_ONCE = 64;
/** More than the subjects of one decision. */
const MOST_BRINGINGS = 60;

/** A key is not in memory: to be brought, and asked for again. Who cannot wait answers that the log is not there. */
class KeyAwayError extends StoreUnavailableError {
  readonly keyId: string | undefined;
  constructor(keyId?: string) {
    super('unreachable', keyId === undefined ? 'no new key is ready' : `the key ${keyId} is not at hand`);
    this.keyId = keyId;
  }
}

export interface StreamKeyStore extends KeyStore {
  /** Brings keys into memory that events name. @throws StoreUnavailableError; KeyDamagedError for one that never was */
  bring(keyIds: Iterable<string>): Promise<void>;
  /** Does something again until the keys that it asks for are here; nothing may have been appended before. */
  withKeys<T>(act: () => Promise<T>): Promise<T>;
  /** Somebody else destroyed the keys of a subject: none stays in memory. */
  forget(subject: string): void;
  /** Makes one more key ahead. */
  makeOne(): Promise<void>;
}

/**
 * Data keys on a database that nodes share, each in a stream of its own; on a node they are in memory alone. A key is
 * durable there before it is given out, and whose it is the log says, by the events that name it.
 * @throws StoreUnavailableError
 */
export async function openStreamKeyStore(parts: {
  readonly streams: KeyStreams;
  readonly wrapping: NumberedMasterKey;
  readonly owners: Pick<KeyOwners, 'keysOf'>;
  /** By the log. */
  readonly isErased: (subject: string) => boolean;
  /** Waits until the owners know all that is in the log. */
  readonly settled: () => Promise<void>;
  readonly poolKeys?: number;
}): Promise<StreamKeyStore> {
  const { streams, wrapping, owners, poolKeys = POOL_KEYS } = parts;
  const pool: DataKey[] = [];
  /** Given out by this node, maybe not in the log yet. */
  const given = new BoundedCache<DataKey>(CACHED_KEYS);
  const byId = new BoundedCache<DataKey | 'destroyed'>(CACHED_KEYS);
  const erased = new Set<string>();
  let making: Promise<void> | undefined;

  const isErased = (subject: string): boolean => erased.has(subject) || parts.isErased(subject);

  const make = async (count: number): Promise<void> => {
    const fresh = Array.from({ length: count }, () => ({ keyId: v7(), key: randomBytes(32) }));
    await streams.add(fresh.map(({ keyId, key }) => ({ keyId, wrapped: wrapKey(wrapping, keyId, key) })));
    pool.push(...fresh);
  };

  /** One at a time; whoever finds the pool empty waits for it, and is told when it fails. */
  const refill = (): Promise<void> => {
    making ??= make(BATCH_KEYS).finally(() => {
      making = undefined;
    });
    return making;
  };
  const refillSoon = (): void => {
    if (pool.length > poolKeys / 2 || making !== undefined) return;
    refill().then(refillSoon, () => undefined);
  };

  const bringOne = async (keyId: string): Promise<void> => {
    const wrapped = await streams.read(keyId);
    if (wrapped === undefined) throw new KeyDamagedError(keyId, wrapping.number);
    const key = wrapped === 'destroyed' ? undefined : unwrapKey(wrapping, keyId, wrapped);
    byId.set(keyId, key === undefined ? 'destroyed' : { keyId, key });
  };

  const bring = async (keyIds: Iterable<string>): Promise<void> => {
    const missing = [...new Set(keyIds)].filter(keyId => byId.get(keyId) === undefined);
    await eachAtOnce(missing, READS_AT_ONCE, bringOne);
  };

  const forget = (subject: string): number => {
    const before = given.get(subject)?.keyId;
    const keyIds = new Set([...owners.keysOf(subject), ...(before === undefined ? [] : [before])]);
    for (const keyId of keyIds) byId.set(keyId, 'destroyed');
    given.delete(subject);
    return keyIds.size;
  };

  const store: StreamKeyStore = {
    keyFor(subject) {
      if (isErased(subject)) throw new SubjectErasedError(subject);
      const [named] = owners.keysOf(subject);
      if (named !== undefined) {
        const key = byId.get(named);
        if (key === undefined) throw new KeyAwayError(named);
        if (key === 'destroyed') throw new SubjectErasedError(subject);
        return key;
      }
      const before = given.get(subject);
      if (before !== undefined) return before;
      const fresh = pool.pop();
      refillSoon();
      if (fresh === undefined) throw new KeyAwayError();
      given.set(subject, fresh);
      byId.set(fresh.keyId, fresh);
      return fresh;
    },

    keyById(keyId) {
      const key = byId.get(keyId);
      if (key === undefined) throw new KeyAwayError(keyId);
      return key === 'destroyed' ? undefined : key;
    },

    async eraseSubject(subject) {
      erased.add(subject);
      // What other nodes have sealed for the subject until now is destroyed with the rest.
      await parts.settled();
      const own = given.get(subject)?.keyId;
      const keyIds = [...new Set([...owners.keysOf(subject), ...(own === undefined ? [] : [own])])];
      await eachAtOnce(keyIds, READS_AT_ONCE, keyId => streams.destroy(keyId));
      forget(subject);
      return keyIds.length;
    },

    isErased,
    bring,

    async withKeys(act) {
      for (let bringings = 0; ; bringings++) {
        try {
          return await act();
        } catch (error) {
          if (!(error instanceof KeyAwayError) || bringings === MOST_BRINGINGS) throw error;
          if (error.keyId === undefined) await refill();
          else await bring([error.keyId]);
        }
      }
    },

    forget(subject) {
      erased.add(subject);
      forget(subject);
    },

    makeOne: () => make(1),

    async close() {
      await making?.catch(() => undefined);
      pool.length = 0;
      byId.clear();
      given.clear();
    },
  };
  await refill();
  return store;
}
