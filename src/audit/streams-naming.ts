import type { EventLog } from '../store/event-store.ts';

const PAGE_EVENTS = 500;

/** Streams of which an event names any of the ids: as the subject of what is sealed, or in plain sight. */
export async function streamsNaming(
  log: Pick<EventLog, 'readAll'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const streams = new Set<string>();
  for (let after = ''; ; ) {
    const page = await log.readAll(after, PAGE_EVENTS);
    const last = page.at(-1);
    if (last === undefined) return [...streams];
    for (const { streamId, sealed, data } of page) {
      if (streams.has(streamId)) continue;
      const text = [streamId, ...sealed.map(({ subject }) => subject), JSON.stringify(data)].join(' ');
      if (ids.some(id => text.includes(id))) streams.add(streamId);
    }
    after = last.position;
  }
}
