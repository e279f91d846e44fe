import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { makeCheckpointKey } from '../audit/checkpoint-keys.ts';
import { readCheckpoints } from '../audit/checkpoint-streams.ts';
import { type NoteVerifier, parseVerifier } from '../audit/signed-note.ts';
import { findingText } from '../audit/verify-findings.ts';
import { verifyFolder } from '../audit/verify-folder.ts';
import { loadConfig } from '../config.ts';
import { openDataFolder } from '../store/data-folder.ts';
import { openLog } from '../store/open-log.ts';
import { configuredStore } from '../store/store-address.ts';
import { OperationError } from './operation-error.ts';
import { looked } from './reported.ts';

/** `redress audit rebuild-tree` and `new-key`: for the service stopped, and each leaves what was there aside. */
export function mendCommands(): readonly Command[] {
  return [
    new Command('rebuild-tree')
      .description(
        'Take the hashes of the log anew, where they were damaged and the log was not; the service must be stopped',
      )
      .action(() => looked(rebuildTree)),
    new Command('new-key')
      .description(
        'Make a new key that signs checkpoints; what former ones signed still counts; the service must be stopped',
      )
      .action(() => looked(newKey)),
  ];
}

async function rebuildTree(): Promise<void> {
  const { dataFolder, checkpointKeyFile, store } = loadConfig(process.env);
  const owned = openDataFolder(dataFolder);
  try {
    const { findings } = await verifyFolder(
      { folder: owned.path, store: configuredStore(store, owned.path) },
      { keyFile: checkpointKeyFile, keys: [], checkpoints: [] },
      () => {},
    );
    const [other] = findings.filter(({ kind }) => kind !== 'treeDamaged');
    if (other !== undefined) {
      throw new OperationError(`the hashes are kept, since they are what tells: ${findingText(other)}`);
    }
    const aside = setAside(join(owned.path, 'tree.db'));
    process.stdout.write(
      `The hashes are taken anew at the next start${aside === undefined ? '' : `; the old ones are in ${aside}`}.\n`,
    );
  } finally {
    owned.release();
  }
}

async function newKey(): Promise<void> {
  const { dataFolder, checkpointKeyFile, store } = loadConfig(process.env);
  const owned = openDataFolder(dataFolder);
  try {
    const log = await openLog(configuredStore(store, owned.path));
    const signed = await readCheckpoints(log, Date.now());
    await log.close();
    const former = new Map<string, NoteVerifier>();
    for (const { verifier } of signed) {
      const parsed = parseVerifier(verifier);
      if (parsed !== undefined) former.set(verifier, parsed);
    }
    const aside = setAside(checkpointKeyFile);
    const { signer } = makeCheckpointKey(checkpointKeyFile, log.logId, [...former.values()]);
    process.stdout.write(
      `${signer.verifier.text}\n` +
        `Give it to whoever verifies. ${former.size} former keys still count, as the log names them: compare them with those you gave out.\n` +
        `${aside === undefined ? '' : `The old key is in ${aside}: destroy it if it may be in other hands.\n`}`,
    );
  } finally {
    owned.release();
  }
}

function setAside(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const stamp = new Date().toISOString().replaceAll(/[^0-9]/g, '');
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.${stamp}${suffix}`);
  }
  return `${path}.${stamp}`;
}
