import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real second process that runs a file of this folder. */
export interface StartedProcess {
  readonly pid: number;
  /** The next line of its standard output; `undefined` at the end. */
  nextLine(): Promise<string | undefined>;
  /** SIGKILL, and its death awaited. What it had printed can still be read. */
  kill(): Promise<void>;
  ended(): Promise<void>;
}

/** `before`: a command with its arguments that starts node, such as one that puts it into a namespace. */
export async function startProcess(
  file: string,
  args: readonly string[],
  before: readonly string[] = [],
): Promise<StartedProcess> {
  const script = [process.execPath, '--expose-gc', join(import.meta.dirname, file), ...args];
  const [command = '', ...rest] = [...before, ...script];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    async nextLine() {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async ended() {
      await ended;
    },
  };
}
