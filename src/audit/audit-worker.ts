import { parentPort, workerData } from 'node:worker_threads';
import { aggregates } from '../../domain/aggregates.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import { projectionsOf } from '../../projections/index.ts';
import type { EventLog, StreamedLog } from '../store/event-store.ts';
import { openLog } from '../store/open-log.ts';
import {
  type AuditWorkerData,
  type FromAuditWorker,
  type ToAuditWorker,
  UNTAKEN_ITEMS,
} from './audit-job.ts';
import { exportLog } from './export.ts';
import { recheck } from './recheck.ts';
import { shadow } from './shadow.ts';
import { streamsNaming } from './streams-naming.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the audit worker: src/audit/audit-job.ts starts it');
const tell = (message: FromAuditWorker): void => port.postMessage(message);
// What main gave: see `AuditWorkerData`.
const { folder, store, timeZone, job } = workerData as AuditWorkerData;

/** How often progress is told. */
const PROGRESS_MS = 200;
let toldAt = 0;
function progress(value: unknown): void {
  const now = performance.now();
  if (now - toldAt < PROGRESS_MS) return;
  toldAt = now;
  tell({ kind: 'progress', value });
}

let untaken = 0;
let wake: (() => void) | undefined;
port.on('message', (_message: ToAuditWorker) => {
  untaken--;
  wake?.();
});
/** Gives an item out, and waits while too many are on their way. */
async function give(value: unknown): Promise<void> {
  while (untaken >= UNTAKEN_ITEMS) {
    await new Promise<void>(resolve => {
      wake = resolve;
    });
  }
  untaken++;
  tell({ kind: 'item', value });
}

async function doJob(log: EventLog & Partial<StreamedLog>): Promise<unknown> {
  switch (job.name) {
    case 'recheck':
      return recheck({ log, lifecycles, aggregates, onFinding: give, onProgress: progress }, job.wanted);
    case 'export':
      for await (const piece of exportLog(log, lifecycles, job.wanted)) await give(piece);
      return null;
    case 'shadow': {
      const projections = projectionsOf(lifecycles, timeZone);
      const onProgress = (events: number) => progress({ events });
      return shadow({ folder, scratch: job.wanted.scratch, log, lifecycles, projections, onProgress });
    }
    case 'mentions':
      return streamsNaming(log, job.wanted.subjects);
  }
}

try {
  const log = await openLog(store);
  try {
    tell({ kind: 'result', value: await doJob(log) });
  } finally {
    await log.close();
  }
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'failed', name, message });
}
