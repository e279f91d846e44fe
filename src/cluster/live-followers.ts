import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '../../domain/log/envelope.ts';
import { catchUp, type LogFollower } from '../directory/log-follower.ts';
import type { EventStore } from '../store/event-store.ts';

/** What comes within it is taken together. */
const BREATH_MS = 20;
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 10_000;

export interface LiveFollowing {
  /** Waits until the followers have taken all that the log held when it was called. @throws StoreUnavailableError */
  settled(): Promise<void>;
  /** Up to where they have. */
  position(): Position;
  close(): Promise<void>;
}

/**
 * Lets followers take what any node appends, as it comes. After `catchUp`.
 * @param onTaken called after each time that something was taken
 */
export function followLive(
  store: Pick<EventStore, 'readAll' | 'head' | 'onAppended'>,
  followers: readonly LogFollower[],
  options: { readonly onTaken: () => void; readonly onError: (error: unknown) => void },
): LiveFollowing {
  let running: Promise<void> | undefined;
  let wanted = false;
  let closed = false;
  let backoffMs = FIRST_BACKOFF_MS;
  const over = new AbortController();

  const position = (): Position => followers.map(each => each.checkpoint()).sort()[0] ?? '';

  const run = async (): Promise<void> => {
    while (wanted && !closed) {
      wanted = false;
      try {
        if ((await catchUp(store, followers)) > 0) options.onTaken();
        backoffMs = FIRST_BACKOFF_MS;
        await sleep(BREATH_MS, undefined, { signal: over.signal }).catch(() => undefined);
      } catch (error) {
        options.onError(error);
        wanted = true;
        await sleep(backoffMs, undefined, { signal: over.signal }).catch(() => undefined);
        backoffMs = Math.min(2 * backoffMs, LONGEST_BACKOFF_MS);
      }
    }
  };
  const wake = (): void => {
    wanted = true;
    running ??= run().finally(() => {
      running = undefined;
      if (wanted && !closed) wake();
    });
  };
  const stopListening = store.onAppended(wake);
  // What came between the catching up and now.
  wake();

  return {
    position,
    async settled() {
      const head = await store.head();
      while (position() < head) {
        if (closed) return;
        wake();
        await sleep(BREATH_MS);
      }
    },
    async close() {
      closed = true;
      stopListening();
      over.abort();
      await running;
    },
  };
}
