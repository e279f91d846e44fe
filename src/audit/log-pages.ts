import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import type { EventLog } from '../store/event-store.ts';

const PAGE_EVENTS = 500;

/** Every event up to a position (included), in log order, a page of them in memory at a time. */
export async function* eventsOf(
  log: Pick<EventLog, 'readAll'>,
  upTo: Position,
): AsyncGenerator<RecordedEvent> {
  for (let after: Position = ''; after < upTo; ) {
    const page = await log.readAll(after, PAGE_EVENTS);
    const last = page.at(-1);
    if (last === undefined) return;
    for (const event of page) {
      if (event.position > upTo) return;
      yield event;
    }
    after = last.position;
  }
}
