import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HeldBack } from './timekeeper.ts';

const recordSchema = z.object({
  importId: z.uuid(),
  source: z.string(),
  startedAt: z.int(),
  streamIds: z.array(z.string()),
});
type HeldRecord = z.infer<typeof recordSchema>;

/** An import that was begun and did not come to its end. */
export type UnfinishedImport = Omit<HeldRecord, 'streamIds'> & { readonly cases: number };

const FOLDER = 'unfinished-imports';

/** What lies in the data folder is not what tells of imports that were cut off; the message says what to do. */
class HeldCasesError extends Error {
  override readonly name = 'HeldCasesError';
}

/** Another import of the same source is running. */
export class ImportRunsError extends Error {
  override readonly name = 'ImportRunsError';
}

/**
 * The cases whose timers belong to an import until it has come to its end, on disk as well: a service that was
 * killed half-way and starts again must not breach today what the next rows of the import would have kept in time.
 */
export class HeldCases implements HeldBack {
  readonly #folder: string;
  readonly #records = new Map<string, HeldRecord>();
  readonly #running = new Set<string>();
  #streams: ReadonlySet<string> = new Set();

  /** @throws HeldCasesError when a record in the data folder cannot be read */
  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, FOLDER);
    makeFolder(this.#folder);
    for (const file of readdirSync(this.#folder).filter(name => name.endsWith('.json'))) {
      const record = recordIn(join(this.#folder, file));
      this.#records.set(record.importId, record);
    }
    this.#gather();
  }

  get size(): number {
    return this.#streams.size;
  }

  has(streamId: string): boolean {
    return this.#streams.has(streamId);
  }

  /** Imports that are not running and were not ended: to be run again, or given up. */
  unfinished(): readonly UnfinishedImport[] {
    return [...this.#records.values()]
      .filter(({ importId }) => !this.#running.has(importId))
      .map(({ streamIds, ...record }) => ({ ...record, cases: streamIds.length }));
  }

  /**
   * Holds the cases of an import back, durably, until `end`; those of an earlier run that was cut off stay held.
   * Answers how to let go of the running without ending it.
   * @throws ImportRunsError
   */
  begin(record: HeldRecord): () => void {
    const { importId, source } = record;
    if (this.#running.has(importId)) throw new ImportRunsError(`an import of ${source} is running already`);
    const before = this.#records.get(importId)?.streamIds ?? [];
    const merged = { ...record, streamIds: [...new Set([...before, ...record.streamIds])] };
    this.#write(merged);
    this.#records.set(importId, merged);
    this.#running.add(importId);
    this.#gather();
    return () => {
      this.#running.delete(importId);
    };
  }

  /** The import came to its end, or is given up: time goes on for its cases. */
  end(importId: string): void {
    rmSync(this.#path(importId), { force: true });
    this.#records.delete(importId);
    this.#running.delete(importId);
    this.#gather();
  }

  #gather(): void {
    this.#streams = new Set([...this.#records.values()].flatMap(({ streamIds }) => streamIds));
  }

  #path(importId: string): string {
    return join(this.#folder, `${importId}.json`);
  }

  #write(record: HeldRecord): void {
    const path = this.#path(record.importId);
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeSync(file, JSON.stringify(record));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    syncFolder(this.#folder);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new HeldCasesError(
      `${path} is a file, where the house keeps a folder of that name: move it away and start again`,
      { cause: error },
    );
  }
}

function recordIn(path: string): HeldRecord {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new HeldCasesError(
      `${path} is no record of an unfinished import: put it back from a backup, or move it away (the timers of the ` +
        "cases in it then fire by today's time) and run the import again",
      { cause: error },
    );
  }
}

/** Makes a rename durable; Windows has no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
