import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AppendResult,
  type EventStore,
  type NewEvent,
  StoreUnavailableError,
} from '../store/event-store.ts';

/** Pauses before the same bytes are sent again, in milliseconds. */
const RESEND_AFTER_MS = [20, 100, 400];

/**
 * Appends, and sends the same events again at the same revision while the store cannot say whether it has them:
 * it knows them by their ids and answers as it would have the first time.
 * @throws StoreUnavailableError, AppendTooLargeError
 */
export async function patientAppend(
  store: EventStore,
  streamId: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): Promise<AppendResult> {
  for (const pauseMs of RESEND_AFTER_MS) {
    try {
      return await store.append(streamId, expectedRevision, events);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || !error.ambiguous) throw error;
      await sleep(pauseMs);
    }
  }
  return store.append(streamId, expectedRevision, events);
}
