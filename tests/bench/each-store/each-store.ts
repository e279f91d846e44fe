import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { catchUp } from '../../../src/directory/log-follower.ts';
import type { EventStore } from '../../../src/store/event-store.ts';
import { openEventStoreDb } from '../../../src/store/eventstoredb/eventstoredb-store.ts';
import { openSqliteStore } from '../../../src/store/sqlite-store.ts';
import { figure } from '../figure.ts';
import { BareClient } from './bare-client.ts';
import { cheapUuid, complaintReceived, NOW } from './complaint-received.ts';
import { quantile } from './quantile.ts';
import { startServerProcess } from './server-process.ts';

const IN_FLIGHT = [1, 16, 64, 256];
/** Short and many, in turn: what else the machine does meets both alike. */
const ROUNDS = 60;
const ROUND_MS = 120;
const CATCH_UP_EVENTS = 100_000;
const READ_ROUNDS = 9;

/**
 * The same work over each store: appends of a complaint of four events into new streams at several numbers in flight,
 * a read of the whole log, and the catching up of a reader that was away for 100,000 events. Beside EventStoreDB's
 * adapter goes the bare client of the library, on the same server, round by round in turn. The store's subscription
 * stands in the rounds of both.
 */
export async function benchEachStore(): Promise<void> {
  const parent = join(process.cwd(), 'data');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-store-'));
  try {
    for (const bench of [benchAppends, benchReads]) {
      const path = join(folder, `${bench.name}.db`);
      const sqlite = await openSqliteStore({ path, clock: { now: () => NOW } });
      await bench('sqlite', sqlite, undefined);
      await sqlite.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const bench of [benchAppends, benchReads]) {
    // Its own log, so that a read of the whole is as long whatever the appends took.
    const server = await startServerProcess();
    try {
      await onServer(bench, 'protocolServer', server.connectionString);
    } finally {
      await server.stop();
    }
  }
  const real = process.env['REDRESS_TEST_EVENTSTOREDB'];
  if (real === undefined) return;
  for (const bench of [benchAppends, benchReads]) await onServer(bench, 'eventStoreDb', real);
}

type Bench = (name: string, store: EventStore, bare: BareClient | undefined) => Promise<void>;

async function onServer(bench: Bench, name: string, connectionString: string): Promise<void> {
  const store = await openEventStoreDb({
    connectionString,
    clock: { now: () => NOW },
    appendLimitMs: 60_000,
  });
  const bare = new BareClient(connectionString);
  await bench(name, store, bare);
  await store.close();
  await bare.close();
}

async function benchAppends(name: string, store: EventStore, bare: BareClient | undefined): Promise<void> {
  const added: number[] = [];
  const ours = async (streamId: string): Promise<void> => {
    const { outcome } = await store.append(streamId, -1, complaintReceived(streamId));
    if (outcome !== 'appended') throw new Error('a conflict on a new stream');
  };
  const theirs = bare === undefined ? undefined : (streamId: string) => bare.append(streamId);
  for (const inFlight of IN_FLIGHT) {
    const [own, other] = await inTurn(
      () => appendsOf(inFlight, ours),
      theirs === undefined ? undefined : () => appendsOf(inFlight, theirs),
    );
    figure('store', `${name}AppendsPerSecond${inFlight}`, 1_000 / own.msEach, '1/s');
    if (other === undefined) continue;
    figure('store', `${name}BareAppendsPerSecond${inFlight}`, 1_000 / other.msEach, '1/s');
    added.push(reportAdded(`${name}Adapter`, String(inFlight), own, other));
  }
  if (added.length > 0) {
    // Of all numbers in flight, the worst.
    figure(
      'store',
      name === 'protocolServer' ? 'adapterOverhead' : `${name}AdapterOverhead`,
      Math.max(...added),
      'ratio',
    );
  }
}

/** What is added to what the bare client takes, in time and in the client's own work: 0 for nothing. */
function reportAdded(name: string, suffix: string, own: Cost, bare: Cost): number {
  const added = own.msEach / bare.msEach - 1;
  figure('store', `${name}Overhead${suffix}`, added, 'ratio');
  figure('store', `${name}CpuOverhead${suffix}`, own.cpuMsEach / bare.cpuMsEach - 1, 'ratio');
  return added;
}

async function benchReads(name: string, store: EventStore, bare: BareClient | undefined): Promise<void> {
  const before = await store.head();
  let missing = CATCH_UP_EVENTS;
  const fill = async (): Promise<void> => {
    while (missing > 0) {
      const streamId = `complaint-${cheapUuid()}`;
      const events = complaintReceived(streamId);
      missing -= events.length;
      await store.append(streamId, -1, events);
    }
  };
  await Promise.all(Array.from({ length: 64 }, fill));

  const [own, other] = await inTurn(
    () => costOf(async () => (await catchUpFrom(store, '')).count),
    bare === undefined ? undefined : () => costOf(() => bare.readAll()),
    READ_ROUNDS,
  );
  figure('store', `${name}WholeLogEventsPerSecond`, 1_000 / own.msEach, '1/s');
  if (other !== undefined) {
    figure('store', `${name}BareWholeLogEventsPerSecond`, 1_000 / other.msEach, '1/s');
    reportAdded(`${name}AdapterRead`, '', own, other);
  }
  const seconds: number[] = [];
  for (let round = 0; round < READ_ROUNDS; round++) {
    const start = performance.now();
    const { count } = await catchUpFrom(store, before);
    if (count < CATCH_UP_EVENTS) throw new Error(`${count} events were caught up with`);
    seconds.push((performance.now() - start) / 1_000);
  }
  figure('store', `${name}CatchUp100000Seconds`, quantile(seconds, 0.5), 's');
}

/** As a follower of the log catches up at a node's start. */
async function catchUpFrom(store: EventStore, from: string): Promise<{ readonly count: number }> {
  let at = from;
  const count = await catchUp(store, [
    {
      checkpoint: () => at,
      take: (_events, upTo) => {
        at = upTo;
      },
      moveCheckpoint: () => {},
    },
  ]);
  return { count };
}

/** What each of many took. */
interface Cost {
  readonly msEach: number;
  /** Of this process, all its threads. */
  readonly cpuMsEach: number;
}
interface Round {
  readonly count: number;
  readonly ms: number;
  readonly cpuMs: number;
}

async function costOf(work: () => Promise<number>): Promise<Round> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const count = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { count, ms, cpuMs: (user + system) / 1_000 };
}

/** Appends by `inFlight` clients that each append again when they are answered. */
function appendsOf(inFlight: number, append: (streamId: string) => Promise<void>): Promise<Round> {
  return costOf(async () => {
    const end = performance.now() + ROUND_MS;
    let appends = 0;
    const client = async (): Promise<void> => {
      while (performance.now() < end) {
        await append(`complaint-${cheapUuid()}`);
        appends++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, client));
    return appends;
  });
}

/** Rounds of one and the other, who begins changing from round to round; a first of each warms up. */
async function inTurn(
  ours: () => Promise<Round>,
  theirs: (() => Promise<Round>) | undefined,
  rounds = ROUNDS,
): Promise<readonly [Cost, Cost | undefined]> {
  const own: Round[] = [];
  const bare: Round[] = [];
  for (let round = -1; round < rounds; round++) {
    const oursFirst = round % 2 === 0;
    const first = oursFirst ? await ours() : undefined;
    const other = await theirs?.();
    const mine = first ?? (await ours());
    if (round < 0) continue;
    own.push(mine);
    if (other !== undefined) bare.push(other);
  }
  return [together(own), bare.length === 0 ? undefined : together(bare)];
}

/** Medians of the rounds: what else the machine does comes in bursts. */
function together(rounds: readonly Round[]): Cost {
  return {
    msEach: quantile(
      rounds.map(({ ms, count }) => ms / count),
      0.5,
    ),
    cpuMsEach: quantile(
      rounds.map(({ cpuMs, count }) => cpuMs / count),
      0.5,
    ),
  };
}
