import type { Position } from '../../domain/log/envelope.ts';
import type { EventLog, StreamedLog } from '../store/event-store.ts';

type BoundedLog = EventLog & Partial<StreamedLog>;

/** A log as it was when a position was its newest. */
export function logUpTo(log: BoundedLog, upTo: Position): BoundedLog {
  const seen = <E extends { readonly position: Position }>(events: readonly E[]) =>
    events.filter(({ position }) => position <= upTo);
  const earlier = (other: Position) => (other < upTo ? other : upTo);
  const { streams } = log;
  return {
    logId: log.logId,
    readStream: async (streamId, fromRevision) => seen(await log.readStream(streamId, fromRevision)),
    readAll: async (after, limit) => seen(await log.readAll(after, limit)),
    async readTypes(after, types, lookAt) {
      const page = await log.readTypes(after, types, lookAt);
      return { events: seen(page.events), upTo: earlier(page.upTo) };
    },
    ...(streams === undefined
      ? {}
      : { streams: (end, windowBytes) => streams.call(log, earlier(end), windowBytes) }),
    head: async () => upTo,
    close: async () => {},
  };
}
