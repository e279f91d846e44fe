import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { notesIn } from '../audit/checkpoint-streams.ts';
import { verifyLog } from '../audit/verify-log.ts';
import { configSettings } from '../config.ts';
import { fileTrouble } from '../file-trouble.ts';
import { isMissingOrEmpty, refuseGone } from '../store/gone-log.ts';
import { openSqliteBodies } from '../store/stored-bodies.ts';
import { VERSION } from '../version.ts';
import {
  BACKUP_FORMAT,
  type BackedUpFile,
  BackupError,
  type BackupManifest,
  EVENTS_FILE,
  fileFacts,
  IMPORTS_FOLDER,
  KEYS_FILE,
  KEYS_FORMAT,
  KEYS_MANIFEST,
  MANIFEST,
} from './backup-format.ts';

const wholePath = z.string().max(4_000).refine(isAbsolute, 'must be a whole path');
export const backUpParams = z.strictObject({
  /** An empty folder, or one that is made. */
  to: wholePath,
  /** The same for the keys; absent: they are backed up in another way. */
  keysTo: wholePath.optional(),
});

/** Every page in one step: between two, a writer's commit would make SQLite begin anew, and under load it never ended. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies what cannot be derived, while the service runs: the log first and the keys after it, so that every key that
 * an event names is in the copy. The master key and the key that signs checkpoints are never in it.
 * @throws BackupError, LogFileError, StoreUnavailableError
 */
export async function backUp(
  folder: string,
  { to, keysTo }: z.infer<typeof backUpParams>,
  onProgress: (progress: { readonly doing: string }) => void,
): Promise<BackupManifest & { readonly keys: boolean }> {
  if (keysTo !== undefined && (isWithin(keysTo, to) || isWithin(to, keysTo))) {
    throw new BackupError(
      `the keys must not lie in the same backup as the data that they open: ${keysTo} is not apart from ${to}`,
    );
  }
  const log = join(folder, EVENTS_FILE);
  if (isMissingOrEmpty(log)) refuseGone(log);
  emptyFolder(to);
  if (keysTo !== undefined) emptyFolder(keysTo);
  const madeAt = new Date().toISOString();

  onProgress({ doing: 'copying the log' });
  const files: BackedUpFile[] = [await copyDatabase(folder, to, EVENTS_FILE)];
  const imports = join(folder, IMPORTS_FOLDER);
  if (existsSync(imports)) {
    cpSync(imports, join(to, IMPORTS_FOLDER), { recursive: true });
    for (const name of readdirSync(join(to, IMPORTS_FOLDER))) {
      const path = `${IMPORTS_FOLDER}/${name}`;
      files.push(await fileFacts(join(to, path), path));
    }
  }
  onProgress({ doing: 'reading the copy' });
  const { logId, events, root, checkpoint } = await factsOf(join(to, EVENTS_FILE));

  if (keysTo !== undefined) {
    onProgress({ doing: 'copying the keys' });
    const file = await copyDatabase(folder, keysTo, KEYS_FILE);
    writeJson(join(keysTo, KEYS_MANIFEST), { format: KEYS_FORMAT, logId, madeAt, file });
  }
  const manifest: BackupManifest = {
    format: BACKUP_FORMAT,
    logId,
    madeAt,
    release: VERSION,
    events,
    root,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    files,
    settings: settingsInUse(),
  };
  // Last: a backup without it was cut off.
  writeJson(join(to, MANIFEST), manifest);
  return { ...manifest, keys: keysTo !== undefined };
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function emptyFolder(path: string): void {
  told(path, 'written', () => mkdirSync(path, { recursive: true, mode: 0o700 }));
  if (readdirSync(path).length > 0)
    throw new BackupError(`${path} is not empty: each backup has a folder of its own`);
}

async function copyDatabase(folder: string, to: string, name: string): Promise<BackedUpFile> {
  const source = join(folder, name);
  if (isMissingOrEmpty(source))
    throw new BackupError(`${source} is ${existsSync(source) ? 'empty' : 'not there'}`);
  const target = join(to, name);
  told(target, 'written', () => writeFileSync(target, '', { mode: 0o600, flag: 'wx' }));
  const db = new DatabaseSync(source, { readOnly: true, timeout: 5_000 });
  try {
    // What is no database is found here, and not by copying it.
    told(source, 'read', () => db.prepare('SELECT count(*) FROM sqlite_schema').get());
    await backup(db, target, { rate: ALL_PAGES }).catch(error => {
      throw new BackupError(
        `${source} was not copied to ${target}: ${error instanceof Error ? error.message : error}`,
        { cause: error },
      );
    });
  } finally {
    db.close();
  }
  // The copy says that it has a write-ahead file, and has none: one file is all of it.
  const copy = new DatabaseSync(target);
  copy.exec('PRAGMA journal_mode = DELETE');
  copy.close();
  const handle = await open(target, 'r+');
  await handle.sync();
  await handle.close();
  return fileFacts(target, name);
}

async function factsOf(
  path: string,
): Promise<{ logId: string; events: number; root: string; checkpoint: string | undefined }> {
  const log = openSqliteBodies(path);
  try {
    const { events, root, findings } = await verifyLog({
      log,
      tree: undefined,
      checkpoints: [],
      trusted: [],
    });
    const [fault] = findings;
    if (fault !== undefined)
      throw new BackupError(
        `the log cannot be backed up as it is (${fault.kind}): redress audit verify says more`,
      );
    const notes = await notesIn(log, Date.now());
    return { logId: log.logId, events, root, checkpoint: notes.at(-1)?.note };
  } finally {
    await log.close();
  }
}

/** What must be set again where it is put back. */
function settingsInUse(): Record<string, string> {
  const set = configSettings(process.env).filter(({ isDefault }) => !isDefault);
  return Object.fromEntries(
    set.map(({ variable, text }) => [
      variable.name,
      variable.shown(text).replace(/\/\/[^@/\s]*@/, '//[password]@'),
    ]),
  );
}

function writeJson(path: string, value: object): void {
  const text = `${JSON.stringify(value, undefined, 1)}\n`;
  told(path, 'written', () => writeFileSync(path, text, { mode: 0o600, flush: true }));
}

/** @throws BackupError in the place of what the system says of a file */
function told<T>(path: string, doing: 'read' | 'written', work: () => T): T {
  try {
    return work();
  } catch (error) {
    const trouble = fileTrouble(error, path, doing);
    throw trouble === undefined ? error : new BackupError(trouble, { cause: error });
  }
}
