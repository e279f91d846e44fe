import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { StoreAddress } from '../store/store-address.ts';
import { type FolderTaskName, folderTasks } from './folder-tasks.ts';

export interface FolderTaskData {
  readonly task: FolderTaskName;
  readonly where: { readonly folder: string; readonly store: StoreAddress };
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
const { task, where, params } = workerData as FolderTaskData;
let givenUp = false;
/** Asked for: work that reads page after page lets no message come by itself. */
const isGivenUp = (): boolean => {
  givenUp ||= receiveMessageOnPort(port) !== undefined;
  return givenUp;
};
try {
  tell({
    kind: 'done',
    result: await folderTasks[task](
      where,
      params,
      progress => tell({ kind: 'progress', progress }),
      isGivenUp,
    ),
  });
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'failed', name, message });
}
