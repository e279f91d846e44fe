import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import { type Chance, chanceFrom } from '../../src/demo/random.ts';
import { openLog } from '../../src/store/open-log.ts';
import { type FakeServer, startFakeServer } from '../eventstoredb/fake-server.ts';
import { EVERY_TRICK, mischiefOf } from '../eventstoredb/mischief.ts';
import { divergences } from './compare-views.ts';
import { judge } from './judge.ts';
import { type Client, loadOf } from './load.ts';
import { freePort, redress, Service, serviceEnv } from './service.ts';
import type { TortureOptions, TortureResult } from './torture.ts';

export interface NodesOptions extends Omit<TortureOptions, 'lastLifeMs'> {
  readonly nodes: number;
  /** How likely the database plays a trick on an append, from 0 to 1; on other calls it is a quarter of that. */
  readonly mischief: number;
}

export interface NodesResult extends TortureResult {
  /** How often the database played each of its tricks, and how often it was killed itself. */
  readonly tricks: Readonly<Record<string, number>>;
}

type Services = readonly [Service, ...Service[]];

const created = z.object({ userId: z.string(), token: z.string() });
/** Longer than other nodes' timers are left to them, and than a timer waits for commands on their way. */
const TIMERS_SETTLE_MS = 15_000;
const READY_MS = 120_000;

/**
 * Runs several real services on one log, on a server of EventStoreDB's protocol in this process that plays every trick
 * it knows; kills one after the other under load, which goes to any of them, and the database too, and judges what is
 * left.
 */
export async function tortureNodes(options: NodesOptions): Promise<NodesResult> {
  const folder = mkdtempSync(join(tmpdir(), 'redress-nodes-'));
  const mischief = mischiefOf(options.seed, options.mischief);
  mischief.rest(true);
  const server = await startFakeServer({ mischief });
  try {
    const { databaseKilled, ...result } = await tortureOn(server, folder, mischief, options);
    const tricks = EVERY_TRICK.map(trick => [trick, mischief.played[trick] ?? 0] as const);
    return { ...result, tricks: { ...Object.fromEntries(tricks), databaseKilled } };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tortureOn(
  server: FakeServer,
  folder: string,
  mischief: ReturnType<typeof mischiefOf>,
  options: NodesOptions,
): Promise<TortureResult & { readonly databaseKilled: number }> {
  const store = server.connectionString;
  const chance = chanceFrom(options.seed);
  const masterKey = join(folder, 'master.key');
  writeFileSync(masterKey, Buffer.alloc(32, 1).toString('base64'), { mode: 0o600 });
  const envs = await Promise.all(
    Array.from({ length: options.nodes }, async (_, index) =>
      serviceEnv(join(folder, `node-${index + 1}`), await freePort(), {
        REDRESS_STORE: store,
        REDRESS_MASTER_KEY_FILE: masterKey,
      }),
    ),
  );
  const [first] = envs;
  if (first === undefined) throw new RangeError('no nodes');
  const roles = ['agent', 'lead', 'qa'].flatMap(role => ['--role', role]);
  const printed = await redress(first, 'token', 'create', '--name', 'Torturer', ...roles, '--json');
  const { userId, token } = created.parse(JSON.parse(printed));

  const services: Services = [new Service(first), ...envs.slice(1).map(env => new Service(env))];
  const load = { on: true };
  const client: Client = {
    // What was not answered by one node is asked again of any.
    get url() {
      return chance.pick(services).url;
    },
    token,
    active: () => load.on,
    random: chance.next,
    journal: [],
    wrong: [],
  };
  let working: Promise<void> = Promise.resolve();
  let databaseKilled = 0;
  try {
    await Promise.all(services.map(service => service.start(READY_MS)));
    mischief.rest(false);
    working = loadOf(client, options.clients);
    databaseKilled = await killOneAfterTheOther(services, server, chance, options);
    await sleep(options.longestLifeMs);
    mischief.rest(true);
    load.on = false;
    await working;
    await Promise.all(services.map(service => service.ready(READY_MS)));
    await sleep(TIMERS_SETTLE_MS);
    const codes = await Promise.all(services.map(service => service.stop()));
    for (const [index, code] of codes.entries()) {
      if (code !== 0)
        client.wrong.push(
          `the graceful stop of node ${index + 1} ended with ${code}: ${services[index]?.output}`,
        );
    }
  } finally {
    load.on = false;
    await Promise.all(services.map(service => service.kill()));
    await working;
  }

  const log = await openLog(store);
  try {
    options.say('reading the log');
    const { events, timers, lost, duplicated } = await judge(log, userId, client.journal);
    const diverged: string[] = [];
    for (const env of envs) {
      options.say(`building the views of ${env.REDRESS_DATA} from nothing`);
      const { dataFolder, timeZone } = loadConfig(env);
      diverged.push(...(await divergences(dataFolder, log, timeZone)).map(each => `${dataFolder}: ${each}`));
    }
    const acknowledged = client.journal.filter(sent => sent.answer === 'accepted').length;
    return {
      kills: options.kills,
      acknowledged,
      timers,
      events,
      lost,
      duplicated,
      diverged,
      wrong: client.wrong,
      databaseKilled,
    };
  } finally {
    await log.close();
  }
}

/**
 * One node at a time is down or starting, and now and then the database too, so that one starts while nothing can be
 * reached; returns with all of them called. Answers how often the database was killed.
 */
async function killOneAfterTheOther(
  services: Services,
  server: FakeServer,
  chance: Chance,
  { kills, longestLifeMs, say }: NodesOptions,
): Promise<number> {
  let databaseKilled = 0;
  for (let kill = 1; kill <= kills; kill++) {
    await sleep(chance.between(0, longestLifeMs));
    const service = chance.pick(services);
    await service.kill();
    say(`kill ${kill} of ${kills}: ${service.url}`);
    await sleep(chance.between(0, longestLifeMs / 2));
    const withDatabase = chance.happens(0.5);
    if (withDatabase) {
      databaseKilled++;
      say('and the database with it');
      await server.kill();
    }
    service.spawn();
    if (withDatabase) {
      await sleep(chance.between(0, longestLifeMs));
      await server.restart();
    }
    // Every other time the next is killed before this one is there again.
    if (chance.happens(0.5)) await service.ready(READY_MS);
  }
  for (const service of services) await service.ready(READY_MS);
  return databaseKilled;
}
