import { readFileSync } from 'node:fs';
import { unusableTrust } from '../audit/bundle/verify-bundle.ts';
import { namingFile } from '../file-trouble.ts';
import { OperationError } from './operation-error.ts';

/**
 * A file that was named on the command line, whole; `option` says by which option, where it was one.
 * @throws OperationError for one that cannot be read
 */
export function inputFile(path: string, option?: string): Buffer {
  return namingFile(
    path,
    'read',
    () => readFileSync(path),
    trouble => new OperationError(option === undefined ? trouble : `${option}: ${trouble}`),
  );
}

/** Checkpoints that were kept elsewhere, each in a file of its own. @throws OperationError for what is none */
export function keptIn(files: readonly string[]): { readonly source: string; readonly note: string }[] {
  const kept = files.map(source => ({ source, note: inputFile(source, '--checkpoint').toString('utf8') }));
  const unusable = unusableTrust({ kept });
  if (unusable !== undefined) throw new OperationError(unusable);
  return kept;
}
