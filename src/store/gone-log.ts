import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LogFileError } from './log-file-error.ts';

/** Made by a house after its log, each of it: where one of them lies, there was a log. */
const MADE_OF_A_LOG: readonly string[] = [
  'keys.db',
  'tree.db',
  'checkpoint.key',
  'directory.db',
  'privacy.db',
];

/** Nothing may be opened as a log there: SQLite throws away the write-ahead file of a file without a byte. */
export function isMissingOrEmpty(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/** @throws LogFileError for a log that was emptied or taken away */
export function demandLog(path: string): void {
  if (isMissingOrEmpty(path)) refuseGone(path);
}

/**
 * A log that was emptied or taken away is not begun anew beside what was made of it: the new one would hide that the
 * old is lost.
 * @throws LogFileError
 */
export function refuseGone(path: string): void {
  const folder = dirname(path);
  const left = MADE_OF_A_LOG.filter(name => existsSync(join(folder, name)));
  if (left.length === 0) return;
  throw new LogFileError(
    `the log is gone: ${path} is ${existsSync(path) ? 'empty' : 'not there'}, and what was made of it is (${left.join(', ')}). ` +
      'Put the log back from its backup (redress restore, into an empty folder), or begin anew in an empty folder',
  );
}
