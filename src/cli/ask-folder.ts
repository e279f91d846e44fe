import { existsSync } from 'node:fs';
import type { FolderTaskName } from '../audit/folder-tasks.ts';
import { runFolderTask } from '../audit/run-folder-task.ts';
import { loadConfig } from '../config.ts';
import { openDataFolder } from '../store/data-folder.ts';
import { callLocalSocket, LocalCallError } from '../store/local-call.ts';
import { configuredStore } from '../store/store-address.ts';
import { OperationError } from './operation-error.ts';
import { untilInterrupted } from './until-interrupted.ts';

/**
 * Has a task done on the files of the data folder: by the service that runs on it, or here. The house is not opened
 * for it: a folder that is to be looked at is not changed, and one that does not start can be looked at too.
 */
export async function askFolder(
  task: FolderTaskName,
  params: unknown,
  onProgress: (progress: unknown) => void = () => {},
): Promise<unknown> {
  const { dataFolder, store } = loadConfig(process.env);
  if (!existsSync(dataFolder)) throw new OperationError(`there is no data folder ${dataFolder}`);
  try {
    return await untilInterrupted(signal =>
      callLocalSocket(dataFolder, `folder.${task}`, params, { onProgress, signal }),
    );
  } catch (error) {
    if (!(error instanceof LocalCallError) || error.reason !== 'nobodyListens') throw error;
  }
  const owned = openDataFolder(dataFolder);
  try {
    const where = { folder: owned.path, store: configuredStore(store, owned.path) };
    // In a thread, so that this one hears of a Ctrl-C.
    return await untilInterrupted(signal => runFolderTask(task, where, params, onProgress, signal));
  } finally {
    owned.release();
  }
}
