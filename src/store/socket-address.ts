import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { writeWhole } from './data-folder.ts';

/** In the data folder, whose owner alone can read or write it: no other user can put a socket of theirs here. */
const ADDRESS_FILE = 'socket-address';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const MAX_SOCKET_PATH_BYTES = 100;
const TEMPORARY_PREFIX = 'redress-';

/**
 * A fresh address to listen at: a socket in the folder, in a private temporary folder when that path is too long
 * for one, or a named pipe on Windows.
 */
export function newSocketAddress(folder: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\redress-${randomUUID()}`;
  const inFolder = join(folder, 'local.sock');
  if (Buffer.byteLength(inFolder) <= MAX_SOCKET_PATH_BYTES) return inFolder;
  return join(mkdtempSync(join(tmpdir(), TEMPORARY_PREFIX)), 'local.sock');
}

/** Tells callers the address; after listening has begun. */
export function publishSocketAddress(folder: string, address: string): void {
  writeWhole(join(folder, ADDRESS_FILE), `${address}\n${identityOf(folder)}\n`);
}

/**
 * The address that was last published in the folder, if any; a killed process leaves its own behind. One that came with
 * a copy of the folder is none: what is asked of the copy is not to be done by the service on the original.
 */
export function publishedSocketAddress(folder: string): string | undefined {
  try {
    const [address, identity] = readFileSync(join(folder, ADDRESS_FILE), 'utf8').split('\n');
    return identity === identityOf(folder) ? address : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Stays when the folder is moved, and is another for a copy. */
function identityOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** Takes away what this process or one that was killed left at the folder's address. */
export function clearSocketAddress(folder: string): void {
  const address = publishedSocketAddress(folder);
  rmSync(join(folder, ADDRESS_FILE), { force: true });
  if (process.platform === 'win32') return;
  rmSync(join(folder, 'local.sock'), { force: true });
  if (address === undefined) return;
  const parent = dirname(address);
  // The data folder itself may have such a name. What is not empty stays, whatever the address says.
  if (parent === folder || !basename(parent).startsWith(TEMPORARY_PREFIX)) return;
  if (basename(address) !== 'local.sock') return;
  rmSync(address, { force: true });
  try {
    rmdirSync(parent);
  } catch {
    // Gone with the last restart of the machine, or somebody has put something there.
  }
}
