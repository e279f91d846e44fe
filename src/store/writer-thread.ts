import { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from './event-store.ts';
import type { WritableAppend, Written } from './log-writer.ts';
import { errorOf, type FromWriter, packed, type ToWriter, type WriterData } from './log-writer-messages.ts';

interface Waiting {
  readonly resolve: (answer: FromWriter) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The thread that holds the log's writing connection: inserts, flushes and the writing back of the write-ahead file
 * stop nobody else. One that ends is started again with the next message.
 */
export class WriterThread {
  readonly #data: WriterData;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];

  constructor(data: WriterData) {
    this.#data = data;
    this.#worker = this.#start();
  }

  /** @throws StoreUnavailableError; see `LogWriter.write` */
  async write(appends: readonly WritableAppend[]): Promise<Written> {
    const answer = await this.#ask({ kind: 'append', appends: packed(appends) });
    if (answer.kind === 'written') return answer;
    throw new Error(`the writer of the log answered an append with "${answer.kind}"`);
  }

  async execute(sql: string): Promise<void> {
    await this.#ask({ kind: 'execute', sql });
  }

  /** After all that it was asked before. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()));
    await this.#ask({ kind: 'close' });
    worker.ref();
    await ended;
  }

  async #ask(message: ToWriter): Promise<FromWriter> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    // Nobody waits for an idle writer to end.
    worker.ref();
    const answer = await new Promise<FromWriter>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      worker.postMessage(message);
    });
    if (answer.kind === 'failed') throw errorOf(answer.failure);
    return answer;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./log-writer-worker.ts', import.meta.url), { workerData: this.#data });
    worker.unref();
    worker.on('message', (answer: FromWriter) => {
      const first = this.#waiting.shift();
      if (this.#waiting.length === 0) worker.unref();
      first?.resolve(answer);
    });
    let why = 'it ended';
    worker.once('error', error => {
      why = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      const waiting = this.#waiting;
      this.#waiting = [];
      // What it was doing nobody can say.
      for (const { reject } of waiting) {
        reject(new StoreUnavailableError('io', `the writer of the log stopped: ${why}`, { ambiguous: true }));
      }
    });
    return worker;
  }
}
