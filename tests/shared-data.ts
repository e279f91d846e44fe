import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Text of a file of the data that the project is tested against but does not carry: `shared/` beside the project,
 * or where REDRESS_SHARED says. A test that needs it fails clearly without it.
 */
export function sharedText(path: string): string {
  return readFileSync(sharedPath(path), 'utf8');
}

/** The path of such a file. */
export function sharedPath(path: string): string {
  const folder = process.env.REDRESS_SHARED ?? resolve(import.meta.dirname, '../../shared');
  const file = join(folder, path);
  if (existsSync(file)) return file;
  throw new Error(
    `${path} is missing: this test needs the shared data, in a folder "shared" beside the project or where ` +
      'the environment variable REDRESS_SHARED says',
  );
}
