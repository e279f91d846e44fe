import { Worker } from 'node:worker_threads';
import type { FolderTaskData, FromFolderTask } from './folder-task-worker.ts';
import type { FolderTaskName } from './folder-tasks.ts';

/**
 * Runs a task on a data folder in a thread of its own, so that the service goes on answering.
 * @throws Error with the name and the message of what the task threw; of an abort
 */
export function runFolderTask(
  task: FolderTaskName,
  where: FolderTaskData['where'],
  params: unknown,
  onProgress: (progress: unknown) => void,
  signal: AbortSignal,
): Promise<unknown> {
  const workerData: FolderTaskData = { task, where, params };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./folder-task-worker.ts', import.meta.url), { workerData });
    const abort = (): void => {
      // It takes away what it has made, and says that it ended; the others only read.
      if (task === 'backUp') {
        worker.postMessage('stop');
        return;
      }
      reject(new Error('the call was given up'));
      void worker.terminate();
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: FromFolderTask) => {
      switch (message.kind) {
        case 'progress':
          return onProgress(message.progress);
        case 'done':
          return resolve(message.result);
        case 'failed':
          return reject(Object.assign(new Error(message.message), { name: message.name }));
      }
    });
    worker.on('error', reject);
    worker.on('exit', code => {
      signal.removeEventListener('abort', abort);
      reject(new Error(`the ${task} ended without a result (exit code ${code})`));
    });
  });
}
