import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Position } from '../../domain/log/envelope.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import type { ProjectionStatus } from '../engine/engine-views.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Progress } from './current-views.ts';
import type { FromWorker, ToWorker, WorkerData } from './projector-messages.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

export interface ProjectorOptions extends WorkerData {
  /** The newest event when it is made. */
  readonly head: Position;
  /** The views that are there, and that the readers read. */
  readonly current: Progress | undefined;
  readonly eventsBetween: EventStore['eventsBetween'];
  readonly log: EngineLog;
  /** The views are in another file now: readers go there, and nobody reads the old one any more when it returns. */
  readonly onGeneration: (path: string) => void;
  /** The views have moved on. */
  readonly onProgress: () => void;
}

interface Waiter {
  readonly position: Position;
  readonly resolve: (seen: boolean) => void;
  readonly timer: NodeJS.Timeout;
}

interface Rebuilding {
  readonly onProgress: (events: number) => void;
  readonly resolve: (built: { readonly events: number }) => void;
  readonly reject: (error: Error) => void;
}

/** Keeps the worker that follows the log: starts it again when it ends, and knows how far it is. */
export class Projector {
  readonly #options: ProjectorOptions;
  #worker: Worker | undefined;
  #progress: Progress | undefined;
  /** What was before it is not read any more, and the worker knows. */
  #released: number | undefined;
  #head: Position;
  #building: number | undefined;
  #closing = false;
  #pauseMs = FIRST_PAUSE_MS;
  #lastError: string | undefined;
  #ended: Promise<void> = Promise.resolve();
  #waiters: Waiter[] = [];
  #rebuildings: Rebuilding[] = [];
  #isOpen: () => void = () => {};
  /** Kept once the views are there and have seen the log as it was. */
  readonly opened: Promise<void>;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#head = options.head;
    this.#progress = options.current;
    this.opened = new Promise(resolve => {
      this.#isOpen = resolve;
    });
    this.#start();
  }

  wake(position: Position): void {
    if (position > this.#head) this.#head = position;
    this.#send({ kind: 'grown' });
  }

  /** False when `timeoutMs` is over before every projection that goes on has seen the position. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    if (this.#seen() >= position && this.#progress !== undefined) return Promise.resolve(true);
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter(w => w.timer !== timer);
        resolve(false);
      }, timeoutMs);
      this.#waiters.push({ position, resolve, timer });
      this.#send({ kind: 'awaited' });
    });
  }

  status(): readonly ProjectionStatus[] {
    const { eventsBetween } = this.#options;
    if (this.#progress === undefined) {
      const made = this.#building ?? 0;
      const head = eventsBetween('', this.#head);
      const message =
        this.#lastError === undefined ? {} : { faulted: { position: '', message: this.#lastError } };
      return [{ projection: 'views', position: '', behindEvents: Math.max(head - made, 1), ...message }];
    }
    return this.#progress.checkpoints.map(({ name, position, fault }) => ({
      projection: name,
      position,
      behindEvents: eventsBetween(position, this.#head),
      ...(fault === undefined ? {} : { faulted: fault }),
    }));
  }

  /** Makes all views anew beside the old. One at a time; a second waits for its turn. */
  rebuild(onProgress: (events: number) => void = () => {}): Promise<{ readonly events: number }> {
    return new Promise((resolve, reject) => {
      this.#rebuildings.push({ onProgress, resolve, reject });
      this.#send({ kind: 'rebuild' });
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#send({ kind: 'close' });
    await this.#ended;
    for (const { timer, resolve } of this.#waiters) {
      clearTimeout(timer);
      resolve(false);
    }
    this.#failRebuildings(new Error('the views were closed'));
  }

  /** What every projection that goes on has seen. */
  #seen(): Position {
    const going = this.#progress?.checkpoints.filter(c => c.fault === undefined).map(c => c.position) ?? [''];
    return going.toSorted()[0] ?? '';
  }

  #start(): void {
    const { folder, store, timeZone } = this.#options;
    const workerData: WorkerData = { folder, store, timeZone };
    const worker = new Worker(new URL('./projector-worker.ts', import.meta.url), { workerData });
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => this.#heard(message));
    this.#ended = new Promise(resolve => {
      worker.on('error', error => {
        this.#lastError = String(error).slice(0, 500);
        this.#options.log.error({ problem: this.#lastError }, 'the projector failed');
      });
      worker.on('exit', () => {
        this.#worker = undefined;
        resolve();
        if (!this.#closing) void this.#startAgain();
      });
    });
  }

  async #startAgain(): Promise<void> {
    this.#failRebuildings(new Error(`the projector failed: ${this.#lastError ?? 'it ended'}`));
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    await sleep(pauseMs, undefined, { ref: false });
    if (!this.#closing) this.#start();
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #heard(message: FromWorker): void {
    switch (message.kind) {
      case 'progress': {
        const before = this.#progress?.generation;
        this.#progress = message;
        this.#lastError = undefined;
        if (before !== message.generation) this.#options.onGeneration(message.path);
        if (this.#released !== message.generation) {
          this.#released = message.generation;
          this.#send({ kind: 'release', generation: message.generation });
        }
        this.#settleWaiters();
        this.#options.onProgress();
        break;
      }
      case 'building':
        this.#building = message.events;
        this.#rebuildings[0]?.onProgress(message.events);
        break;
      case 'rebuilt':
        this.#rebuildings.shift()?.resolve({ events: message.events });
        break;
      case 'caughtUp':
        this.#pauseMs = FIRST_PAUSE_MS;
        break;
      case 'open':
        this.#isOpen();
        break;
      case 'closed':
        break;
    }
  }

  #settleWaiters(): void {
    if (this.#waiters.length === 0) return;
    const seen = this.#seen();
    const waiting = this.#waiters;
    this.#waiters = waiting.filter(w => w.position > seen);
    for (const { position, timer, resolve } of waiting) {
      if (position > seen) continue;
      clearTimeout(timer);
      resolve(true);
    }
  }

  #failRebuildings(error: Error): void {
    const waiting = this.#rebuildings;
    this.#rebuildings = [];
    for (const { reject } of waiting) reject(error);
  }
}
