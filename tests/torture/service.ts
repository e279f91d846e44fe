import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const main = resolve(import.meta.dirname, '../../src/main.ts');
const run = promisify(execFile);

/** The environment of a service of our own: a data folder, a free port, no limits that a load would meet. */
export function serviceEnv(
  dataFolder: string,
  port: number,
  more: Record<string, string> = {},
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    REDRESS_DATA: dataFolder,
    REDRESS_PORT: String(port),
    REDRESS_HOST: '127.0.0.1',
    REDRESS_LOG_LEVEL: 'warn',
    REDRESS_LOG_FORMAT: 'json',
    REDRESS_RATE_LIMIT: '0',
    REDRESS_FAILURE_LIMIT: '0',
    ...more,
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Runs one command of the command line to its end; answers what it printed. */
export async function redress(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [main, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** The real service, as a process that can be killed. */
export class Service {
  readonly url: string;
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  /** What it said last, for the reader of a failure. */
  output = '';

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
    this.url = `http://127.0.0.1:${env.REDRESS_PORT}`;
  }

  /** @throws before it was started */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the service was not started');
    return pid;
  }

  /** Starts it, and waits for nothing. */
  spawn(): void {
    const child = spawn(process.execPath, [main, 'serve'], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-20_000);
      });
    }
  }

  /** Starts it and waits until it is ready. */
  async start(timeoutMs = 60_000): Promise<void> {
    this.spawn();
    await this.ready(timeoutMs);
  }

  /** Waits until it says that it is ready. @throws when it ends instead, or takes too long */
  async ready(timeoutMs = 60_000): Promise<void> {
    const child = this.#process;
    const until = Date.now() + timeoutMs;
    while (Date.now() < until) {
      if (child === undefined || child.exitCode !== null)
        throw new Error(`the service ended with ${child?.exitCode}:\n${this.output}`);
      const ready = await fetch(`${this.url}/health/ready`).then(
        response => response.ok,
        () => false,
      );
      if (ready) return;
      await sleep(25);
    }
    throw new Error(`the service is not ready after ${timeoutMs} ms:\n${this.output}`);
  }

  /** SIGKILL, as a crash of the machine's kernel would not be kinder. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM, and the exit code of the graceful stop. */
  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    return child.exitCode;
  }
}
