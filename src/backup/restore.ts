import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { base64Of, hashFromBase64, sameHash } from '../audit/merkle.ts';
import { verifyLog } from '../audit/verify-log.ts';
import { catchUp } from '../directory/log-follower.ts';
import { fileTrouble, namingFile } from '../file-trouble.ts';
import { keyFollower } from '../privacy/key-follower.ts';
import { loadMasterKey, type MasterKey } from '../privacy/master-key.ts';
import { replayErasures } from '../privacy/replay-erasures.ts';
import { openSqliteKeyStore } from '../privacy/sqlite-key-store.ts';
import { LOCK_FILE, openDataFolder } from '../store/data-folder.ts';
import { openSqliteLog } from '../store/sqlite-log.ts';
import { openSqliteBodies } from '../store/stored-bodies.ts';
import {
  type BackedUpFile,
  BackupError,
  backupSchema,
  EVENTS_FILE,
  fileFacts,
  IMPORTS_FOLDER,
  KEYS_FILE,
  KEYS_MANIFEST,
  keysBackupSchema,
  MANIFEST,
} from './backup-format.ts';
import { type KeyFinding, missingKeys } from './missing-keys.ts';

export interface RestoreWanted {
  readonly backup: string;
  /** The folder of the keys' backup. */
  readonly keys: string;
  /** Where it is put back: missing or empty. */
  readonly dataFolder: string;
  /** The master key that the keys are wrapped by; absent: it lies where the configuration says. */
  readonly masterKeyFile: string | undefined;
  /** Subjects whose erasure the log of the backup does not know yet. */
  readonly alsoErased: readonly string[];
}

export interface Restored {
  readonly logId: string;
  readonly madeAt: string;
  readonly events: number;
  readonly erasedSubjects: number;
  /** That the copy of the keys still had. */
  readonly keysDestroyed: number;
  readonly keys: KeyFinding;
}

/** Within the data folder; what an attempt that was killed left in it is taken away by the next. */
const SCRATCH = '.restoring';

/**
 * Puts a backup back into an empty folder, whole or not at all. Before anybody can open it, the keys of all whose
 * erasure was approved are destroyed in it, so that an old copy of the keys brings nobody back. What is derived is made
 * anew at the first start.
 * @throws BackupError, DataFolderBusyError, KeyFileError, MasterKeyError
 */
export async function restore(wanted: RestoreWanted): Promise<Restored> {
  const { backup, keys, dataFolder, masterKeyFile, alsoErased } = wanted;
  const manifest = readManifest(join(backup, MANIFEST), backupSchema);
  const keysManifest = readManifest(join(keys, KEYS_MANIFEST), keysBackupSchema);
  if (keysManifest.logId !== manifest.logId) {
    throw new BackupError(
      `the keys in ${keys} are of the log ${keysManifest.logId}, and the backup is of ${manifest.logId}`,
    );
  }
  for (const file of manifest.files) await demandWhole(backup, file);
  await demandWhole(keys, keysManifest.file);

  const configuredFile = masterKeyFile === undefined ? configuredMasterKey() : undefined;
  if (masterKeyFile === undefined && configuredFile === undefined) {
    throw new BackupError(
      'say where the master key lies that the keys are wrapped by: --master-key, or REDRESS_MASTER_KEY_FILE',
    );
  }
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  if (readdirSync(dataFolder).some(name => name !== SCRATCH && !name.startsWith(LOCK_FILE))) {
    throw new BackupError(
      `${dataFolder} is not empty: a backup is put back into an empty folder, and never over another log`,
    );
  }
  const owned = openDataFolder(dataFolder);
  const scratch = join(owned.path, SCRATCH);
  try {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { mode: 0o700 });
    const place = (name: string): string => join(scratch, name);
    if (masterKeyFile !== undefined) copyMasterKey(masterKeyFile, place('master.key'));
    copyFileSync(join(keys, KEYS_FILE), place(KEYS_FILE));
    copyFileSync(join(backup, EVENTS_FILE), place(EVENTS_FILE));
    const imports = join(backup, IMPORTS_FOLDER);
    if (existsSync(imports)) cpSync(imports, place(IMPORTS_FOLDER), { recursive: true });

    await demandSameLog(place(EVENTS_FILE), manifest);
    const masterKey = loadMasterKey({ configuredFile, dataDir: scratch });
    const { subjects, keysDestroyed } = await forgetAgain(scratch, alsoErased, masterKey);
    const found = await missingKeys(scratch, masterKey, () => {});
    // The log comes last: without it nobody starts on the folder.
    const names = readdirSync(scratch).filter(name => name !== EVENTS_FILE);
    for (const name of [...names, EVENTS_FILE]) renameSync(place(name), join(owned.path, name));
    return {
      logId: manifest.logId,
      madeAt: manifest.madeAt,
      events: manifest.events,
      erasedSubjects: subjects.length,
      keysDestroyed,
      keys: found,
    };
  } catch (error) {
    const trouble = fileTrouble(error, owned.path, 'written');
    throw trouble === undefined ? error : new BackupError(trouble, { cause: error });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    owned.release();
  }
}

/** @throws BackupError for a file that cannot be read */
function copyMasterKey(from: string, to: string): void {
  namingFile(
    from,
    'read',
    () => copyFileSync(from, to),
    (trouble, options) => new BackupError(`--master-key: ${trouble}`, options),
  );
}

function configuredMasterKey(): string | undefined {
  const file = process.env['REDRESS_MASTER_KEY_FILE'];
  return file === '' ? undefined : file;
}

async function forgetAgain(folder: string, alsoErased: readonly string[], masterKey: MasterKey) {
  const keys = openSqliteKeyStore({ path: join(folder, KEYS_FILE), masterKey });
  const log = await openSqliteLog(join(folder, EVENTS_FILE));
  try {
    // Whose the newest keys are is written down later than the keys: the log says it, or an erasure would miss them.
    await catchUp(log, [await keyFollower(keys, log)]);
    return await replayErasures({ log, keys, alsoSubjects: alsoErased });
  } finally {
    await log.close();
    await keys.close();
  }
}

async function demandSameLog(path: string, { root, events }: z.infer<typeof backupSchema>): Promise<void> {
  const log = openSqliteBodies(path);
  try {
    const found = await verifyLog({ log, tree: undefined, checkpoints: [], trusted: [] });
    const expected = hashFromBase64(root);
    const computed = hashFromBase64(found.root);
    if (found.events === events && expected && computed && sameHash(expected, computed)) return;
    throw new BackupError(
      `the log in the backup has ${found.events} events with the root ${base64Of(computed ?? Buffer.of())}, and its list says ${events} with ${root}`,
    );
  } finally {
    await log.close();
  }
}

function readManifest<T>(path: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BackupError(
      `${path} cannot be read: ${why}. A backup without it was cut off, or this is none`,
      { cause: error },
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BackupError(`${path} is no list of a backup that this release reads`);
}

async function demandWhole(folder: string, { name, bytes, sha256 }: BackedUpFile): Promise<void> {
  const path = join(folder, name);
  const outside = name.split('/').some(part => part === '..' || part === '') || name.includes('\\');
  if (outside || !existsSync(path)) throw new BackupError(`${path} is missing from the backup`);
  const found = await fileFacts(path, name);
  if (found.bytes !== bytes || found.sha256 !== sha256) {
    throw new BackupError(`${path} is not the file that was backed up: it was changed or cut off since`);
  }
}
