import { Worker } from 'node:worker_threads';
import type { StoreAddress } from '../store/store-address.ts';
import type { ExportFormat, ExportSelection } from './export-selection.ts';
import type { RecheckFilter, RecheckSummary } from './recheck.ts';
import type { Checked } from './recheck-decision.ts';
import type { ShadowResult } from './shadow.ts';

/**
 * What goes through a whole log: in a thread of its own, so that a service that runs answers on. It reads the log
 * beside its writer, and knows no keys.
 */
export interface AuditJobs {
  readonly recheck: {
    readonly wanted: RecheckFilter;
    readonly item: Checked;
    readonly progress: RecheckSummary;
    readonly result: RecheckSummary;
  };
  readonly export: {
    readonly wanted: ExportSelection & { readonly format: ExportFormat };
    /** A piece of the text. */
    readonly item: string;
    readonly progress: never;
    readonly result: null;
  };
  readonly shadow: {
    /** An empty folder to make the views in. */
    readonly wanted: { readonly scratch: string };
    readonly item: never;
    readonly progress: { readonly events: number };
    readonly result: ShadowResult;
  };
  readonly mentions: {
    readonly wanted: { readonly subjects: readonly string[] };
    readonly item: never;
    readonly progress: never;
    /** Streams of which an event names any of the subjects. */
    readonly result: readonly string[];
  };
}
export type JobName = keyof AuditJobs;

/** Where the work is done. */
export interface AuditedPlace {
  readonly folder: string;
  readonly store: StoreAddress;
  readonly timeZone: string;
}

/** What the worker is given. */
export interface AuditWorkerData extends AuditedPlace {
  readonly job: {
    readonly [J in JobName]: { readonly name: J; readonly wanted: AuditJobs[J]['wanted'] };
  }[JobName];
}

export type FromAuditWorker =
  | { readonly kind: 'progress' | 'item' | 'result'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string };

/** The worker waits for it when this many items are on their way: a slow taker must not pile them up. */
export const UNTAKEN_ITEMS = 16;
export type ToAuditWorker = { readonly kind: 'taken' };

/** The views cannot be compared now; the message says why. */
export class NoViewsError extends Error {
  override readonly name = 'NoViewsError';
}

/** The job could not be done. */
class AuditJobError extends Error {
  override readonly name = 'AuditJobError';
}

/**
 * Does one job over the log of a data folder. Items come in order; the next come when what `onItem` returned is done.
 * @throws NoViewsError; AuditJobError; what `onItem` throws; AbortError when the signal ends it
 */
export function runAuditJob<J extends JobName>(
  where: AuditedPlace,
  name: J,
  wanted: AuditJobs[J]['wanted'],
  options: {
    readonly onItem?: (item: AuditJobs[J]['item']) => void | Promise<void>;
    readonly onProgress?: (progress: AuditJobs[J]['progress']) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<AuditJobs[J]['result']> {
  const { signal, onItem = () => {}, onProgress = () => {} } = options;
  const job = { name, wanted } as AuditWorkerData['job'];
  const workerData: AuditWorkerData = { ...where, job };
  const worker = new Worker(new URL('./audit-worker.ts', import.meta.url), { workerData });
  const done = new Promise<AuditJobs[J]['result']>((resolve, reject) => {
    const abort = () => reject(new DOMException('the audit was stopped', 'AbortError'));
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    let taken = Promise.resolve();
    worker.on('message', (message: FromAuditWorker) => {
      switch (message.kind) {
        case 'item':
          taken = taken.then(async () => {
            // The worker's own: it makes items of this job alone.
            await onItem(message.value as AuditJobs[J]['item']);
            worker.postMessage({ kind: 'taken' } satisfies ToAuditWorker);
          });
          taken.catch(reject);
          break;
        case 'progress':
          onProgress(message.value as AuditJobs[J]['progress']);
          break;
        case 'result':
          taken.then(() => resolve(message.value as AuditJobs[J]['result']), reject);
          break;
        case 'failed':
          reject(
            message.name === 'NoViewsError'
              ? new NoViewsError(message.message)
              : new AuditJobError(`${message.name}: ${message.message}`),
          );
          break;
      }
    });
    worker.on('error', error => reject(new AuditJobError(String(error))));
    worker.on('exit', () => reject(new AuditJobError('the audit ended before its end')));
  });
  return done.finally(() => worker.terminate());
}
