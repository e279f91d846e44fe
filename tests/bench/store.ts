import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventStore } from '../../src/store/event-store.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { cheapUuid, complaintReceived, NOW } from './each-store/complaint-received.ts';
import { benchEachStore } from './each-store/each-store.ts';
import { quantile } from './each-store/quantile.ts';
import { figure } from './figure.ts';

const IN_FLIGHT = [1, 16, 64, 256];
const ROUNDS = 7;
const ROUND_MS = 1_500;

/**
 * `bench store`: the embedded store against the least that can do the same, and the same work over each store.
 * `bench store embedded` and `bench store each` do one of the two.
 */
export async function run([part]: readonly string[]): Promise<void> {
  if (part !== 'each') await benchEmbedded();
  if (part !== 'embedded') await benchEachStore();
}

/**
 * The embedded store against the least that can do the same: a loop that takes as many appends as are in flight,
 * writes each row with `JSON.stringify` and one `INSERT`, and commits them together, on the same table with the
 * same settings. The loop knows no expected revisions, no canonical form, no callers that wait for an answer.
 * Both are given events that are made anew for each append; both files lie in the working folder, on its disk.
 * Each figure is the median of rounds that take turns; files are new for each number in flight.
 */
async function benchEmbedded(): Promise<void> {
  const bytes = complaintReceived(cheapUuid()).reduce((sum, event) => sum + JSON.stringify(event).length, 0);
  figure('store', 'bytesAnAppend', bytes, 'bytes');
  const parent = join(process.cwd(), 'data');
  mkdirSync(parent, { recursive: true });
  for (const inFlight of IN_FLIGHT) {
    const folder = mkdtempSync(join(parent, 'bench-store-'));
    try {
      const store = await openSqliteStore({ path: join(folder, 'store.db'), clock: { now: () => NOW } });
      const bare = new BareLoop(join(folder, 'bare.db'));
      await compare(store, bare, inFlight);
      await store.close();
      bare.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

async function compare(store: EventStore, bare: BareLoop, inFlight: number): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const latenciesMs: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const storeRate = await storeRound(store, inFlight, round < 0 ? [] : latenciesMs);
    const bareRate = bare.round(inFlight);
    // The first round warms up.
    if (round < 0) continue;
    ours.push(storeRate);
    theirs.push(bareRate);
  }
  const ratios = ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN));
  figure('store', `appendsPerSecond${inFlight}`, quantile(ours, 0.5), '1/s');
  figure('store', `bareAppendsPerSecond${inFlight}`, quantile(theirs, 0.5), '1/s');
  figure('store', `latencyP50At${inFlight}`, quantile(latenciesMs, 0.5), 'ms');
  figure('store', `latencyP99At${inFlight}`, quantile(latenciesMs, 0.99), 'ms');
  figure('store', inFlight === 64 ? 'storeRatio' : `ratio${inFlight}`, quantile(ratios, 0.5), 'ratio');
  if (inFlight === 1) figure('store', 'oneInFlightSlowdown', 1 / quantile(ratios, 0.5), 'ratio');
}

/** Appends a second, by `inFlight` clients that each append again when they are answered. */
async function storeRound(store: EventStore, inFlight: number, latenciesMs: number[]): Promise<number> {
  const start = performance.now();
  const end = start + ROUND_MS;
  let appends = 0;
  async function client(): Promise<void> {
    for (let asked = performance.now(); asked < end; ) {
      const streamId = `complaint-${cheapUuid()}`;
      const result = await store.append(streamId, -1, complaintReceived(streamId));
      if (result.outcome !== 'appended') throw new Error('a conflict on a new stream');
      appends++;
      const answered = performance.now();
      latenciesMs.push(answered - asked);
      asked = answered;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, client));
  return (appends / (performance.now() - start)) * 1_000;
}

class BareLoop {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;
      PRAGMA journal_size_limit = 67108864;
      CREATE TABLE events (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        stream_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX events_by_stream ON events (stream_id, revision);
    `);
  }

  /** Appends a second, `inFlight` in each commit. */
  round(inFlight: number): number {
    const begin = this.#db.prepare('BEGIN IMMEDIATE');
    const insert = this.#db.prepare('INSERT INTO events (stream_id, revision, body) VALUES (?, ?, ?)');
    const commit = this.#db.prepare('COMMIT');
    const start = performance.now();
    let appends = 0;
    while (performance.now() < start + ROUND_MS) {
      begin.run();
      for (let append = 0; append < inFlight; append++) {
        const streamId = `complaint-${cheapUuid()}`;
        let revision = 0;
        for (const event of complaintReceived(streamId)) {
          insert.run(streamId, revision, JSON.stringify({ ...event, streamId, revision }));
          revision++;
        }
      }
      commit.run();
      appends += inFlight;
    }
    return (appends / (performance.now() - start)) * 1_000;
  }

  close(): void {
    this.#db.close();
  }
}
