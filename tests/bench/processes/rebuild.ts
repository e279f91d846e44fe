import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { lifecycles } from '../../../domain/lifecycles.ts';
import { projectionsOf } from '../../../projections/index.ts';
import { openSqliteLog } from '../../../src/store/sqlite-log.ts';
import { buildViews } from '../../../src/views/view-build.ts';

/** `rebuild.ts bare|views FOLDER`: reads the log of a folder, or builds its views; prints time and memory as JSON. */
const [what = '', folder = ''] = process.argv.slice(2);
const started = performance.now();
const cpuBefore = process.cpuUsage();
const events = what === 'bare' ? bareRead() : await views();
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const peakRssMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ events, seconds, cpuSeconds, peakRssMiB }));

/** What any rebuild has to do at least: every body read in order and parsed. */
function bareRead(): number {
  const db = new DatabaseSync(join(folder, 'events.db'), { readOnly: true });
  const statement = db.prepare('SELECT body FROM events ORDER BY position');
  statement.setReturnArrays(true);
  let count = 0;
  for (const row of statement.iterate()) {
    const event: unknown = JSON.parse(String(Object.values(row)[0]));
    if (event !== null) count++;
  }
  db.close();
  return count;
}

async function views(): Promise<number> {
  const log = await openSqliteLog(join(folder, 'events.db'));
  const built = await buildViews(folder, log, projectionsOf(lifecycles, 'Asia/Shanghai'), async () => {});
  await log.close();
  return built.events;
}
