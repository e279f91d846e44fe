import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { standBack } from '../background-thread.ts';
import { openBodies } from '../store/open-log.ts';
import { TreeFileError } from './tree-file.ts';
import { TreeFollower, TreeMismatchError } from './tree-follower.ts';
import type { FromTreeWorker, ToTreeWorker, TreeWorkerData } from './tree-messages.ts';

/** Hashes are in no hurry: what comes within this is taken in together, and costs one commit. */
const REST_MS = 500;

standBack();
const port = parentPort;
if (port === null) throw new Error('this file is the tree worker: src/audit/tree.ts starts it');
const tell = (message: FromTreeWorker): void => port.postMessage(message);
// What main gave: see `TreeWorkerData`.
const { folder, store } = workerData as TreeWorkerData;

let grown = true;
let awaited = false;
let closing = false;
let wake: () => void = () => {};
port.on('message', ({ kind }: ToTreeWorker) => {
  if (kind === 'close') closing = true;
  else grown = true;
  if (kind === 'awaited') awaited = true;
  wake();
});

/** Until there is something to do; after work not before the rest is over, unless somebody waits. */
async function pause(restMs: number): Promise<void> {
  const restUntil = performance.now() + restMs;
  while (!closing && !awaited) {
    const leftMs = restUntil - performance.now();
    if (leftMs <= 0 && grown) return;
    await new Promise<void>(resolve => {
      const timer = leftMs > 0 ? setTimeout(resolve, leftMs) : undefined;
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const log = await openBodies(store);
try {
  const follower = await TreeFollower.open(join(folder, 'tree.db'), log);
  const report = (): void => tell({ kind: 'progress', size: follower.size, position: follower.position });
  report();
  try {
    while (!closing) {
      grown = false;
      awaited = false;
      await follower.follow(report);
      await pause(REST_MS);
    }
  } finally {
    follower.close();
  }
} catch (error) {
  if (!(error instanceof TreeMismatchError || error instanceof TreeFileError)) throw error;
  const isUnreadable = error instanceof TreeFileError;
  const hint = isUnreadable
    ? 'with the service stopped, redress audit rebuild-tree takes them anew from a log that is as it was signed'
    : 'run redress audit verify';
  tell({ kind: 'stopped', isUnreadable, why: `${error.message}: ${hint}` });
} finally {
  await log.close();
}
port.close();
