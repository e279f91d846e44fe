import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts the tests' own server, empty, in a process of its own, so that its work is not counted as the client's. */
export async function startServerProcess(): Promise<{
  readonly connectionString: string;
  stop(): Promise<void>;
}> {
  const file = join(import.meta.dirname, '../processes/esdb-server.ts');
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (typeof value !== 'string') throw new Error('the server did not start');
  return {
    connectionString: value,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
