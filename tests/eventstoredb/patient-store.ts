import { type EventStore, StoreUnavailableError } from '../../src/store/event-store.ts';

/** Far more than bad luck brings: whoever needs more has met a store that does not come back. */
const MOST_TRIES = 100;

/** Asks again until the answer is definite; of an append by the same ids, at the same revision. */
export async function untilDefinite<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof StoreUnavailableError && error.reason === 'unreachable';
      if (!passes || tries === MOST_TRIES) throw error;
    }
  }
}

/**
 * A store on a server that misbehaves, for who does not give up. What is asked of one stream is sent one after the
 * other: an append that is sent again would else come behind the one that follows it.
 */
export function patientStore(store: EventStore): EventStore {
  const last = new Map<string, Promise<unknown>>();
  return {
    get logId() {
      return store.logId;
    },
    moves: store.moves,
    append(streamId, expectedRevision, events) {
      // As they are now, though they wait for their turn.
      const given = structuredClone(events);
      const send = () => untilDefinite(() => store.append(streamId, expectedRevision, given));
      const answer = (last.get(streamId) ?? Promise.resolve()).then(send, send);
      last.set(streamId, answer);
      return answer;
    },
    readStream: (streamId, fromRevision) => untilDefinite(() => store.readStream(streamId, fromRevision)),
    readAll: (after, limit) => untilDefinite(() => store.readAll(after, limit)),
    readTypes: (after, types, lookAt) => untilDefinite(() => store.readTypes(after, types, lookAt)),
    head: () => untilDefinite(() => store.head()),
    onAppended: listener => store.onAppended(listener),
    eventsBetween: (after, upTo) => store.eventsBetween(after, upTo),
    async close() {
      await Promise.allSettled(last.values());
      await store.close();
    },
  };
}
