import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileTrouble } from '../file-trouble.ts';
import { OperationError } from './operation-error.ts';

/**
 * Writes a file that was named by an option of the command line, whole or not at all: what was there stays until then.
 * @throws OperationError that names the option and the file
 */
export function writeOutput(
  option: string,
  path: string,
  content: string | Uint8Array,
  mode: number = 0o666,
): void {
  const building = `${path}.building`;
  try {
    // A pipe or a device takes it as it comes, and is not to be put away for a file.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      writeFileSync(path, content);
      return;
    }
    writeFileSync(building, content, { mode, flush: true });
    renameSync(building, path);
  } catch (error) {
    rmSync(building, { force: true });
    throw outputTrouble(option, path, error);
  }
}

/** What writing a file that an option names has thrown, as the caller is to be told it. */
export function outputTrouble(option: string, path: string, error: unknown): unknown {
  const trouble = fileTrouble(error, path, 'written');
  return trouble === undefined ? error : new OperationError(`${option}: ${trouble}`);
}
