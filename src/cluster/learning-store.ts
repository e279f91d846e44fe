import type { StoredEvent } from '../../domain/log/envelope.ts';
import type { EventStore } from '../store/event-store.ts';
import type { KeyOwners } from './key-owners.ts';
import type { StreamKeyStore } from './stream-key-store.ts';

/**
 * The store as the house sees it on a node: no event is given out before the keys that it names are here, so that
 * opening it needs no waiting; and what is read or appended tells at once whose key is whose. Whole pages of the log are
 * given as they are: who follows it opens nothing.
 */
export function learningStore(
  store: EventStore,
  keys: Pick<StreamKeyStore, 'bring'>,
  owners: Pick<KeyOwners, 'learn'>,
): EventStore {
  const learned = async <E extends StoredEvent>(events: readonly E[]): Promise<readonly E[]> => {
    owners.learn(events);
    await keys.bring(events.flatMap(({ sealed }) => sealed.map(({ keyId }) => keyId)));
    return events;
  };
  return {
    logId: store.logId,
    moves: store.moves,
    async append(streamId, expectedRevision, events) {
      const result = await store.append(streamId, expectedRevision, events);
      if (result.outcome === 'appended') owners.learn(events);
      return result;
    },
    readStream: async (streamId, fromRevision) => learned(await store.readStream(streamId, fromRevision)),
    readAll: (after, limit) => store.readAll(after, limit),
    async readTypes(after, types, lookAt) {
      const { events, upTo } = await store.readTypes(after, types, lookAt);
      return { events: await learned(events), upTo };
    },
    head: () => store.head(),
    onAppended: listener => store.onAppended(listener),
    eventsBetween: (after, upTo) => store.eventsBetween(after, upTo),
    close: () => store.close(),
  };
}
