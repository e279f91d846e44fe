import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolder, type RunningService, startService } from '../cli/redress.ts';
import { COMPLAINT } from '../http/http-house.ts';
import { type Received, receivingServer } from './receiving-server.ts';

/** A claim lapses after three times as long. */
const TIMEOUT_MS = 2_000;

let data: ReturnType<typeof dataFolder>;
let receiver: Awaited<ReturnType<typeof receivingServer>>;
let service: RunningService;
let token = '';
let me = '';
let ended = true;

beforeEach(async () => {
  data = dataFolder();
  receiver = await receivingServer();
});
afterEach(async () => {
  if (!ended) await end('SIGKILL');
  await receiver.close();
  data.remove();
});

async function start(url = receiver.url): Promise<void> {
  service = await startService(data.path, {
    REDRESS_NOTIFY_URL: url,
    REDRESS_NOTIFY_TIMEOUT: String(TIMEOUT_MS),
    REDRESS_LOG_LEVEL: 'error',
  });
  ended = false;
  if (service.token !== '') token = service.token;
  me = String((await call('GET', '/v1/me')).id);
}

async function end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  ended = true;
  await service.stop(signal);
}

async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(service.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
  return JSON.parse(text);
}

async function newCase(): Promise<string> {
  const { id } = await call('POST', '/v1/complaints', COMPLAINT);
  await call('POST', `/v1/complaints/${id}/assign`, { assigneeId: me });
  return String(id);
}

/** Asks somebody new by name, who is to be told. */
async function ask(caseId: string): Promise<string> {
  const { id } = await call('POST', '/v1/users', { name: 'Somebody', roles: ['contributor'] });
  const askedUserId = String(id);
  const question = { department: 'production', askedUserId, question: 'q' };
  await call('POST', `/v1/complaints/${caseId}/request-input`, question);
  return askedUserId;
}

const toldTo = ({ event }: Received) => String(event.data.to.userId);
const hasSent = async (count: number): Promise<boolean> => {
  const { notifications } = await call('GET', '/v1/notifications?state=sent&limit=200');
  return Array.isArray(notifications) && notifications.length === count;
};

describe('a service that is killed', { timeout: 300_000 }, () => {
  it('between sending and recording sends once more, under the same id, and loses none', async () => {
    await start();
    const caseId = await newCase();
    receiver.answerWith(() => service.child.kill('SIGKILL'));
    const asked = [await ask(caseId)];
    while (service.child.exitCode === null && service.child.signalCode === null) await sleep(20);
    ended = true;
    expect(receiver.got).toHaveLength(1);

    receiver.answerWith((_got, reply) => void reply.writeHead(204).end());
    await start();
    asked.push(await ask(caseId), await ask(caseId));
    while (!(await hasSent(3))) await sleep(50);
    await end();
    expect(receiver.got.map(toldTo).toSorted()).toEqual([asked[0], ...asked].toSorted());
    const [first] = receiver.got;
    expect(receiver.times(first?.id ?? '')).toBe(2);
    expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(3);
    expect(receiver.got.find(({ id }, at) => at > 0 && id === first?.id)?.text).toBe(first?.text);
  });

  it('again and again, at any moment, loses none, and sends each once more at most for each time', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const kills = 4;
    const asked: string[] = [];
    for (let round = 0; round < kills; round++) {
      await start();
      // Some are slow, some are taken though nobody hears of it.
      receiver.answerWith((_got, reply) => {
        setTimeout(() => void reply.writeHead(204).end(), random(30));
      });
      const caseId = await newCase();
      const killAfter = 3 + random(12);
      for (let n = 0; n < killAfter; n++) asked.push(await ask(caseId));
      await sleep(random(250));
      await end('SIGKILL');
    }
    await start();
    while (!(await hasSent(asked.length))) await sleep(50);
    await end();
    const times = Map.groupBy(receiver.got, toldTo);
    expect([...times.keys()].toSorted()).toEqual(asked.toSorted());
    for (const [userId, messages] of times) {
      expect(new Set(messages.map(({ id }) => id)).size, `${userId} seed ${seed}`).toBe(1);
      expect(messages.length, `${userId} seed ${seed}`).toBeLessThanOrEqual(1 + kills);
    }
  });

  it('is told to stop while a message is on its way waits for the answer: no duplicate', async () => {
    await start();
    const caseId = await newCase();
    let reached = () => {};
    const sending = new Promise<void>(resolve => {
      reached = resolve;
    });
    receiver.answerWith((_got, reply) => {
      reached();
      setTimeout(() => void reply.writeHead(204).end(), TIMEOUT_MS / 2);
    });
    await ask(caseId);
    await sending;
    await end();
    await start();
    expect(await hasSent(1)).toBe(true);
    await end();
    expect(receiver.got).toHaveLength(1);
  });
});

describe('notifications that are turned on and off', { timeout: 300_000 }, () => {
  it('tell of what happens while they are on, and of nothing else', async () => {
    await start('none');
    const caseId = await newCase();
    await ask(caseId);
    await end();
    await start();
    const second = await ask(caseId);
    while (!(await hasSent(1))) await sleep(50);
    await end();
    await start('none');
    await ask(caseId);
    await end();
    await start();
    const fourth = await ask(caseId);
    while (!(await hasSent(2))) await sleep(50);
    await end();
    expect(receiver.got.map(toldTo)).toEqual([second, fourth]);
  });
});
