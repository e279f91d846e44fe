import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/**
 * Sends one body again and again, evenly spaced, whether the one before was answered or not: autocannon, asked for a
 * rate, sends what is due in a second at once and rests for what is left of it. Takes its task as JSON in its one
 * argument; prints how many a second were taken and how long they took, in milliseconds, each from the instant at which it was to
 * be sent.
 */
const taskSchema = z.object({
  url: z.url(),
  token: z.string(),
  body: z.string(),
  perSecond: z.number().positive(),
  seconds: z.number().positive(),
  connections: z.int().positive(),
});
const task = taskSchema.parse(JSON.parse(process.argv[2] ?? ''));
const agent = new Agent({ keepAlive: true, maxSockets: task.connections });
const headers = {
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(task.body),
  authorization: `Bearer ${task.token}`,
};

function send(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(task.url, { method: 'POST', agent, headers }, response => {
      response.resume();
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) response.once('end', resolve);
      else reject(new Error(`answered with ${statusCode}`));
    });
    sent.once('error', reject);
    sent.end(task.body);
  });
}

const startedAt = performance.now();
const latencies: number[] = [];
await Promise.all(
  Array.from({ length: Math.round(task.perSecond * task.seconds) }, async (_, n) => {
    const dueMs = (n * 1_000) / task.perSecond;
    await sleep(Math.max(startedAt + dueMs - performance.now(), 0));
    await send();
    latencies.push(performance.now() - startedAt - dueMs);
  }),
);
const seconds = (performance.now() - startedAt) / 1_000;
latencies.sort((a, b) => a - b);
const percentile = (part: number) => latencies[Math.floor(part * (latencies.length - 1))];
process.stdout.write(
  JSON.stringify({ perSecond: latencies.length / seconds, p50: percentile(0.5), p99: percentile(0.99) }),
);
agent.destroy();
