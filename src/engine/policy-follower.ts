import type { Position } from '../../domain/log/envelope.ts';
import type { EventStore } from '../store/event-store.ts';
import { type Alarm, systemAlarm } from './alarm.ts';
import type { PolicyBook } from './policy-book.ts';

const TYPES = ['CalendarPublished', 'PolicyPublished'];
/** Events looked at at once. */
const BATCH_EVENTS = 5_000;
/** Between two looks at a log that grows all the time; a failed look is tried again after it, too. */
const BREATH_MS = 250;

export interface PolicyFollower {
  /** Waits until the book holds what the log held when it was called. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Feeds the book from the log as it grows: what another node published, or a writer that the book was not told of.
 * @param from the log's head before the book was read
 */
export function followPolicies(parts: {
  readonly store: Pick<EventStore, 'head' | 'readTypes' | 'onAppended'>;
  readonly book: Pick<PolicyBook, 'apply'>;
  readonly from: Position;
  /** A version came that the book did not know. */
  readonly onPublished: () => void;
  readonly onError?: (error: unknown) => void;
  readonly alarm?: Alarm;
}): PolicyFollower {
  const { store, book, onPublished, onError = () => {}, alarm = systemAlarm } = parts;
  let position = parts.from;
  let running: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let stopped = false;

  const read = async (): Promise<void> => {
    let isNew = false;
    while (!stopped) {
      const { events, upTo, atEnd } = await store.readTypes(position, TYPES, BATCH_EVENTS);
      if (upTo === position) break;
      for (const event of events) isNew = book.apply(event) || isNew;
      position = upTo;
      if (atEnd === true) break;
    }
    if (isNew) onPublished();
  };

  const begin = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    running ??= read()
      .catch(error => {
        onError(error);
        wake();
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  const wake = (): void => {
    if (!stopped) cancel ??= alarm(begin, BREATH_MS);
  };
  const stopListening = parts.store.onAppended(wake);

  return {
    async settled() {
      const head = await store.head();
      while (!stopped && position < head) await begin();
    },
    async close() {
      stopped = true;
      stopListening();
      cancel?.();
      await running;
    },
  };
}
