import type { FolderTaskName } from '../audit/folder-tasks.ts';
import { runFolderTask } from '../audit/run-folder-task.ts';
import type { House } from '../engine/open-house.ts';

/** What the service does with the files of its own folder, in a thread beside it (ask-folder.ts). */
export const folderOperations = {
  'folder.verify': folderOperation('verify'),
  'folder.check': folderOperation('check'),
  'folder.backUp': folderOperation('backUp'),
} as const;

function folderOperation(task: FolderTaskName) {
  return (house: House, params: unknown, emit: (progress: unknown) => void, signal: AbortSignal) =>
    runFolderTask(task, { folder: house.folder, store: house.address }, params, emit, signal);
}
