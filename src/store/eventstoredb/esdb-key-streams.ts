import { setTimeout as sleep } from 'node:timers/promises';
import { type EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { StoreUnavailableError } from '../event-store.ts';
import { keyStreamOf } from '../key-stream-name.ts';
import type { KeyStreams, WrappedKey } from '../shared-store.ts';
import type { EsdbAppender } from './esdb-appender.ts';
import { LogDamagedError } from './esdb-event.ts';
import { conflictOf, esdbFailure } from './esdb-failure.ts';
import type { EsdbReader } from './esdb-reader.ts';
import { withinLimit } from './time-limit.ts';

const MADE = 'KeyMade';
const DESTROYED = 'KeyDestroyed';
const madeSchema = z.object({ wrapped: z.base64() });
const METADATA_LIMIT_MS = 10_000;
/** Of a call whose end nobody could tell: by its ids, and at its exact revision, it is safe to repeat. */
const TRIES = 10;
const PAUSE_MS = 20;

/**
 * Each key in a stream of its own, since a scavenge takes away whole streams' beginnings alone: `KeyMade` with the
 * wrapped key, and once it is destroyed `KeyDestroyed`, before which the stream is cut off.
 */
export function esdbKeyStreams(parts: {
  readonly client: EventStoreDBClient;
  readonly reader: EsdbReader;
  readonly appender: EsdbAppender;
  readonly limitMs?: number;
}): KeyStreams {
  const { client, reader, appender, limitMs = METADATA_LIMIT_MS } = parts;

  const addOne = ({ keyId, wrapped }: WrappedKey): Promise<unknown> => {
    const event = jsonEvent({
      id: keyId,
      type: MADE,
      data: { wrapped: Buffer.from(wrapped).toString('base64') },
    });
    return patiently(() => appender.append(keyStreamOf(keyId), -1, [event]));
  };

  const truncate = async (keyId: string): Promise<void> => {
    try {
      await withinLimit(
        client.setStreamMetadata(
          keyStreamOf(keyId),
          { truncateBefore: 1 },
          { expectedRevision: 'no_stream', requiresLeader: true },
        ),
        { limitMs, what: 'cut a key off', ambiguous: true },
      );
    } catch (error) {
      // It was cut off before.
      if (conflictOf(error) === undefined) throw esdbFailure(error, 'cut a key off', true);
    }
  };

  return {
    async add(keys) {
      await Promise.all(keys.map(addOne));
    },

    async read(keyId) {
      let found: Uint8Array | 'destroyed' | undefined;
      for await (const page of reader.pagesOf(keyStreamOf(keyId))) {
        for (const { event } of page) {
          if (event?.type === DESTROYED) return 'destroyed';
          const made = madeSchema.safeParse(event?.data);
          if (event?.type !== MADE || !made.success) {
            throw new LogDamagedError(`the stream ${keyStreamOf(keyId)} holds what is no key of Redress`);
          }
          found = Buffer.from(made.data.wrapped, 'base64');
        }
      }
      return found;
    },

    async destroy(keyId) {
      const event = jsonEvent({ id: uuidv5(DESTROYED, keyId), type: DESTROYED, data: {} });
      // In conflict with what destroyed it before.
      await patiently(() => appender.append(keyStreamOf(keyId), 0, [event]));
      await patiently(() => truncate(keyId));
    },
  };
}

async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError && error.ambiguous) || tries === TRIES) throw error;
      // One call that breaks takes all that are on their way with it.
      await sleep(PAUSE_MS * tries);
    }
  }
}
