import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { serviceEnv } from '../torture/service.ts';
import { figure } from './figure.ts';
import { steadyLoad } from './steady-load.ts';

const runFile = promisify(execFile);
const autocannon = createRequire(import.meta.url).resolve('autocannon');

const CONNECTIONS = 64;
const ROUNDS = 5;
const ROUND_SECONDS = 5;
const HALF_RATE_SECONDS = 10;

const measured = z.object({
  duration: z.number(),
  errors: z.number(),
  timeouts: z.number(),
  non2xx: z.number(),
  '2xx': z.number(),
});

/** As an agent writes one down: two items, the words of the customer, in both languages. */
export const COMPLAINT = JSON.stringify({
  kind: 'product',
  complainant: { name: '宁波恒达服饰有限公司 Ningbo Hengda Garments' },
  contactPosition: 'purchasing',
  channel: 'wechat',
  siteRegion: 'mainland',
  items: [
    {
      product: { code: '5#N-OE-SS', name: '5号尼龙开尾拉链' },
      bulkOrder: 'DH20261103-118',
      delivered: { value: 20_000, unit: 'piece' },
      inspected: { value: 1_250, unit: 'piece' },
      defective: { value: 87, unit: 'piece' },
      whereFound: 'production',
    },
    {
      product: { code: '3#M-CE-NB', name: '3号金属闭尾拉链' },
      bulkOrder: 'DH20261103-119',
      batch: 'B-0431',
      defective: { value: 12, unit: 'piece' },
      whereFound: 'finishedGoods',
    },
  ],
  description:
    '我司在车缝时发现拉头在第三次水洗后脱落,已停线两小时,请尽快派人到现场确认。Sliders come off after the third wash; the line has stood for two hours.',
  remedySought: ['replacement', 'credit'],
});

/**
 * Durable complaints over HTTP, the projector and the tree on, against a route with the same hooks and the same parse
 * of the same body that stores nothing: one server, in turns, 64 connections from another process. And against a
 * second server whose tree stands still. The data lies in the working folder, on its disk. No round begins before the
 * followers have seen what the last one left; what they cost is in the processor time of a complaint.
 */
export async function run(): Promise<void> {
  const parent = join(process.cwd(), 'data');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-append-'));
  await using servers = new AsyncDisposableStack();
  servers.defer(() => rmSync(folder, { recursive: true }));
  const start = async (name: string, ...flags: readonly string[]): Promise<Server> => {
    const started = await startServer(join(folder, name), flags);
    servers.defer(() => started.stop());
    return started;
  };
  const server = await start('tree');
  const treeless = await start('no-tree', '--no-tree');

  figure('append-http', 'bodyBytes', Buffer.byteLength(COMPLAINT), 'bytes');
  const rounds: { readonly stored: Round; readonly nothing: Round; readonly treeless: Round }[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const results = {
      stored: await measureRound(server, '/v1/complaints'),
      nothing: await measureRound(server, '/v1/nothing'),
      treeless: await measureRound(treeless, '/v1/complaints'),
    };
    // The first round warms up.
    if (round >= 0) rounds.push(results);
  }
  const top = median(rounds.map(({ stored }) => stored.rate));
  figure('append-http', 'complaintsPerSecond', top, '1/s');
  figure('append-http', 'storingNothingPerSecond', median(rounds.map(({ nothing }) => nothing.rate)), '1/s');
  figure('append-http', 'ratio', median(rounds.map(r => r.stored.rate / r.nothing.rate)), 'ratio');
  figure('append-http', 'cpuOfComplaint', median(rounds.map(({ stored }) => stored.cpuUs)), 'µs');
  figure('append-http', 'cpuOfStoringNothing', median(rounds.map(({ nothing }) => nothing.cpuUs)), 'µs');
  const withoutTree = median(rounds.map(r => r.treeless.rate));
  figure('append-http', 'complaintsPerSecondWithoutTree', withoutTree, '1/s');
  const treeCost = median(rounds.map(r => 1 - r.stored.rate / r.treeless.rate));
  figure('append-http', 'treeCost', treeCost, 'of the rate without it');
  figure('append-http', 'cpuOfTree', median(rounds.map(r => r.stored.cpuUs - r.treeless.cpuUs)), 'µs');
  figure('append-http', 'peakRssMiB', peakRssMiB(server.pid), 'MiB');

  const halfRate = Math.round(top / 2);
  await loopDelayP99Ms(server);
  const latency = await steadyLoad({
    url: `${server.url}/v1/complaints`,
    token: server.token,
    body: COMPLAINT,
    perSecond: halfRate,
    seconds: HALF_RATE_SECONDS,
    connections: CONNECTIONS,
  });
  figure('append-http', 'halfRate', halfRate, '1/s');
  figure('append-http', 'latencyP50AtHalfRate', latency.p50, 'ms');
  figure('append-http', 'latencyP99AtHalfRate', latency.p99, 'ms');
  figure('append-http', 'eventLoopDelayP99AtHalfRate', await loopDelayP99Ms(server), 'ms');
}

interface Round {
  /** Answers a second. */
  readonly rate: number;
  /** Of all the server's threads for one answer, in microseconds, until its followers have seen it. */
  readonly cpuUs: number;
}

async function measureRound(server: Server, path: string): Promise<Round> {
  const before = cpuMs(server.pid);
  const result = await load(server, path, ROUND_SECONDS);
  await caughtUp(server);
  return { rate: rateOf(result), cpuUs: (1_000 * (cpuMs(server.pid) - before)) / result['2xx'] };
}

interface Server {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startServer(folder: string, flags: readonly string[]): Promise<Server> {
  // The limits are in force, so that they cost what they cost, and too wide to be met.
  const limits = { REDRESS_RATE_LIMIT: '1000000000', REDRESS_FAILURE_LIMIT: '1000000000' };
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'processes', 'append-server.ts'), ...flags],
    {
      env: serviceEnv(folder, 0, { ...limits, REDRESS_LOG_LEVEL: 'info' }),
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  if (child.stderr === null) throw new Error('the server has no standard error');
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stderr });
  const started = await new Promise<{ url: string; token: string }>((resolve, reject) => {
    lines.on('line', line => {
      if (!line.startsWith('{"url"')) console.error(line);
      else resolve(z.object({ url: z.string(), token: z.string() }).parse(JSON.parse(line)));
    });
    child.once('exit', code => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    ...started,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** As many requests as there can be. */
async function load(
  { url, token }: Server,
  path: string,
  seconds: number,
): Promise<z.infer<typeof measured>> {
  const { stdout } = await runFile(process.execPath, [
    autocannon,
    ...['--json', '--no-progress', '--connections', String(CONNECTIONS), '--duration', String(seconds)],
    ...['--method', 'POST', '--body', COMPLAINT],
    ...['--headers', 'content-type=application/json', '--headers', `authorization=Bearer ${token}`],
    url + path,
  ]);
  const result = measured.parse(JSON.parse(stdout));
  const { errors, timeouts, non2xx } = result;
  if (errors + timeouts + non2xx > 0) {
    throw new Error(`${path}: ${errors} errors, ${timeouts} time-outs, ${non2xx} answers other than 2xx`);
  }
  return result;
}

function rateOf({ '2xx': answered, duration }: z.infer<typeof measured>): number {
  return answered / duration;
}

/** How long the tree takes at most to begin with what has come. */
const TREE_REST_MS = 1_000;

/** Until the views and the tree have seen everything: a round is not to carry what the last load left. */
async function caughtUp({ url }: Server): Promise<void> {
  const behind = z.object({ projections: z.array(z.object({ behindEvents: z.number() })) });
  for (;;) {
    const { projections } = behind.parse(await (await fetch(`${url}/health/ready`)).json());
    if (projections.every(({ behindEvents }) => behindEvents === 0)) break;
    await sleep(100);
  }
  await sleep(TREE_REST_MS);
}

/** By the server's own monitor, since it was asked last. */
async function loopDelayP99Ms({ url }: Server): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const [, seconds] = /^redress_event_loop_delay_p99_seconds (\S+)$/m.exec(metrics) ?? [];
  return Number(seconds) * 1_000;
}

/** Of all threads since the start, by the clock ticks of which Linux has a hundred a second; Linux alone says. */
function cpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold anything: the fields from the third on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}

/** Of the process, workers included; Linux alone says. */
function peakRssMiB(pid: number): number {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1024;
  } catch {
    return Number.NaN;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
