import { join } from 'node:path';
import { lifecycles } from '../../domain/lifecycles.ts';
import { CALENDAR_STREAM_ID, POLICY_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { projectionsOf } from '../../projections/index.ts';
import { runAuditJob } from '../../src/audit/audit-job.ts';
import { EXPORT_FORMATS } from '../../src/audit/export-selection.ts';
import { shadowOf } from '../../src/audit/shadow-job.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { configuredStore } from '../../src/store/store-address.ts';
import { buildViews } from '../../src/views/view-build.ts';
import { published } from '../engine/house.ts';
import { figure } from './figure.ts';

const ZONE = 'Asia/Shanghai';

/** Seconds of a bare read of the whole log: every event decoded, nothing done with it. */
async function bareRead(folder: string): Promise<number> {
  const log = await openSqliteLog(join(folder, 'events.db'));
  const startedAt = performance.now();
  for (let after = ''; ; ) {
    const last = (await log.readAll(after, 500)).at(-1);
    if (last === undefined) break;
    after = last.position;
  }
  await log.close();
  return (performance.now() - startedAt) / 1000;
}

/** The most memory that the process held meanwhile, above what it held before, in MB. */
async function withMemory<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly mb: number }> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 100);
  try {
    return { result: await work(), mb: (most - before) / 2 ** 20 };
  } finally {
    clearInterval(timer);
  }
}

async function measured(name: string, folder: string, events: number, work: () => Promise<unknown>) {
  const bare = await bareRead(folder);
  const startedAt = performance.now();
  const { mb } = await withMemory(work);
  const seconds = (performance.now() - startedAt) / 1000;
  figure('audit', `${name}: rate`, events / seconds, 'events/s');
  figure('audit', `${name}: time of a bare read`, seconds / bare, 'times');
  figure('audit', `${name}: memory`, mb, 'MB');
}

/** What the log of a bench lacks, being made of cases alone. */
async function withPolicy(folder: string): Promise<void> {
  const store = await openSqliteStore({ path: join(folder, 'events.db'), clock: { now: Date.now } });
  const own = [
    published(POLICY_STREAM_ID, 'PolicyPublished', { policy: defaultPolicy() }),
    published(CALENDAR_STREAM_ID, 'CalendarPublished', { calendar: chinaCalendar() }),
  ];
  for (const event of own) await store.append(event.streamId, -1, [event]);
  await store.close();
}

const where = (folder: string) => ({
  folder,
  store: configuredStore('sqlite', folder),
  timeZone: ZONE,
});

/** What goes through the whole log, by the name that the bench is asked for. */
export const auditJobs = {
  async recheck(folder: string, events: number): Promise<void> {
    await withPolicy(folder);
    await measured('recheck', folder, events, async () => {
      const { commands, verdicts } = await runAuditJob(where(folder), 'recheck', {});
      figure('audit', 'recheck: commands', commands, 'commands');
      figure('audit', 'recheck: match', verdicts.match, 'commands');
    });
  },

  async shadow(folder: string, events: number): Promise<void> {
    const log = await openSqliteLog(join(folder, 'events.db'));
    await buildViews(folder, log, projectionsOf(lifecycles, ZONE), async () => {});
    await log.close();
    await measured('shadow', folder, events, async () => {
      const { differences } = await shadowOf(where(folder));
      figure('audit', 'shadow: tables that differ', differences.length, 'tables');
    });
  },

  async exports(folder: string, events: number): Promise<void> {
    for (const format of EXPORT_FORMATS) {
      await measured(`export ${format}`, folder, events, () =>
        runAuditJob(where(folder), 'export', { format }),
      );
    }
  },
} as const;
