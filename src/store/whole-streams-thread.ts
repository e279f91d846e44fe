import { Worker } from 'node:worker_threads';
import { StoreUnavailableError, type WholeStream } from './event-store.ts';

export interface WholeStreamsData {
  readonly path: string;
  readonly end: number;
  readonly windowBytes: number;
}

/** On their way at once: a slow taker must not pile them up. */
export const UNTAKEN_BATCHES = 4;

type Told = readonly WholeStream[] | 'end' | Error;

/**
 * `wholeStreams` read by a thread of its own: what takes the streams has the next at hand.
 * @throws StoreUnavailableError
 */
export async function* streamsOfThread(
  data: WholeStreamsData,
): AsyncGenerator<readonly WholeStream[], void, void> {
  const worker = new Worker(new URL('./whole-streams-worker.ts', import.meta.url), { workerData: data });
  const told: Told[] = [];
  let heard = (): void => {};
  const hear = (what: Told): void => {
    told.push(what);
    heard();
  };
  worker.on('message', hear);
  worker.on('error', (error: unknown) =>
    hear(new StoreUnavailableError('io', `the log cannot be read: ${String(error)}`, { cause: error })),
  );
  worker.on('exit', () => hear(new StoreUnavailableError('io', 'the reader of the log ended')));
  try {
    for (;;) {
      const next = told.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next !== undefined) {
        worker.postMessage('taken');
        yield next;
        continue;
      }
      await new Promise<void>(resolve => {
        heard = resolve;
      });
    }
  } finally {
    await worker.terminate();
  }
}
