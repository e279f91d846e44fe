import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** An empty data folder of a test's own, taken away at the end. */
export function dataFolder(): { readonly path: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), 'redress-cli-'));
  return { path: join(parent, 'data'), remove: () => rmSync(parent, { recursive: true, force: true }) };
}

function environment(data: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('REDRESS_'));
  return {
    ...Object.fromEntries(own),
    REDRESS_DATA: data,
    REDRESS_PORT: '0',
    REDRESS_LOG_FORMAT: 'json',
    REDRESS_RATE_LIMIT: '0',
    ...more,
  };
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. */
export async function redress(
  data: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment(data, more) });
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  const [code] = await once(child, 'close');
  return { code: code === null ? null : Number(code), stdout: stdout(), stderr: stderr() };
}

export interface RunningService {
  readonly url: string;
  /** The first user's, where it was the first start. */
  readonly token: string;
  readonly child: ChildProcessWithoutNullStreams;
  output(): string;
  /** Sends a signal and waits for the end; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the real service on a free port, and waits until it says where it is. */
export async function startService(
  data: string,
  more: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const child = spawn(process.execPath, [MAIN, 'serve'], { env: environment(data, more) });
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  const output = () => stdout() + stderr();
  const ended = once(child, 'close');
  while (!/Redress serves \S+/.test(stdout())) {
    const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
    if (first === undefined) throw new Error(`the service did not start: ${output()}`);
  }
  return {
    url: /Redress serves (\S+)/.exec(stdout())?.[1] ?? '',
    token: /TOKEN=(\S+)/.exec(stdout())?.[1] ?? '',
    child,
    output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await ended;
      return code === null ? null : Number(code);
    },
  };
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', chunk => {
    text += String(chunk);
  });
  return () => text;
}
