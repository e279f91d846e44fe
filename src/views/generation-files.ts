import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The views are one SQLite file, `views-<generation>.db`. A rebuild writes the next generation into a `.building` file
 * beside it and renames it when it is whole: the swap is one rename, and a crash leaves either the old or the new.
 * (A rename over the old file would let SQLite replay the old write-ahead file on the new database.)
 */
const COMPLETE = /^views-(\d{6})\.db$/;
const OURS = /^views-(\d{6})\.(?:db|building)(?:-wal|-shm|-journal)?$/;

/** The views that hold, or `undefined` before the first. */
export function currentGeneration(dataFolder: string): { path: string; generation: number } | undefined {
  const newest = readdirSync(dataFolder)
    .flatMap(name => COMPLETE.exec(name)?.[1] ?? [])
    .map(Number)
    .reduce((most, generation) => Math.max(most, generation), 0);
  return newest === 0 ? undefined : { path: generationPath(dataFolder, newest), generation: newest };
}

/** Whether nothing is left of what came before the views that hold: an old file keeps what was erased since. */
export function isAlone(dataFolder: string): boolean {
  const current = currentGeneration(dataFolder)?.generation;
  const found = readdirSync(dataFolder).flatMap(name => OURS.exec(name)?.[1] ?? []);
  return found.every(generation => Number(generation) === current);
}

/** Where the next generation is written until it is whole. What a crash left there before is removed. */
export function buildingPath(dataFolder: string): { path: string; generation: number } {
  const generation = (currentGeneration(dataFolder)?.generation ?? 0) + 1;
  const path = generationPath(dataFolder, generation).replace(/\.db$/, '.building');
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  return { path, generation };
}

/** Makes a whole, closed file the current generation, durably. Its readers and writers must open it anew. */
export function publishGeneration(dataFolder: string, generation: number): string {
  const path = generationPath(dataFolder, generation);
  const building = path.replace(/\.db$/, '.building');
  flush(building, 'r+');
  renameSync(building, path);
  // Windows opens no folder, and needs no flush of one.
  if (process.platform !== 'win32') flush(dataFolder, 'r');
  return path;
}

/** Removes what came before a generation, when nobody reads it any more, and what a crash left unfinished. */
export function removeBefore(dataFolder: string, generation: number): void {
  for (const name of readdirSync(dataFolder)) {
    const found = OURS.exec(name)?.[1];
    if (found === undefined || Number(found) >= generation) continue;
    // A file that somebody still has open can't be removed on Windows: the next start tries again.
    rmSync(join(dataFolder, name), { force: true, maxRetries: 2 });
  }
}

function generationPath(dataFolder: string, generation: number): string {
  return join(dataFolder, `views-${String(generation).padStart(6, '0')}.db`);
}

function flush(path: string, flags: 'r' | 'r+'): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
