import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { auditJobs } from './audit-jobs.ts';
import { writeBigLog } from './big-log.ts';
import { figure } from './figure.ts';

/** One thing an auditor asks, measured on a big log that lies in a folder. */
type Measure = (folder: string, events: number) => Promise<void>;

const measures: Readonly<Record<string, Measure>> = { verify, ...auditJobs };

/**
 * What an auditor asks, at a million events, each against a bare read of the same log:
 * `npm run -s bench -- audit [events] [name…]`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [count = '1000000', ...names] = args;
  const folder = await mkdtemp(join(tmpdir(), 'redress-audit-'));
  try {
    const log = await writeBigLog(join(folder, 'events.db'), Number(count));
    figure('audit', 'events', log.events, 'events');
    for (const [name, measure] of Object.entries(measures)) {
      if (names.length === 0 || names.includes(name)) await measure(folder, log.events);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const runFile = promisify(execFile);
const measured = z.object({ events: z.number(), seconds: z.number(), peakRssMiB: z.number() });
const ROUNDS = 3;

/** The whole log against its hashes and a hundred checkpoints, in turns with a bare read; the hashes taken once before. */
async function verify(folder: string): Promise<void> {
  const tree = await pass('tree', folder);
  figure('audit', 'treeEventsPerSecond', tree.events / tree.seconds, 'events/s');
  const bare: number[] = [];
  const verifying: number[] = [];
  let peak = 0;
  for (let round = 0; round < ROUNDS; round++) {
    bare.push((await pass('bare', folder)).seconds);
    const { seconds, peakRssMiB } = await pass('verify', folder);
    verifying.push(seconds);
    peak = Math.max(peak, peakRssMiB);
  }
  figure('audit', 'bareReadSeconds', median(bare), 's');
  figure('audit', 'verifySeconds', median(verifying), 's');
  figure('audit', 'verifyEventsPerSecond', tree.events / median(verifying), 'events/s');
  figure('audit', 'verifyRatio', median(bare) / median(verifying), 'of a bare read');
  figure('audit', 'verifyPeakRssMiB', peak, 'MiB');
}

/** In a process of its own. */
async function pass(what: 'bare' | 'tree' | 'verify', folder: string): Promise<z.infer<typeof measured>> {
  const file = join(import.meta.dirname, 'processes', 'audit.ts');
  const { stdout } = await runFile(process.execPath, [file, what, folder]);
  return measured.parse(JSON.parse(stdout));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
