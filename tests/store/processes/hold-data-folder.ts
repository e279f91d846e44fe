import { setTimeout as sleep } from 'node:timers/promises';
import { DataFolderBusyError, openDataFolder } from '../../../src/store/data-folder.ts';

// Owns the folder of its first argument until it is killed, or says who does.
const [folder = '', collect] = process.argv.slice(2);
try {
  openDataFolder(folder);
  if (collect !== undefined) {
    for (let round = 0; round < 5; round++) {
      globalThis.gc?.();
      await sleep(10);
    }
  }
  console.log('held');
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(error instanceof DataFolderBusyError ? `busy ${error.pid}` : error);
}
