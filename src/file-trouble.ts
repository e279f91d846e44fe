import { dirname } from 'node:path';
import { sqliteCode } from './store/sqlite-failure.ts';

/**
 * What keeps a file from being read or written, and what to do: a sentence that names the file, for what the operating
 * system or SQLite says of it. `undefined` for every other error.
 */
export function fileTrouble(error: unknown, path: string, doing: 'read' | 'written'): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (sqliteCode(error) !== undefined)
    return `${path} cannot be ${doing}: ${error.message}; redress check looks through the files of a data folder`;
  if (!('syscall' in error && 'code' in error)) return undefined;
  return `${path} cannot be ${doing}: ${reasonOf(String(error.code), error.message, path, doing)}`;
}

/**
 * Does something with a file.
 * @throws what `failure` makes of the trouble; every other error as it comes
 */
export function namingFile<T>(
  path: string,
  doing: 'read' | 'written',
  work: () => T,
  failure: (trouble: string, options: { readonly cause: unknown }) => Error,
): T {
  try {
    return work();
  } catch (error) {
    const trouble = fileTrouble(error, path, doing);
    throw trouble === undefined ? error : failure(trouble, { cause: error });
  }
}

function reasonOf(code: string, message: string, path: string, doing: 'read' | 'written'): string {
  switch (code) {
    case 'ENOENT':
      return doing === 'read'
        ? 'there is no such file'
        : `there is no folder ${dirname(path)}: make it first`;
    case 'ENOTDIR':
      return `a part of ${dirname(path)} is no folder`;
    case 'EISDIR':
      return 'it is a folder: name a file';
    case 'EEXIST':
      return 'it is there already: name another';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not: change the permissions, or name another place';
    case 'EROFS':
      return 'its file system is read-only: name another place';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk or quota is full: make room, or name another place';
    case 'ENAMETOOLONG':
      return 'the name is too long';
    default:
      return message;
  }
}
