import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteLog } from '../../../src/store/sqlite-log.ts';
import { divergences } from '../compare-views.ts';
import { judge } from '../judge.ts';
import type { Sent } from '../load.ts';
import { freePort, redress, Service, serviceEnv } from '../service.ts';

// Run in a mount namespace of its own: puts a small file system on the folder of its argument, lets the real service
// work on it until it is full, makes room, and prints what was answered and what is in the log.
const [folder = ''] = process.argv.slice(2);
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]);
const ballast = join(folder, 'ballast');
writeFileSync(ballast, Buffer.alloc(12 * 1024 * 1024));

const env = serviceEnv(folder, await freePort());
const created = await redress(env, 'token', 'create', '--name', 'Filler', '--role', 'agent', '--json');
// What the command line printed.
const { userId, token }: { userId: string; token: string } = JSON.parse(created);
const service = new Service(env);
await service.start();

const journal: Sent[] = [];
const body = JSON.stringify({
  kind: 'service',
  complainant: { name: 'Nanyang Garments' },
  channel: 'email',
  siteRegion: 'province',
  description: 'x'.repeat(4_000),
});

async function complain(): Promise<Response> {
  const sent: Sent = { type: 'receive', key: crypto.randomUUID(), path: '/v1/complaints', answer: undefined };
  journal.push(sent);
  const response = await fetch(service.url + sent.path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': sent.key,
    },
    body,
  });
  if (response.ok) sent.answer = 'accepted';
  return response;
}

let refused: Response | undefined;
for (let round = 0; refused === undefined && round < 500; round++) {
  const answers = await Promise.all(Array.from({ length: 8 }, complain));
  refused = answers.find(answer => !answer.ok);
}
const ready = await fetch(`${service.url}/health/ready`);
const whenFull = {
  acknowledged: journal.filter(sent => sent.answer === 'accepted').length,
  status: refused?.status,
  mediaType: refused?.headers.get('content-type'),
  retryAfter: refused?.headers.get('retry-after'),
  problem: await refused?.json(),
  ready: { status: ready.status, body: await ready.json() },
};

rmSync(ballast);
let resumed = false;
for (let tries = 0; !resumed && tries < 100; tries++) {
  resumed = (await complain()).ok;
  if (!resumed) await sleep(100);
}
await service.ready();
await caughtUp();
const stopped = await service.stop();

const log = await openSqliteLog(join(folder, 'events.db'));
const { lost, duplicated } = await judge(log, userId, journal);
const diverged = await divergences(folder, log, 'Asia/Shanghai');
await log.close();
console.log(JSON.stringify({ whenFull, resumed, stopped, lost, duplicated, diverged }));

/** The projector, whose file was full as well, is at work again. */
async function caughtUp(): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(`${service.url}/health/ready`);
    // What the service's own schema makes.
    const { projections }: { projections: { behindEvents: number }[] } = JSON.parse(await answer.text());
    if (answer.ok && projections.every(({ behindEvents }) => behindEvents === 0)) return;
    await sleep(50);
  }
  throw new Error(`the views never caught up:\n${service.output}`);
}
