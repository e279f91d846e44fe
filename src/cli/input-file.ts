import { readFileSync } from 'node:fs';
import { OperationError } from './operation-error.ts';

/** A file that was named on the command line, whole. @throws OperationError for one that cannot be read */
export function inputFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new OperationError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** Checkpoints that were kept elsewhere, each in a file of its own. @throws OperationError */
export function keptIn(files: readonly string[]): { readonly source: string; readonly note: string }[] {
  return files.map(source => ({ source, note: inputFile(source).toString('utf8') }));
}
