import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type LocalReply, requestSchema } from './local-protocol.ts';
import { clearSocketAddress, newSocketAddress, publishSocketAddress } from './socket-address.ts';

/** Throwing answers the caller with the error's name and message. `signal` aborts when the caller goes, or on close. */
export type LocalHandler = (
  method: string,
  params: unknown,
  emit: (progress: unknown) => void,
  signal: AbortSignal,
) => Promise<unknown>;

export interface LocalSocketServer {
  /** Takes no more calls, aborts those that run, and waits until they are answered. */
  close(): Promise<void>;
}

const MAX_REQUEST_CHARACTERS = 16 * 1024 * 1024;

/** Whoever waits for an answer that takes long is told this often that it is worked on (local-call.ts). */
const ALIVE_EVERY_MS = 10_000;

/** A caller that doesn't read its answer must not keep the service from stopping. */
const TAKE_ANSWER_TIMEOUT_MS = 10_000;

/** Listens for calls. The caller owns the folder (data-folder.ts): what a killed owner left there is removed. */
export async function serveLocalSocket(
  folder: string,
  handler: LocalHandler,
  aliveEveryMs = ALIVE_EVERY_MS,
): Promise<LocalSocketServer> {
  clearSocketAddress(folder);
  const calls = new Map<Socket, Call>();
  const server = createServer(socket => {
    const call = new Call(socket, handler, aliveEveryMs);
    calls.set(socket, call);
    socket.on('close', () => calls.delete(socket));
  });
  const address = newSocketAddress(folder);
  await listen(server, address);
  // The folder is closed to others already; this is for one that somebody opened up.
  if (process.platform !== 'win32') chmodSync(address, 0o600);
  publishSocketAddress(folder, address);
  return {
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      await Promise.all([...calls.values()].map(call => call.finish()));
      await closed;
      clearSocketAddress(folder);
    },
  };
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** One connection: its request, and what runs for it. */
class Call {
  readonly #socket: Socket;
  readonly #handler: LocalHandler;
  readonly #aliveEveryMs: number;
  readonly #aborter = new AbortController();
  #received = '';
  #running: Promise<void> | undefined;

  constructor(socket: Socket, handler: LocalHandler, aliveEveryMs: number) {
    this.#socket = socket;
    this.#handler = handler;
    this.#aliveEveryMs = aliveEveryMs;
    socket.setEncoding('utf8');
    socket.on('data', chunk => this.#receive(String(chunk)));
    // A caller that goes away is no error of ours; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#aborter.abort());
  }

  async finish(): Promise<void> {
    this.#aborter.abort();
    if (this.#running === undefined) this.#socket.destroy();
    await this.#running;
  }

  #receive(chunk: string): void {
    if (this.#running !== undefined) return;
    this.#received += chunk;
    const end = this.#received.indexOf('\n');
    if (end >= 0) {
      this.#running = this.#answer(this.#received.slice(0, end));
      this.#received = '';
    } else if (this.#received.length > MAX_REQUEST_CHARACTERS) {
      this.#socket.destroy();
    }
  }

  async #answer(line: string): Promise<void> {
    let reply: string;
    const telling = setInterval(() => this.#tell({ alive: true }), this.#aliveEveryMs);
    try {
      const { method, params } = requestSchema.parse(JSON.parse(line));
      const emit = (progress: unknown) => this.#tell({ progress });
      const result = await this.#handler(method, params, emit, this.#aborter.signal);
      reply = lineOf({ result: result ?? null });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      reply = lineOf({ error: { name, message } });
    } finally {
      clearInterval(telling);
    }
    this.#socket.setTimeout(TAKE_ANSWER_TIMEOUT_MS, () => this.#socket.destroy());
    await new Promise<void>(resolve => {
      this.#socket.end(reply, () => resolve());
    });
  }

  /** What the caller doesn't take as fast as it comes is left out: it must not pile up here. */
  #tell(sign: LocalReply): void {
    if (this.#socket.writable && !this.#socket.writableNeedDrain) this.#socket.write(lineOf(sign));
  }
}

function lineOf(reply: LocalReply): string {
  return `${JSON.stringify(reply)}\n`;
}
