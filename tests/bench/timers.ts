import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { lifecycles } from '../../domain/lifecycles.ts';
import { systemClock } from '../../src/clock.ts';
import { openStore } from '../../src/store/open-store.ts';
import { configuredStore } from '../../src/store/store-address.ts';
import { openViews } from '../../src/views/views.ts';
import { freePort, redress, Service, serviceEnv } from '../torture/service.ts';
import { figure } from './figure.ts';
import { lately, receiptWarnedBy, writeCases } from './many-timers.ts';

const DUE_AT_ONCE = 100_000;
const IDLE_SECONDS = 10;
const BY_TIMER = `"via":"timer"`;

/**
 * `npm run -s bench -- timers [cases] [due at once] [folder]`: the real service over very many open cases. From the
 * start of the process to the first timer fired and durable, and its memory then; many timers due at one instant,
 * while commands are answered; the work of an idle service. A folder that is named is kept, and used again.
 */
export async function run([
  cases = '1000000',
  dueAtOnce = String(DUE_AT_ONCE),
  kept,
]: string[]): Promise<void> {
  mkdirSync('data', { recursive: true });
  const folder = kept ?? mkdtempSync(join('data', 'timers-'));
  try {
    await seed(folder, Number(cases));
    if (process.env.BENCH_ONLY !== 'burst') await firstFiring(folder);
    if (process.env.BENCH_ONLY !== 'first') await burst(folder, Number(dueAtOnce));
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Open cases with timers ahead, written by the engine; their views, made by a rebuild. */
async function seed(folder: string, cases: number): Promise<void> {
  const has = countOf(folder, 'SELECT max(position) AS value FROM events');
  if (has > cases) return;
  const started = performance.now();
  const written = await writeCases(folder, cases, lately(Date.now(), 1));
  figure('timers', 'openCases', written.cases, 'cases');
  figure('timers', 'pendingTimers', written.timers, 'timers');
  figure('timers', 'seeding', (performance.now() - started) / 1000, 's');
  const building = performance.now();
  await viewsFollow(folder);
  figure('timers', 'viewsMade', (performance.now() - building) / 1000, 's');
  // A service that has run before: its own places in the log are written down.
  const service = await startedService(folder);
  await service.service.ready(600_000);
  await sleep(2_000);
  await service.service.stop();
}

async function viewsFollow(folder: string): Promise<void> {
  const log = { warn: () => {}, error: console.error };
  const address = configuredStore('sqlite', folder);
  const store = await openStore(address, { clock: systemClock });
  const views = await openViews({ folder, address, store, timeZone: 'Asia/Shanghai', lifecycles, log });
  const head = countOf(folder, 'SELECT max(position) AS value FROM events');
  for (;;) {
    const [first] = views.status();
    if (first !== undefined && views.status().every(({ behindEvents }) => behindEvents === 0)) break;
    if (head === 0) break;
    await sleep(100);
  }
  await views.close();
  await store.close();
}

interface Running {
  readonly service: Service;
  readonly pid: number;
  readonly spawnedAt: number;
  readonly token: string;
  readonly url: string;
}

async function startedService(folder: string, token = ''): Promise<Running> {
  const env = serviceEnv(folder, await freePort(), { REDRESS_LOG_LEVEL: 'warn' });
  const service = new Service(env);
  const spawnedAt = Date.now();
  service.spawn();
  return { service, pid: service.pid, spawnedAt, token, url: service.url };
}

/** One case fell due while the service was down. */
async function firstFiring(folder: string): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await writeCases(folder, 1, () => receiptWarnedBy(Date.now() - 60_000), 'liaisons');
    const after = countOf(folder, 'SELECT max(position) AS value FROM events');
    const log = new DatabaseSync(join(folder, 'events.db'), { readOnly: true });
    const fired = log.prepare('SELECT position FROM events WHERE position > ? LIMIT 1');
    const { service, pid, spawnedAt } = await startedService(folder);
    while (fired.get(after) === undefined) await sleep(2);
    figure('timers', 'startToFirstFiring', Date.now() - spawnedAt, 'ms');
    figure('timers', 'peakMemoryAtFirstFiring', statusMiB(pid, 'VmHWM'), 'MiB');
    figure('timers', 'cpuUpToFirstFiring', cpuSeconds(pid) * 1000, 'ms');
    await service.ready(60_000);
    figure('timers', 'startToReady', Date.now() - spawnedAt, 'ms');
    if (round === 2) await idle(pid);
    log.close();
    await service.stop();
  }
}

async function idle(pid: number): Promise<void> {
  await sleep(8_000);
  const before = cpuSeconds(pid);
  await sleep(IDLE_SECONDS * 1000);
  figure('timers', 'idleCpu', (cpuSeconds(pid) - before) * 1000, `ms in ${IDLE_SECONDS} s`);
  figure('timers', 'idleMemory', statusMiB(pid, 'VmRSS'), 'MiB');
}

/** Very many warnings of one instant, overdue when the service starts; commands are given meanwhile. */
async function burst(folder: string, count: number): Promise<void> {
  // First: a command of the command line opens the house, whose timers fire meanwhile.
  const token = await tokenFor(folder);
  const receivedAt = receiptWarnedBy(Date.now() - 60_000);
  await writeCases(folder, count, () => receivedAt, 'liaisons');
  await viewsFollow(folder);
  const after = countOf(folder, 'SELECT max(position) AS value FROM events');
  const { service, pid, url } = await startedService(folder);
  const latencies: number[] = [];
  const log = new DatabaseSync(join(folder, 'events.db'), { readOnly: true });
  const head = log.prepare('SELECT max(position) AS value FROM events');
  while (!(await fetch(`${url}/health/live`).catch(() => ({ ok: false }))).ok) await sleep(10);
  const cpuBefore = cpuSeconds(pid);
  for (;;) {
    const asked = performance.now();
    const answer = await fetch(`${url}/v1/complaints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(COMPLAINT),
    }).catch(error => error);
    if (answer.status !== 201) console.error(answer.status, await answer.text?.());
    latencies.push(performance.now() - asked);
    if (Number(head.get()?.value) - after >= count) {
      const fired = Number(
        log
          .prepare(`SELECT count(*) AS value FROM events WHERE position > ? AND instr(body, ?) > 0`)
          .get(after, BY_TIMER)?.value,
      );
      if (fired >= count) break;
    }
    await sleep(50);
  }
  figure('timers', 'cpuOfBurst', cpuSeconds(pid) - cpuBefore, 's');
  const times = log
    .prepare(
      `SELECT min(body ->> '$.metadata.recordedAt') AS first, max(body ->> '$.metadata.recordedAt') AS last,
        count(*) AS fired, count(DISTINCT stream_id) AS streams FROM events WHERE position > ? AND instr(body, ?) > 0`,
    )
    .get(after, BY_TIMER);
  const seconds = (Number(times?.last) - Number(times?.first)) / 1000;
  figure('timers', 'dueAtOnce', Number(times?.fired), 'timers');
  if (Number(times?.fired) !== count || Number(times?.streams) !== count) {
    throw new Error(`${times?.fired} were recorded in ${times?.streams} streams`);
  }
  figure('timers', 'recorded', Number(times?.fired) / seconds, 'timers/s');
  latencies.sort((a, b) => a - b);
  figure('timers', 'commandsMeanwhile', latencies.length, 'commands');
  figure('timers', 'commandP50', latencies[Math.floor(latencies.length / 2)] ?? 0, 'ms');
  figure('timers', 'commandP99', latencies[Math.floor(latencies.length * 0.99)] ?? 0, 'ms');
  figure('timers', 'peakMemory', statusMiB(pid, 'VmHWM'), 'MiB');
  log.close();
  await service.stop();
}

const COMPLAINT = {
  kind: 'product',
  complainant: { name: 'Nanyang Garments' },
  channel: 'phone',
  siteRegion: 'province',
  description: 'The slider comes off after a few pulls.',
};

async function tokenFor(folder: string): Promise<string> {
  const env = serviceEnv(folder, 0);
  const printed = await redress(env, 'token', 'create', '--name', 'bench', '--role', 'agent', '--json');
  const token = /rdr_[A-Za-z0-9_-]+/.exec(printed)?.[0];
  if (token === undefined) throw new Error(`no token in ${printed}`);
  return token;
}

function countOf(folder: string, sql: string): number {
  try {
    const db = new DatabaseSync(join(folder, 'events.db'), { readOnly: true });
    try {
      return Number(db.prepare(sql).get()?.value ?? 0);
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}

/** Linux: of the whole process, its threads too. */
function statusMiB(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
