import { closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { originOf } from './checkpoint-note.ts';
import { type NoteSigner, type NoteVerifier, newSigner, parseSigner, parseVerifier } from './signed-note.ts';

/** Who signs for the log, and whose signatures count as the house's own. */
export interface CheckpointKeys {
  readonly signer: NoteSigner;
  /** The signer's, and those of former keys. */
  readonly trusted: readonly NoteVerifier[];
}

/** The key that signs checkpoints is missing, unsafe or malformed. The text says what to do. */
export class CheckpointKeyError extends Error {
  override readonly name = 'CheckpointKeyError';
}

/**
 * Reads the key file: the secret of the key that signs, and in further lines the verifier keys of former ones, whose
 * checkpoints still count. `#` begins a remark.
 * @throws CheckpointKeyError
 */
export function readCheckpointKeys(file: string, logId: string): CheckpointKeys {
  let text: string;
  let mode: number;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CheckpointKeyError(
      `the key that signs checkpoints cannot be read: ${why}. Put ${file} back from its backup, or make a new one: redress audit new-key`,
      { cause: error },
    );
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new CheckpointKeyError(
      `others than its owner may use ${file}: chmod 600 it, and think whether it was copied (redress audit new-key)`,
    );
  }
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
  const [secret = '', ...former] = lines;
  const signer = parseSigner(secret);
  if (signer === undefined)
    throw new CheckpointKeyError(
      `${file} does not begin with a signing key: put it back from its backup, or make a new one: redress audit new-key`,
    );
  if (signer.verifier.name !== originOf(logId)) {
    throw new CheckpointKeyError(
      `the key in ${file} signs for ${signer.verifier.name}, and this is ${originOf(logId)}: it belongs to another log`,
    );
  }
  const verifiers = former.map(line => {
    const verifier = parseVerifier(line);
    if (verifier === undefined)
      throw new CheckpointKeyError(`${file} holds a line that is no verifier key: ${line}`);
    return verifier;
  });
  return { signer, trusted: [signer.verifier, ...verifiers] };
}

/**
 * Makes a key where there is none, readable by its owner alone.
 * @throws when the file exists
 */
export function makeCheckpointKey(
  file: string,
  logId: string,
  former: readonly NoteVerifier[] = [],
): CheckpointKeys {
  const { secret, signer } = newSigner(originOf(logId));
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(
      descriptor,
      ['# The key that signs checkpoints. Former keys, whose checkpoints still count, are in further lines.']
        .concat(secret, ...former.map(({ text }) => text), '')
        .join('\n'),
    );
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return { signer, trusted: [signer.verifier, ...former] };
}

/**
 * The key of this log. A new one is made for a log without checkpoints alone: where there are some, a key that is gone
 * is not quietly replaced by one whose signatures nobody outside knows.
 * @throws CheckpointKeyError
 */
export function openCheckpointKeys(file: string, logId: string, mayMake: boolean): CheckpointKeys {
  if (mayMake && !existsSync(file)) return makeCheckpointKey(file, logId);
  return readCheckpointKeys(file, logId);
}
