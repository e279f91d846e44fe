import { parentPort, workerData } from 'node:worker_threads';
import { type FolderTaskName, folderTasks } from './folder-tasks.ts';

export interface FolderTaskData {
  readonly task: FolderTaskName;
  readonly folder: string;
  readonly params: unknown;
}
export type FromFolderTask =
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string };

const port = parentPort;
if (port === null) throw new Error('this file is a worker: src/audit/run-folder-task.ts starts it');
const tell = (message: FromFolderTask): void => port.postMessage(message);
// What main gave.
const { task, folder, params } = workerData as FolderTaskData;
try {
  tell({
    kind: 'done',
    result: await folderTasks[task](folder, params, progress => tell({ kind: 'progress', progress })),
  });
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'failed', name, message });
}
