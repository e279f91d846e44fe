import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { writeBigLog } from './big-log.ts';
import { figure } from './figure.ts';

const runFile = promisify(execFile);
const measured = z.object({ events: z.number(), seconds: z.number(), peakRssMiB: z.number() });
const ROUNDS = 3;

/**
 * A rebuild of all views from nothing against a bare read of the same log with JSON.parse, each in a process of its
 * own, in turns. A bare read is one thread; a rebuild reads in a second one. `npm run -s bench -- rebuild [events]`, a million by default.
 */
export async function run(args: readonly string[]): Promise<void> {
  const events = Number(args[0] ?? 1_000_000);
  const folder = await mkdtemp(join(tmpdir(), 'redress-rebuild-'));
  try {
    const log = await writeBigLog(join(folder, 'events.db'), events);
    figure('rebuild', 'events', log.events, 'events');
    figure('rebuild', 'cases', log.cases, 'cases');
    const bare: number[] = [];
    const views: number[] = [];
    let peak = 0;
    for (let round = 0; round < ROUNDS; round++) {
      bare.push((await measure('bare', folder)).seconds);
      const built = await measure('views', folder);
      views.push(built.seconds);
      peak = Math.max(peak, built.peakRssMiB);
    }
    figure('rebuild', 'bareReadSeconds', median(bare), 's');
    figure('rebuild', 'rebuildSeconds', median(views), 's');
    figure('rebuild', 'rebuildEventsPerSecond', log.events / median(views), 'events/s');
    figure('rebuild', 'ratio', median(bare) / median(views), 'of a bare read');
    figure('rebuild', 'peakRssMiB', peak, 'MiB');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(what: 'bare' | 'views', folder: string): Promise<z.infer<typeof measured>> {
  const file = join(import.meta.dirname, 'processes', 'rebuild.ts');
  const { stdout } = await runFile(process.execPath, [file, what, folder]);
  return measured.parse(JSON.parse(stdout));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
