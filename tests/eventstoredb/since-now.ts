import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import type { EventStore } from '../../src/store/event-store.ts';

/**
 * A store on a server that other tests have written to, as if its log had only begun: the first event, and what came
 * after `now`.
 */
export async function sinceNow(store: EventStore): Promise<EventStore> {
  const [first] = await store.readAll('', 1);
  const start = await store.head();
  if (first === undefined) throw new Error('a log without its first event');
  const from = (after: Position): Position => (after < start ? start : after);
  const withFirst = (after: Position, events: readonly RecordedEvent[]) =>
    after === '' ? [first, ...events] : events;
  const view: EventStore = {
    get logId() {
      return store.logId;
    },
    moves: store.moves,
    append: (streamId, expectedRevision, events) => store.append(streamId, expectedRevision, events),
    readStream: (streamId, fromRevision) => store.readStream(streamId, fromRevision),
    async readAll(after, limit) {
      const left = after === '' ? limit - 1 : limit;
      return withFirst(after, left === 0 ? [] : await store.readAll(from(after), left));
    },
    async readTypes(after, types, lookAt) {
      const events = await view.readAll(after, lookAt);
      return {
        events: events.filter(({ type }) => types.includes(type)),
        upTo: events.at(-1)?.position ?? after,
      };
    },
    async head() {
      const head = await store.head();
      return head === start ? first.position : head;
    },
    onAppended: listener => store.onAppended(listener),
    eventsBetween: (after, upTo) => store.eventsBetween(after, upTo),
    close: () => store.close(),
  };
  return view;
}
