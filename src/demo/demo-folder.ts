import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { openDataFolder } from '../store/data-folder.ts';

const MARK = 'demo.json';

/** Where a demo or a rehearsal is made: by `--data`, else where REDRESS_DATA says, else in a folder of its own. */
export function madeUpDataOption(ownFolder: string): Option {
  return (
    new Option('--data <folder>', 'where to make it, anew each time; nothing else may be in it')
      .env('REDRESS_DATA')
      .default(ownFolder)
      // A variable that is set to nothing is as one that is not set, as everywhere.
      .argParser(given => given || ownFolder)
  );
}

/** The folder holds something that is no demo's. */
export class NotADemoFolderError extends Error {
  override readonly name = 'NotADemoFolderError';
}

/**
 * Makes an empty folder for a demo or a rehearsal: a new one, or that of an earlier one, which is made anew.
 * @throws NotADemoFolderError for a folder with anything else in it, DataFolderBusyError while a demo runs there
 */
export function emptyDemoFolder(folder: string, about: Readonly<Record<string, string | number>>): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(join(folder, MARK))) {
      throw new NotADemoFolderError(
        `${folder} holds something that is no demo's: it would be made anew each time, so give it a folder of its own (--data, or REDRESS_DATA)`,
      );
    }
    openDataFolder(folder).release();
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, MARK), `${JSON.stringify(about)}\n`);
}
