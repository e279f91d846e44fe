import { runFolderTask } from '../audit/run-folder-task.ts';
import type { House } from '../engine/open-house.ts';

/** What the service does with the files of its own folder, in a thread beside it (ask-folder.ts). */
export const folderOperations = {
  'folder.verify': (house: House, params: unknown, emit: (progress: unknown) => void, signal: AbortSignal) =>
    runFolderTask('verify', house.folder, params, emit, signal),
} as const;
