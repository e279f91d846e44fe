import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Position } from '../../domain/log/envelope.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import type { FromTreeWorker, ToTreeWorker, TreeWorkerData } from './tree-messages.ts';
import { TreeReader } from './tree-reader.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
/** The worker is told of growth this often at most: a message a commit would cost the appends more than the hashing. */
const TELL_EVERY_MS = 250;

export interface TreeStatus {
  /** Events whose hashes are taken. */
  readonly size: number;
  readonly position: Position;
  /** Why no more are taken. */
  readonly stopped?: string;
}

/** The hashes are not there: the tree has stopped, or does not get there in time. */
export class TreeNotReadyError extends Error {
  override readonly name = 'TreeNotReadyError';
}

interface Waiter {
  readonly position: Position;
  readonly settle: (seen: boolean) => void;
}

/** The tree over the log of a data folder: a worker thread follows the log, this thread reads roots and proofs. */
export class Tree {
  readonly #place: TreeWorkerData;
  readonly #log: EngineLog;
  #worker: Worker | undefined;
  #status: TreeStatus = { size: 0, position: '' };
  #reader: TreeReader | undefined;
  #waiters: readonly Waiter[] = [];
  #telling: NodeJS.Timeout | undefined;
  #closing = false;
  #pauseMs = FIRST_PAUSE_MS;
  #ended: Promise<void> = Promise.resolve();

  constructor(place: TreeWorkerData, log: EngineLog) {
    this.#place = place;
    this.#log = log;
    this.#start();
  }

  status(): TreeStatus {
    return this.#status;
  }

  /** Tells that the log has grown. */
  wake(): void {
    if (this.#telling !== undefined || this.#closing) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      this.#send({ kind: 'grown' });
    }, TELL_EVERY_MS);
    this.#telling.unref();
  }

  /** Roots and proofs over at least what is at a position. @throws TreeNotReadyError */
  async readerAt(position: Position, timeoutMs: number): Promise<TreeReader> {
    if (!(await this.#waitFor(position, timeoutMs))) {
      throw new TreeNotReadyError(
        this.#status.stopped ?? `the hashes of the log were not taken up to there within ${timeoutMs} ms`,
      );
    }
    this.#reader ??= TreeReader.open(join(this.#place.folder, 'tree.db'));
    if (this.#reader === undefined) throw new TreeNotReadyError('no hash was taken yet');
    return this.#reader;
  }

  /** Whether the hashes of all up to a position are taken, once they are or the time is over. */
  hasTaken(position: Position, timeoutMs: number): Promise<boolean> {
    return this.#waitFor(position, timeoutMs);
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#telling);
    this.#send({ kind: 'close' });
    await this.#ended;
    this.#settle(() => true, false);
    this.#reader?.close();
  }

  #waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    const { stopped, position: seen } = this.#status;
    if (stopped !== undefined || this.#closing) return Promise.resolve(false);
    if (seen >= position && seen !== '') return Promise.resolve(true);
    return new Promise(resolve => {
      const settle = (isSeen: boolean): void => {
        clearTimeout(timer);
        resolve(isSeen);
      };
      const timer = setTimeout(() => this.#settle(waiter => waiter.settle === settle, false), timeoutMs);
      this.#waiters = [...this.#waiters, { position, settle }];
      this.#send({ kind: 'awaited' });
    });
  }

  #settle(which: (waiter: Waiter) => boolean, seen: boolean): void {
    const settled = this.#waiters.filter(which);
    this.#waiters = this.#waiters.filter(waiter => !settled.includes(waiter));
    for (const { settle } of settled) settle(seen);
  }

  #send(message: ToTreeWorker): void {
    this.#worker?.postMessage(message);
  }

  #start(): void {
    const worker = new Worker(new URL('./tree-worker.ts', import.meta.url), { workerData: this.#place });
    this.#worker = worker;
    worker.on('message', (message: FromTreeWorker) => this.#heard(message));
    this.#ended = new Promise(resolve => {
      worker.on('error', error => {
        this.#log.error({ problem: String(error).slice(0, 500) }, 'the tree worker failed');
      });
      worker.on('exit', () => {
        this.#worker = undefined;
        resolve();
        if (!this.#closing && this.#status.stopped === undefined) void this.#startAgain();
      });
    });
  }

  async #startAgain(): Promise<void> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    await sleep(pauseMs, undefined, { ref: false });
    if (!this.#closing) this.#start();
  }

  #heard(message: FromTreeWorker): void {
    if (message.kind === 'stopped') {
      this.#status = { ...this.#status, stopped: message.why };
      this.#log.error(
        { problem: message.why },
        message.isUnreadable
          ? 'no hashes are taken of the log'
          : 'the log does not fit the hashes that were taken of it',
      );
      this.#settle(() => true, false);
      return;
    }
    const { size, position } = message;
    this.#status = { size, position };
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#settle(waiter => waiter.position <= position, true);
  }
}
