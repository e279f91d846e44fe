import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { answerThatItWaits } from '../http/waiting-server.ts';
import { StoreUnavailableError } from '../store/event-store.ts';
import { addressTrouble } from './address-trouble.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Opens a house, again and again while the database that nodes share cannot be reached or has no leader: a node that
 * is started then is there when the leader is. Meanwhile its address says that it waits, and for what. Whatever else
 * goes wrong ends the start.
 */
export async function openPatiently<T>(
  open: () => Promise<T>,
  { config, log }: { readonly config: Pick<Config, 'host' | 'port'>; readonly log: Logger },
): Promise<T> {
  let why = '';
  let waiting: Awaited<ReturnType<typeof answerThatItWaits>> | undefined;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await open();
      } catch (error) {
        if (!(error instanceof StoreUnavailableError && error.reason === 'unreachable')) throw error;
        why = `the service waits for the database of the log: ${error.message}`;
        log.warn(
          { problem: error.message, nextTryMs: pauseMs },
          'the database of the log cannot be reached or has no leader: the service waits for it',
        );
        log.flush();
        waiting ??= await answerThatItWaits(config, () => why).catch((taken: unknown) => {
          throw addressTrouble(taken, config);
        });
        await sleep(pauseMs);
      }
    }
  } finally {
    await waiting?.close();
  }
}
