import { backUp, backUpParams } from '../backup/back-up.ts';
import { checkFolder, checkParams } from '../backup/check.ts';
import { verifyFolder, verifyFolderParams } from './verify-folder.ts';

/** Work on the files of a data folder that takes long, and needs nothing of a house that is open. */
type FolderTask = (
  folder: string,
  params: unknown,
  onProgress: (progress: unknown) => void,
) => Promise<unknown>;

export const folderTasks = {
  verify: (folder, params, onProgress) =>
    verifyFolder(folder, verifyFolderParams.parse(params), events => onProgress({ events })),
  check: (folder, params, onProgress) => checkFolder(folder, checkParams.parse(params), onProgress),
  backUp: (folder, params, onProgress) => backUp(folder, backUpParams.parse(params), onProgress),
} as const satisfies Record<string, FolderTask>;

export type FolderTaskName = keyof typeof folderTasks;
