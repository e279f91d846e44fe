import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

/** Beside the code, and of whoever installed it: in a folder that others write to, they would write our code. */
const FOLDER = join(import.meta.dirname, '../node_modules/.cache/compiled');
const VARIABLE = 'NODE_COMPILE_CACHE';

/**
 * Lets what is compiled be compiled once: without it most of a start goes into taking the types out of every file
 * and compiling it, in each thread again. To be called before anything else is loaded. Where the folder cannot be
 * written, nothing is kept and nothing fails.
 */
export function keepCompiled(): void {
  if (process.env[VARIABLE] !== undefined) return;
  enableCompileCache(FOLDER);
  // Threads that are started later read it there.
  process.env[VARIABLE] = FOLDER;
}

/** Writes down what this thread has compiled; else that is done at its orderly end, which a killed one has not. */
export function writeCompiled(): void {
  flushCompileCache();
}
