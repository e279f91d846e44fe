import { cpSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { notesIn } from '../audit/checkpoint-streams.ts';
import { verifyLog } from '../audit/verify-log.ts';
import { configSettings } from '../config.ts';
import { namingFile } from '../file-trouble.ts';
import { demandLog, isMissingOrEmpty } from '../store/gone-log.ts';
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

/** What a backup has made so far, in order; folders are named apart, since others may put something into them. */
type Made = { readonly file: string } | { readonly folder: string };

/**
 * Copies what cannot be derived, while the service runs: the log first and the keys after it, so that every key that
 * an event names is in the copy. The master key and the key that signs checkpoints are never in it. One that fails or
 * is given up leaves nothing of itself, and what was there before.
 * @throws BackupError, LogFileError, StoreUnavailableError
 */
export async function backUp(
  folder: string,
  params: z.infer<typeof backUpParams>,
  onProgress: (progress: { readonly doing: string }) => void,
  isGivenUp: () => boolean = () => false,
): Promise<BackupManifest & { readonly keys: boolean }> {
  const made: Made[] = [];
  try {
    return await copyAll(folder, params, made, doing => {
      if (isGivenUp()) throw new BackupError('the backup was given up');
      if (doing !== undefined) onProgress({ doing });
    });
  } catch (error) {
    for (const each of made.reverse()) takeAway(each);
    throw error;
  }
}

function takeAway(made: Made): void {
  try {
    if ('folder' in made) rmdirSync(made.folder);
    else
      for (const suffix of ['', '-journal', '-wal', '-shm'])
        rmSync(made.file + suffix, { recursive: true, force: true });
  } catch {
    // Why the backup failed is what is to be told; a folder into which somebody else has put something stays.
  }
}

/** `goOn` tells what is done next; it throws when nobody waits any more. */
async function copyAll(
  folder: string,
  { to, keysTo }: z.infer<typeof backUpParams>,
  made: Made[],
  goOn: (doing?: string) => void,
): Promise<BackupManifest & { readonly keys: boolean }> {
  if (keysTo !== undefined && (isWithin(keysTo, to) || isWithin(to, keysTo))) {
    throw new BackupError(
      `the keys must not lie in the same backup as the data that they open: ${keysTo} is not apart from ${to}`,
    );
  }
  demandLog(join(folder, EVENTS_FILE));
  emptyFolder(to, made);
  if (keysTo !== undefined) emptyFolder(keysTo, made);
  const madeAt = new Date().toISOString();

  goOn('copying the log');
  const files: BackedUpFile[] = [await copyDatabase(folder, to, EVENTS_FILE, made)];
  goOn();
  const imports = join(folder, IMPORTS_FOLDER);
  if (existsSync(imports)) {
    const target = join(to, IMPORTS_FOLDER);
    made.push({ file: target });
    told(target, 'written', () => cpSync(imports, target, { recursive: true }));
    for (const name of readdirSync(join(to, IMPORTS_FOLDER))) {
      const path = `${IMPORTS_FOLDER}/${name}`;
      files.push(await fileFacts(join(to, path), path));
    }
  }
  goOn('reading the copy');
  const { logId, events, root, checkpoint } = await factsOf(join(to, EVENTS_FILE), goOn);

  if (keysTo !== undefined) {
    goOn('copying the keys');
    const file = await copyDatabase(folder, keysTo, KEYS_FILE, made);
    writeJson(join(keysTo, KEYS_MANIFEST), { format: KEYS_FORMAT, logId, madeAt, file }, made);
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
  goOn();
  writeJson(join(to, MANIFEST), manifest, made);
  return { ...manifest, keys: keysTo !== undefined };
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function emptyFolder(path: string, made: Made[]): void {
  const whole = resolve(path);
  const first = told(path, 'written', () => mkdirSync(whole, { recursive: true, mode: 0o700 }));
  if (first !== undefined) made.push(...foldersDown(first, whole).map(each => ({ folder: each })));
  if (readdirSync(path).length > 0)
    throw new BackupError(`${path} is not empty: each backup has a folder of its own`);
}

function foldersDown(first: string, last: string): readonly string[] {
  return last === first || last === dirname(last) ? [last] : [...foldersDown(first, dirname(last)), last];
}

async function copyDatabase(folder: string, to: string, name: string, made: Made[]): Promise<BackedUpFile> {
  const source = join(folder, name);
  if (isMissingOrEmpty(source))
    throw new BackupError(`${source} is ${existsSync(source) ? 'empty' : 'not there'}`);
  const target = join(to, name);
  // Of two backups into one folder the second ends here, and takes nothing of the first away.
  told(target, 'written', () => writeFileSync(target, '', { mode: 0o600, flag: 'wx' }));
  made.push({ file: target });
  const db = told(source, 'read', () => new DatabaseSync(source, { readOnly: true, timeout: 5_000 }));
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
  try {
    told(target, 'written', () => copy.exec('PRAGMA journal_mode = DELETE'));
  } finally {
    copy.close();
  }
  const handle = await open(target, 'r+');
  await handle.sync();
  await handle.close();
  return fileFacts(target, name);
}

async function factsOf(
  path: string,
  goOn: () => void,
): Promise<{ logId: string; events: number; root: string; checkpoint: string | undefined }> {
  const log = openSqliteBodies(path);
  try {
    const { events, root, findings } = await verifyLog({
      log,
      tree: undefined,
      checkpoints: [],
      trusted: [],
      onProgress: () => goOn(),
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

function writeJson(path: string, value: object, made: Made[]): void {
  const text = `${JSON.stringify(value, undefined, 1)}\n`;
  made.push({ file: path });
  told(path, 'written', () => writeFileSync(path, text, { mode: 0o600, flush: true }));
}

/** @throws BackupError in the place of what the system says of a file */
function told<T>(path: string, doing: 'read' | 'written', work: () => T): T {
  return namingFile(path, doing, work, (trouble, options) => new BackupError(trouble, options));
}
