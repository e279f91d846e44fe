import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBigLog } from './big-log.ts';
import { figure } from './figure.ts';

/** One thing an auditor asks, measured on a big log that lies in a folder. */
type Measure = (folder: string, events: number) => Promise<void>;

const measures: Readonly<Record<string, Measure>> = {};

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
