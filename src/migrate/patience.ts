import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../store/event-store.ts';

/** A cluster that elects a leader is waited for; one that is away longer is an interruption. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Asks again while a server cannot be reached. For what can be done twice. @throws StoreUnavailableError */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      const isAway = error instanceof StoreUnavailableError && error.reason === 'unreachable';
      if (!isAway || performance.now() > until) throw error;
      await sleep(pauseMs);
    }
  }
}
