import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const runFile = promisify(execFile);
const resultSchema = z.object({ perSecond: z.number(), p50: z.number(), p99: z.number() });

/** Evenly spaced requests from a process of its own; see processes/steady-writer.ts. Latencies in milliseconds. */
export async function steadyLoad(task: {
  readonly url: string;
  readonly token: string;
  readonly body: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
}): Promise<z.infer<typeof resultSchema>> {
  const writer = join(import.meta.dirname, 'processes', 'steady-writer.ts');
  const { stdout } = await runFile(process.execPath, [writer, JSON.stringify(task)]);
  return resultSchema.parse(JSON.parse(stdout));
}
