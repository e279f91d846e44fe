import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../event-store.ts';

/**
 * A call's answer, or after `limitMs` a failure: some calls of the library have no end of their own (appends in a
 * batch, reads, whose deadline is ignored). `onTimeout` lets go of what is still open.
 */
export async function withinLimit<T>(
  call: Promise<T>,
  limits: { readonly limitMs: number; readonly what: string; readonly ambiguous: boolean },
  onTimeout: () => void = () => {},
): Promise<T> {
  const { limitMs, what, ambiguous } = limits;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      onTimeout();
      reject(
        new StoreUnavailableError('unreachable', `the event store did not ${what} within ${limitMs} ms`, {
          ambiguous,
        }),
      );
    }, limitMs);
  });
  // Its failure after the limit is nobody's news.
  call.catch(() => undefined);
  try {
    return await Promise.race([call, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Of a stream that the server lost the library waits for the end for ever. */
const PARTING_LIMIT_MS = 2_000;

/** Waits for the library to let go of something, not long, and whatever comes of it. */
export async function partedFrom(parting: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = sleep(PARTING_LIMIT_MS, undefined, { signal: over.signal });
  await Promise.race([parting, late]).catch(() => undefined);
  over.abort();
  late.catch(() => undefined);
}
