import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import { type Chance, chanceFrom } from '../../src/demo/random.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';
import { divergences } from './compare-views.ts';
import { judge } from './judge.ts';
import { type Client, loadOf } from './load.ts';
import { freePort, redress, Service, serviceEnv } from './service.ts';

export interface TortureOptions {
  readonly kills: number;
  readonly seed: number;
  /** Who work at the same time. */
  readonly clients: number;
  /** The longest time that the service runs, once it is ready, before it is killed. */
  readonly longestLifeMs: number;
  /** How long it runs undisturbed after the last kill. */
  readonly lastLifeMs: number;
  /** Told what happens. */
  readonly say: (what: string) => void;
}

export interface TortureResult {
  readonly kills: number;
  /** Commands that were answered with success. */
  readonly acknowledged: number;
  /** Events that time alone brought. */
  readonly timers: number;
  readonly events: number;
  /** What is wrong, each as a text. */
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly diverged: readonly string[];
  /** Answers that no client should get, and a stop that was not graceful. */
  readonly wrong: readonly string[];
}

const created = z.object({ userId: z.string(), token: z.string() });
/** One kill in four comes while the service starts: about a second, seldom two. */
const EARLY = 0.25;
const START_MS = 1_500;
/** Longer than a timer waits for commands on their way. */
const TIMERS_SETTLE_MS = 3_500;

/** Runs the real service under load, kills it again and again, and judges what is left. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const folder = mkdtempSync(join(tmpdir(), 'redress-torture-'));
  try {
    return await tortureIn(folder, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tortureIn(folder: string, options: TortureOptions): Promise<TortureResult> {
  const chance = chanceFrom(options.seed);
  const env = serviceEnv(folder, await freePort());
  const roles = ['agent', 'lead', 'qa'].flatMap(role => ['--role', role]);
  const printed = await redress(env, 'token', 'create', '--name', 'Torturer', ...roles, '--json');
  const { userId, token } = created.parse(JSON.parse(printed));

  const service = new Service(env);
  const load = { on: true };
  const client: Client = {
    url: service.url,
    token,
    active: () => load.on,
    random: chance.next,
    journal: [],
    wrong: [],
  };
  let working: Promise<void> = Promise.resolve();
  try {
    working = loadOf(client, options.clients);
    await killAgainAndAgain(service, chance, options);
    await sleep(options.lastLifeMs);
    load.on = false;
    await working;
    await sleep(TIMERS_SETTLE_MS);
    await service.ready();
    const code = await service.stop();
    if (code !== 0) client.wrong.push(`the graceful stop ended with ${code}: ${service.output}`);
  } finally {
    load.on = false;
    await service.kill();
    await working;
  }

  const log = await openSqliteLog(join(folder, 'events.db'));
  try {
    options.say('reading the log');
    const { events, timers, lost, duplicated } = await judge(log, userId, client.journal);
    options.say('building the views from nothing');
    const diverged = await divergences(folder, log, loadConfig(env).timeZone);
    const acknowledged = client.journal.filter(sent => sent.answer === 'accepted').length;
    const { wrong } = client;
    return { kills: options.kills, acknowledged, timers, events, lost, duplicated, diverged, wrong };
  } finally {
    await log.close();
  }
}

/** Returns with the service up. */
async function killAgainAndAgain(
  service: Service,
  chance: Chance,
  { kills, longestLifeMs, say }: TortureOptions,
): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    const early = kill > 1 && chance.happens(EARLY);
    const lifeMs = early ? chance.between(0, START_MS) : chance.between(0, longestLifeMs);
    if (early) service.spawn();
    else await service.start();
    await sleep(lifeMs);
    await service.kill();
    say(
      `kill ${kill} of ${kills}, ${Math.round(lifeMs)} ms after the service was ${early ? 'called' : 'ready'}`,
    );
  }
  await service.start();
}
