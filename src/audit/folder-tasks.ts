import { backUp, backUpParams } from '../backup/back-up.ts';
import { checkFolder, checkParams } from '../backup/check.ts';
import { isShared, type StoreAddress } from '../store/store-address.ts';
import { verifyFolder, verifyFolderParams } from './verify-folder.ts';

/** Work on the files of a data folder that takes long, and needs nothing of a house that is open. */
type FolderTask = (
  where: { readonly folder: string; readonly store: StoreAddress },
  params: unknown,
  onProgress: (progress: unknown) => void,
  /** Whether nobody waits for it any more: it ends then, and leaves nothing half made. */
  isGivenUp: () => boolean,
) => Promise<unknown>;

export const folderTasks = {
  verify: (where, params, onProgress) =>
    verifyFolder(where, verifyFolderParams.parse(params), events => onProgress({ events })),
  check: (where, params, onProgress) => checkFolder(embedded(where), checkParams.parse(params), onProgress),
  backUp: (where, params, onProgress, isGivenUp) =>
    backUp(embedded(where), backUpParams.parse(params), onProgress, isGivenUp),
} as const satisfies Record<string, FolderTask>;

export type FolderTaskName = keyof typeof folderTasks;

/** What is asked for is not done here. */
class NotOfThisStoreError extends Error {
  override readonly name = 'OperationError';
}

/** The data folder of a node holds nothing that is not made again from the log. @throws NotOfThisStoreError */
function embedded({ folder, store }: Parameters<FolderTask>[0]): string {
  if (!isShared(store)) return folder;
  throw new NotOfThisStoreError(
    'the log and its keys are on EventStoreDB: back up and check that database by its own means; a node holds nothing to be kept but the master key and the key that signs checkpoints',
  );
}
