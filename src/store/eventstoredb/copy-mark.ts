import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { LOG_STREAM_ID } from '../../../domain/log/fixed-streams.ts';
import { StoreUnavailableError } from '../event-store.ts';
import { esdbFailure } from './esdb-failure.ts';
import { withinLimit } from './time-limit.ts';

/** In the metadata of the log's own stream, which is no event of ours: the tree over the log does not count it. */
const MARK = 'redressCopying';
const LIMIT_MS = 10_000;
const TRIES = 4;
const PAUSE_MS = 50;

/** Whether a log is being copied into this database and has not arrived whole. @throws StoreUnavailableError */
export async function isUnfinishedCopy(client: EventStoreDBClient): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      const found = await withinLimit(client.getStreamMetadata<{ [MARK]?: boolean }>(LOG_STREAM_ID), {
        limitMs: LIMIT_MS,
        what: 'say whether the log is whole',
        ambiguous: false,
      });
      return found.metadata?.[MARK] === true;
    } catch (error) {
      // A broken connection is no answer; one that took its whole time is not asked again.
      if (tries === TRIES || error instanceof StoreUnavailableError) {
        throw esdbFailure(error, 'say whether the log is whole', false);
      }
      await sleep(PAUSE_MS * tries);
    }
  }
}

/** @throws StoreUnavailableError; done again it does no harm */
export async function markCopy(client: EventStoreDBClient, unfinished: boolean): Promise<void> {
  try {
    await withinLimit(client.setStreamMetadata(LOG_STREAM_ID, unfinished ? { [MARK]: true } : {}), {
      limitMs: LIMIT_MS,
      what: 'take a mark',
      ambiguous: true,
    });
  } catch (error) {
    throw esdbFailure(error, 'take a mark', true);
  }
}
