import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lifecycles } from '../../domain/lifecycles.ts';
import { systemClock } from '../../src/clock.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { runImport } from '../../src/import/import-run.ts';
import { openViews } from '../../src/views/views.ts';
import { workflows } from '../../workflows/index.ts';
import { sharedPath } from '../shared-data.ts';
import { figure } from './figure.ts';

const BENCH = 'import';
const VIEWS_WAIT_MS = 120_000;

/**
 * The help desk's history (4,580 cases, 21,348 rows) into an empty data folder, everything on: the embedded store
 * with its flushes, sealing, the directory, the views' worker, workflows and the timekeeper. The time is that of the
 * import, from the first line read to the last timer fired; `viewsBehind` is how long the views take after it.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'redress-bench-import-'));
  try {
    const config = {
      dataFolder: join(folder, 'data'),
      masterKeyFile: join(folder, 'data', 'master.key'),
      timeZone: 'Asia/Shanghai',
    };
    const say = (about: object, text: string) => console.error(text, about);
    const log = { info: () => {}, debug: () => {}, warn: say, error: say };
    const engine = await openEngine(config, { clock: systemClock, log, lifecycles, workflows, openViews });
    try {
      const cpuBefore = process.threadCpuUsage();
      const mappingFile = join(import.meta.dirname, '../../mappings/helpdesk.yaml');
      const report = await runImport(
        {
          mapping: readFileSync(mappingFile, 'utf8'),
          mappingFile,
          logFile: sharedPath('data/event-logs/helpdesk.ndjson.gz'),
        },
        engine,
        () => {},
        new AbortController().signal,
      );
      const imported = performance.now();
      const cpu = process.threadCpuUsage(cpuBefore);
      const head = await engine.store.head();
      const seen = await engine.views.waitFor(head, VIEWS_WAIT_MS);
      const sum = (counts: Readonly<Record<string, number>>) =>
        Object.values(counts).reduce((total, count) => total + count, 0);
      const { rows, commands, timers, seconds } = report;
      figure(BENCH, 'rows', rows.read, 'rows');
      figure(BENCH, 'refused', report.refused.length, 'rows');
      figure(BENCH, 'commands', sum(commands), 'commands');
      figure(BENCH, 'timers', sum(timers), 'timers');
      figure(BENCH, 'rowsPerSecond', rows.read / seconds, 'rows/s');
      figure(BENCH, 'decisionsPerSecond', (sum(commands) + sum(timers)) / seconds, 'decisions/s');
      figure(BENCH, 'viewsBehind', seen ? (performance.now() - imported) / 1000 : Number.NaN, 's');
      figure(BENCH, 'peakMemory', process.resourceUsage().maxRSS / 1024, 'MiB');
      // What the import itself took of a processor: on a machine that does other things, less than `seconds`.
      figure(BENCH, 'mainThreadCpu', (cpu.user + cpu.system) / 1e6, 's');
      figure(BENCH, 'seconds', seconds, 's');
    } finally {
      await engine.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
