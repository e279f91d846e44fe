import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { loadOf, type Sent } from '../torture/load.ts';
import { freePort, redress, Service, serviceEnv } from '../torture/service.ts';
import { COMPLAINT } from './append-http.ts';
import { chances, writeBigLog } from './big-log.ts';
import { figure } from './figure.ts';
import { steadyLoad } from './steady-load.ts';

/** As many events as a case of the big log has, about. */
const EVENTS_PER_CASE = 21.4;
const QUERIES_PER_SECOND = 50;
const COMPLAINTS_PER_SECOND = 500;
const SECONDS = 15;
const CONNECTIONS = 32;
const READY_TIMEOUT_MS = 30 * 60_000;
const WORKED_ON_COMMANDS = 1_000;
const ROLES = ['agent', 'lead', 'qa'].flatMap(role => ['--role', role]);

const deadlines = z.object({ deadlines: z.array(z.unknown()) });

interface Server {
  readonly url: string;
  readonly token: string;
}

/**
 * `npm run -s bench -- queries [cases] [seconds] [folder]`: what people look at, asked of the real service 50 times a
 * second while 500 complaints a second are written by another process. A query's time is counted from the instant at
 * which it was to be asked: one that has to wait for another counts its waiting. `live` is a route that looks at
 * nothing: what the others cannot be faster than on this machine. The cases are lives that the engine wrote, without
 * sealed words; cases and trails that are read were worked on over HTTP. A folder that is named keeps the cases as they
 * were before anybody asked: each run is on a copy of it.
 */
export async function run(args: readonly string[]): Promise<void> {
  const wanted = Number(args[0] ?? 100_000);
  const seconds = Number(args[1] ?? SECONDS);
  const kept = args[2];
  const parent = join(process.cwd(), 'data');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-queries-'));
  const env = serviceEnv(folder, await freePort());
  const service = new Service(env);
  try {
    if (kept === undefined) await seed(folder, wanted);
    else {
      if (!existsSync(kept)) await seed(kept, wanted);
      cpSync(kept, folder, { recursive: true });
    }
    await service.start(READY_TIMEOUT_MS);
    const server = { url: service.url, token: await newToken(env) };
    const random = chances(7);
    const ids = await workedOn(server, random);
    const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const asked: Readonly<Record<string, () => string>> = {
      list: () => one(LISTS),
      case: () => `/v1/complaints/${one(ids)}`,
      trail: () => `/v1/complaints/${one(ids)}/trail`,
      deadlines: () => one(DEADLINES),
      results: () => one(RESULTS),
      frequencies: () => one(FREQUENCIES),
      live: () => '/health/live',
    };
    for (const [name, pathOf] of Object.entries(asked)) {
      const asking = sleep(1_000).then(() => ask(server, pathOf, seconds));
      const [writtenPerSecond, latencies] = await Promise.all([writeComplaints(server, seconds + 2), asking]);
      figure('queries', `${name}P50`, percentile(latencies, 0.5), 'ms');
      figure('queries', `${name}P99`, percentile(latencies, 0.99), 'ms');
      figure('queries', `${name}WrittenMeanwhile`, writtenPerSecond, 'complaints/s');
    }
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder of so many cases, as a service left it that was at rest. */
async function seed(folder: string, wanted: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'events.db');
  const { cases, events } = await writeBigLog(log, wanted * EVENTS_PER_CASE, { sealed: false });
  figure('queries', 'cases', cases, 'cases');
  figure('queries', 'events', events, 'events');
  const env = serviceEnv(folder, await freePort());
  const service = new Service(env);
  try {
    await service.start(READY_TIMEOUT_MS);
    await atRest({ url: service.url, token: await newToken(env) });
  } finally {
    await service.stop();
  }
}

async function newToken(env: NodeJS.ProcessEnv): Promise<string> {
  const printed = await redress(env, 'token', 'create', '--name', 'Bench', ...ROLES, '--json');
  return z.object({ token: z.string() }).parse(JSON.parse(printed)).token;
}

const LISTS = [
  '/v1/complaints',
  '/v1/cases?closed=false',
  '/v1/complaints?phase=classified',
  '/v1/complaints?closed=false&sort=nextDueAt',
  '/v1/complaints?sort=-lastActivityAt',
  '/v1/complaints?phase=closed&sort=receivedAt',
  `/v1/complaints?customerName=${encodeURIComponent('宁波服饰有限公司 7')}`,
  '/v1/complaints?priority=normal&limit=200',
];
const DEADLINES = [
  '/v1/deadlines',
  '/v1/deadlines?status=breached',
  '/v1/deadlines?lifecycle=complaint&clock=decision',
  '/v1/deadlines?warned=true&limit=200',
];
const RESULTS = [
  '/v1/sla-results',
  '/v1/sla-results?by=responsibleParty',
  '/v1/sla-results?by=month&clock=firstReply',
  '/v1/sla-results?by=team&fromMonth=2026-03&toMonth=2026-09',
];
const FREQUENCIES = [
  '/v1/complaint-frequencies',
  '/v1/complaint-frequencies?by=product',
  '/v1/complaint-frequencies?by=customer',
  '/v1/complaint-frequencies?by=responsibleParty&fromMonth=2026-04',
  '/v1/complaint-frequencies?by=month',
];

/** Every so many milliseconds one, whether the one before was answered or not. @returns times in milliseconds */
async function ask(server: Server, pathOf: () => string, seconds: number): Promise<readonly number[]> {
  const started = performance.now();
  const asking = Array.from({ length: seconds * QUERIES_PER_SECOND }, async (_, n) => {
    const dueMs = (n * 1_000) / QUERIES_PER_SECOND;
    await sleep(Math.max(started + dueMs - performance.now(), 0));
    await get(server, pathOf());
    return performance.now() - started - dueMs;
  });
  return await Promise.all(asking);
}

async function get({ url, token }: Server, path: string): Promise<unknown> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body).slice(0, 300)}`);
  return body;
}

/** @returns how many a second were taken */
async function writeComplaints({ url, token }: Server, seconds: number): Promise<number> {
  const load = { perSecond: COMPLAINTS_PER_SECOND, seconds, connections: CONNECTIONS };
  const { perSecond } = await steadyLoad({ url: `${url}/v1/complaints`, token, body: COMPLAINT, ...load });
  return perSecond;
}

/** The lives lie in the past: what is overdue is fired, and workflows and views have seen all, before it is measured. */
async function atRest(server: Server): Promise<void> {
  for (;;) {
    const dueBy = encodeURIComponent(new Date().toISOString());
    const found = deadlines.parse(await get(server, `/v1/deadlines?status=running&dueBy=${dueBy}&limit=1`));
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const behind = metrics.matchAll(/^redress_(?:projection|workflow)_behind_events\{.*\} (\d+)$/gm);
    if (found.deadlines.length === 0 && [...behind].every(([, events]) => events === '0')) return;
    await sleep(500);
  }
}

/** Cases that were opened and worked on through the service itself, with their sealed words. */
async function workedOn({ url, token }: Server, random: () => number): Promise<readonly string[]> {
  const journal: Sent[] = [];
  const wrong: string[] = [];
  const active = () => journal.length < WORKED_ON_COMMANDS;
  await loadOf({ url, token, active, random, journal, wrong }, 8);
  if (wrong.length > 0) throw new Error(wrong[0]);
  const ids = journal.flatMap(({ path, answer }) => (answer === 'accepted' ? path.split('/')[3] : []) ?? []);
  return [...new Set(ids)];
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(part * sorted.length), sorted.length - 1)] ?? Number.NaN;
}
