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
const ROUNDS = 14;
const ROUND_MS = 500;
const CATCH_UP_EVENTS = 100_000;
const READ_ROUNDS = 3;

/**
 * The same work over each store: appends of a complaint of four events into new streams at several numbers in flight,
 * a read of the whole log, and the catching up of a reader that was away for 100,000 events. Beside EventStoreDB's
 * adapter goes the bare client of the library, on the same server, round by round in turn.
 */
export async function benchEachStore(): Promise<void> {
  const parent = join(process.cwd(), 'data');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-store-'));
  try {
    const sqlite = await openSqliteStore({ path: join(folder, 'store.db'), clock: { now: () => NOW } });
    await benchStore('sqlite', sqlite, undefined);
    await sqlite.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
  const server = await startServerProcess();
  try {
    await benchServer('protocolServer', server.connectionString);
  } finally {
    await server.stop();
  }
  const real = process.env['REDRESS_TEST_EVENTSTOREDB'];
  if (real !== undefined) await benchServer('eventStoreDb', real);
}

async function benchServer(name: string, connectionString: string): Promise<void> {
  const store = await openEventStoreDb({
    connectionString,
    clock: { now: () => NOW },
    appendLimitMs: 60_000,
  });
  const bare = new BareClient(connectionString);
  await benchStore(name, store, bare);
  await store.close();
  await bare.close();
}

async function benchStore(name: string, store: EventStore, bare: BareClient | undefined): Promise<void> {
  const slowdowns: number[] = [];
  const ours = async (streamId: string): Promise<void> => {
    const { outcome } = await store.append(streamId, -1, complaintReceived(streamId));
    if (outcome !== 'appended') throw new Error('a conflict on a new stream');
  };
  const theirs = bare === undefined ? undefined : (streamId: string) => bare.append(streamId);
  for (const inFlight of IN_FLIGHT) {
    const [rates, bareRates] = await inTurn(
      () => appendsPerSecond(inFlight, ours),
      theirs === undefined ? undefined : () => appendsPerSecond(inFlight, theirs),
    );
    figure('store', `${name}AppendsPerSecond${inFlight}`, quantile(rates, 0.5), '1/s');
    if (bareRates.length === 0) continue;
    figure('store', `${name}BareAppendsPerSecond${inFlight}`, quantile(bareRates, 0.5), '1/s');
    slowdowns.push(report(`${name}AdapterOverhead${inFlight}`, rates, bareRates));
  }
  if (slowdowns.length > 0) {
    // Of all numbers in flight, the worst.
    figure(
      'store',
      name === 'protocolServer' ? 'adapterOverhead' : `${name}AdapterOverhead`,
      Math.max(...slowdowns),
      'ratio',
    );
  }
  await readBack(name, store, bare);
}

/** What is added to what the bare client takes: 0 for nothing. */
function report(name: string, rates: readonly number[], bareRates: readonly number[]): number {
  const overhead = quantile(
    rates.map((rate, round) => (bareRates[round] ?? Number.NaN) / rate - 1),
    0.5,
  );
  figure('store', name, overhead, 'ratio');
  return overhead;
}

async function readBack(name: string, store: EventStore, bare: BareClient | undefined): Promise<void> {
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

  const [rates, bareRates] = await inTurn(
    () => eventsPerSecond(async () => (await catchUpFrom(store, '')).count),
    bare === undefined ? undefined : () => eventsPerSecond(() => bare.readAll()),
    READ_ROUNDS,
  );
  figure('store', `${name}WholeLogEventsPerSecond`, quantile(rates, 0.5), '1/s');
  if (bareRates.length > 0) {
    figure('store', `${name}BareWholeLogEventsPerSecond`, quantile(bareRates, 0.5), '1/s');
    report(`${name}AdapterReadOverhead`, rates, bareRates);
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

async function eventsPerSecond(read: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const events = await read();
  return (events / (performance.now() - start)) * 1_000;
}

/** Appends a second, by `inFlight` clients that each append again when they are answered. */
async function appendsPerSecond(
  inFlight: number,
  append: (streamId: string) => Promise<void>,
): Promise<number> {
  const start = performance.now();
  const end = start + ROUND_MS;
  let appends = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      await append(`complaint-${cheapUuid()}`);
      appends++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  return (appends / (performance.now() - start)) * 1_000;
}

/** Rounds of one and the other, who begins changing from round to round; a first of each warms up. */
async function inTurn(
  ours: () => Promise<number>,
  theirs: (() => Promise<number>) | undefined,
  rounds = ROUNDS,
): Promise<readonly [readonly number[], readonly number[]]> {
  const own: number[] = [];
  const bare: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const oursFirst = round % 2 === 0;
    const first = oursFirst ? await ours() : undefined;
    const other = await theirs?.();
    const rate = first ?? (await ours());
    if (round < 0) continue;
    own.push(rate);
    if (other !== undefined) bare.push(other);
  }
  return [own, bare];
}
