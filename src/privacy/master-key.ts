import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** The key that wraps all data keys. */
export interface MasterKey {
  /** Its fingerprint, 32 hex digits: tells it from others, and says nothing of its bytes. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** The master key is missing, unsafe or malformed. The text says what to do. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

const KEY_BYTES = 32;
const HOW_TO_MAKE = 'Make one with: (umask 077; openssl rand -base64 32 > FILE)';

/** @throws MasterKeyError when it is not 32 bytes. */
export function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== KEY_BYTES) {
    throw new MasterKeyError(`a master key has ${KEY_BYTES} bytes, this one ${bytes.length}`);
  }
  const digest = createHash('sha256').update('redress master key fingerprint v1\n').update(bytes);
  return { id: digest.digest('hex').slice(0, 32), bytes };
}

/**
 * The master key from the configured file; without one from `master.key` in the data folder, which is made at
 * first start, readable by its owner alone. Where keys were already wrapped no new one is made up.
 * @throws MasterKeyError
 */
export function loadMasterKey(from: {
  readonly configuredFile?: string | undefined;
  readonly dataDir: string;
}): MasterKey {
  if (from.configuredFile !== undefined) return readMasterKey(from.configuredFile);
  const file = join(from.dataDir, 'master.key');
  if (!existsSync(file)) {
    const keys = join(from.dataDir, 'keys.db');
    if (existsSync(keys)) {
      throw new MasterKeyError(
        `${file} is missing, but ${keys} holds keys wrapped by it: put it back from its backup, ` +
          'or name its place by REDRESS_MASTER_KEY_FILE. Without it personal data cannot be read.',
      );
    }
    makeMasterKeyFile(file);
  }
  return readMasterKey(file);
}

/**
 * Writes a new random master key, mode 0600, whole or not at all. For a rotation: make the new file first,
 * then `rewrap`, then let the configuration name the new file.
 * @throws when the file exists
 */
export function makeMasterKeyFile(file: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`;
  const fd = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(fd, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    // A link fails where a rename would replace another's key.
    linkSync(draft, file);
  } finally {
    unlinkSync(draft);
  }
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * Reads a file that holds 32 bytes as base64 (44 characters) or hex (64), white space around them allowed.
 * @throws MasterKeyError
 */
export function readMasterKey(file: string): MasterKey {
  let mode: number;
  let text: string;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, 'latin1').trim();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MasterKeyError(`the master key file ${file} cannot be read: ${why}. ${HOW_TO_MAKE}`, {
      cause: error,
    });
  }
  // Windows has no such bits: there the folder's access list is what protects the file.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const bits = (mode & 0o777).toString(8).padStart(4, '0');
    throw new MasterKeyError(
      `the master key file ${file} has mode ${bits}, so that others than its owner may use it. ` +
        `Run: chmod 600 ${file} (and think whether it was copied: then rotate it)`,
    );
  }
  if (/^[0-9a-fA-F]{64}$/.test(text)) return masterKeyOf(Buffer.from(text, 'hex'));
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return masterKeyOf(Buffer.from(text, 'base64'));
  throw new MasterKeyError(
    `the master key file ${file} must hold ${KEY_BYTES} bytes as base64 (44 characters) or hex (64), ` +
      `and holds ${text.length} characters. ${HOW_TO_MAKE}`,
  );
}
