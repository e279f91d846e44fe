import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Lies beside a log into which another is being copied, from before its first event until the copy is whole. */
const markOf = (path: string): string => `${path}.copying`;

export function isUnfinishedCopy(path: string): boolean {
  return existsSync(markOf(path));
}

/** On disk when it returns: what is copied after it is never taken for a whole log. */
export function markUnfinished(path: string): void {
  closeSync(openSync(markOf(path), 'a', 0o600));
  syncFolder(dirname(path));
}

export function markWhole(path: string): void {
  rmSync(markOf(path), { force: true });
  syncFolder(dirname(path));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
