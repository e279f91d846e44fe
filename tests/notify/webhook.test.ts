import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instantWriter } from '../../src/http/instants.ts';
import { cloudEvent } from '../../src/notify/cloud-event.ts';
import { webhook } from '../../src/notify/webhook.ts';
import { openWebhookSecret, WebhookSecretError } from '../../src/notify/webhook-secret.ts';
import { at, idOf } from '../given-when-then.ts';
import { sharedText } from '../shared-data.ts';
import { isSigned, receivingServer } from './receiving-server.ts';

const NOW = at('2026-09-30 11:12');
const LOG_ID = idOf(1);
const MESSAGE_ID = idOf(2);

function event(more: { readonly name?: string; readonly caseNumber?: string } = {}) {
  return cloudEvent(
    {
      kind: 'promiseWarned',
      lifecycle: 'complaint',
      caseId: idOf(3),
      addressee: { role: 'assignee', userId: idOf(4) },
      happenedAt: NOW,
      matter: { clock: 'firstReply', cycle: 1, threshold: 0.8, dueAt: at('2026-09-30 16:00') },
    },
    { messageId: MESSAGE_ID, logId: LOG_ID, write: instantWriter('Asia/Shanghai'), ...more },
  );
}

let folder: string;
let receiver: Awaited<ReturnType<typeof receivingServer>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-webhook-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  receiver = await receivingServer();
});
afterEach(() => receiver.close());

const secretFile = () => join(folder, 'notify.secret');
const secretIn = (file: string) => readFileSync(file, 'utf8').match(/whsec_\S+/)?.[0] ?? '';
const body = JSON.stringify(event());
const deliver = (timeoutMs = 5_000, url = receiver.url) =>
  webhook({ url, timeoutMs, sign: openWebhookSecret(secretFile(), true).sign, clock: { now: () => NOW } })({
    id: MESSAGE_ID,
    body,
  });

describe('a message', () => {
  it('is a CloudEvent by the schema of CloudEvents 1.0, with ids and no name', () => {
    const schema = JSON.parse(sharedText('data/exchange-formats/cloudevents.schema.json'));
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    for (const each of [event(), event({ name: 'Wei Zhang', caseNumber: 'CMP-2026-000001' })])
      expect([validate(each), validate.errors]).toEqual([true, null]);
    expect(event({ caseNumber: 'CMP-2026-000001' })).toEqual({
      specversion: '1.0',
      id: MESSAGE_ID,
      source: `urn:redress:log:${LOG_ID}`,
      type: 'redress.notification.promiseWarned.v1',
      subject: idOf(3),
      time: '2026-09-30T11:12:00.000+08:00',
      datacontenttype: 'application/json',
      data: {
        lifecycle: 'complaint',
        caseId: idOf(3),
        caseNumber: 'CMP-2026-000001',
        to: { role: 'assignee', userId: idOf(4) },
        clock: 'firstReply',
        cycle: 1,
        threshold: 0.8,
        dueAt: '2026-09-30T16:00:00.000+08:00',
      },
    });
  });

  it('is POSTed with its id, its time and a signature that the receiver can check', async () => {
    expect(await deliver()).toEqual({ outcome: 'taken' });
    const [got] = receiver.got;
    if (got === undefined) throw new Error('nothing came');
    expect(got.text).toBe(body);
    expect(got.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'idempotency-key': MESSAGE_ID,
      'webhook-id': MESSAGE_ID,
      'webhook-timestamp': String(NOW / 1_000),
    });
    const secret = secretIn(secretFile());
    expect(isSigned(got, secret)).toBe(true);
    expect(isSigned({ ...got, text: got.text.replace('assignee', 'lead') }, secret)).toBe(false);
    expect(isSigned(got, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false);
  });
});

describe('a receiver', () => {
  it.each([
    [500, 'refused'],
    [404, 'refused'],
    [301, 'redirected'],
    [308, 'redirected'],
  ] as const)('that answers %s has not taken it: %s', async (status, reason) => {
    const elsewhere = await receivingServer();
    receiver.answerWith((_got, reply) => void reply.writeHead(status, { location: elsewhere.url }).end());
    expect(await deliver()).toMatchObject({ outcome: 'failed', reason, status });
    expect(elsewhere.got).toEqual([]);
    await elsewhere.close();
  });

  it('says when it wants to be asked again, in seconds or by a date', async () => {
    const wanted = ['120', new Date(NOW + 60_000).toUTCString(), 'soon'];
    const waits: unknown[] = [];
    for (const value of wanted) {
      receiver.answerWith((_got, reply) => void reply.writeHead(503, { 'retry-after': value }).end());
      const outcome = await deliver();
      waits.push('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined);
    }
    expect(waits).toEqual([120_000, 60_000, undefined]);
  });

  it('that does not answer is left after the time-out', async () => {
    receiver.answerWith(() => {});
    expect(await deliver(200)).toMatchObject({ outcome: 'failed', reason: 'timedOut' });
  });

  it('that sends its headers and then nothing, or no end of a body, has taken it', async () => {
    receiver.answerWith((_got, reply) => void reply.writeHead(200).write('x'));
    expect(await deliver(500)).toEqual({ outcome: 'taken' });
    let written = 0;
    let cut = false;
    receiver.answerWith(async (_got, reply) => {
      reply.writeHead(200).on('close', () => {
        cut = true;
      });
      while (!cut && written < 512 * 1024 * 1024) {
        const chunk = Buffer.alloc(64 * 1024);
        written += chunk.length;
        if (!reply.write(chunk)) await Promise.race([new Promise(r => reply.once('drain', r)), sleep(50)]);
      }
    });
    expect(await deliver()).toEqual({ outcome: 'taken' });
    while (!cut) await sleep(5);
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it('that is not there is told by its name alone, without what its address may hold', async () => {
    const { port } = receiver;
    await receiver.close();
    const outcome = await deliver(2_000, `http://127.0.0.1:${port}/hook/token-in-the-path`);
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'unreachable' });
    expect(JSON.stringify(outcome)).toContain('ECONNREFUSED');
    expect(JSON.stringify(outcome)).not.toContain('token-in-the-path');
    receiver = await receivingServer();
  });
});

describe('the receiver of the documentation', () => {
  const example = fileURLToPath(new URL('../../docs/examples/receive-notifications.mjs', import.meta.url));

  it('takes what is signed, tells of each id once, and refuses the rest', async () => {
    const { sign } = openWebhookSecret(secretFile(), true);
    const child = spawn(process.execPath, [example], {
      env: { ...process.env, SECRET: secretIn(secretFile()), PORT: '0' },
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      printed += String(text);
    });
    try {
      while (!printed.includes('listening')) await once(child.stdout, 'data');
      const url = /http:\S+/.exec(printed)?.[0] ?? '';
      const send = (signedBy: typeof sign, at: number) =>
        webhook({ url, timeoutMs: 20_000, sign: signedBy, clock: { now: () => at } })({
          id: MESSAGE_ID,
          body,
        });
      const now = Date.now();
      expect(await send(sign, now)).toEqual({ outcome: 'taken' });
      expect(await send(sign, now)).toEqual({ outcome: 'taken' });
      expect(await send(() => 'v1,bm90IHNpZ25lZA==', now)).toMatchObject({ status: 401 });
      expect(await send(message => sign({ ...message, body: '{}' }), now)).toMatchObject({ status: 401 });
      expect(await send(sign, now - 600_000)).toMatchObject({ status: 401 });
    } finally {
      child.kill();
      await once(child, 'close');
    }
    const [, ...told] = printed.trim().split('\n');
    expect(told).toEqual([`redress.notification.promiseWarned.v1 to ${idOf(4)}: ${idOf(3)}`]);
  });
});

describe('the secret', () => {
  const write = (text: string) => {
    const file = join(folder, `secret-${Math.random()}`);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const message = { id: MESSAGE_ID, timestamp: NOW / 1_000, body: '{}' };
  const headers = (signature: string) => ({
    'webhook-id': MESSAGE_ID,
    'webhook-timestamp': String(NOW / 1_000),
    'webhook-signature': signature,
  });

  it('is made once, for its owner alone, and only where it may be', () => {
    const file = join(folder, 'made.secret');
    openWebhookSecret(file, true);
    const first = readFileSync(file, 'utf8');
    openWebhookSecret(file, true);
    expect(readFileSync(file, 'utf8')).toBe(first);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(() => openWebhookSecret(join(folder, 'elsewhere'), false)).toThrow(WebhookSecretError);
  });

  it('signs with both of two while a new one is brought in', () => {
    const [old, next] = [1, 2].map(n => `whsec_${Buffer.alloc(32, n).toString('base64')}`);
    const signature = openWebhookSecret(write(`# new\n${next}\n${old}\n`), false).sign(message);
    for (const secret of [old, next])
      expect(isSigned({ headers: headers(signature), text: '{}' }, secret ?? '')).toBe(true);
  });

  it('is told from others by a fingerprint, of one log', () => {
    const [some, other] = [1, 2].map(n => `whsec_${Buffer.alloc(32, n).toString('base64')}\n`);
    const [log, another] = [idOf(11), idOf(12)];
    const of = (text: string | undefined, logId: string) =>
      openWebhookSecret(write(text ?? ''), false).fingerprints(logId);
    const [fingerprint] = of(some, log);
    expect(fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(of(some, log)).toEqual([fingerprint]);
    expect(of(other, log)).not.toContain(fingerprint);
    expect(of(some, another)).not.toContain(fingerprint);
  });

  it('is the one of Standard Webhooks: a vector of theirs', () => {
    const file = write('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n');
    const { sign } = openWebhookSecret(file, false);
    expect(
      sign({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' }),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.each([
    ['', 'holds no secret'],
    ['hunter2', 'no secret'],
    ['whsec_not base64', 'no secret'],
    ['whsec_c2hvcnQ=', '5 bytes'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => openWebhookSecret(write(text), false)).toThrow(why);
  });

  it.skipIf(process.platform === 'win32')('that others may read is refused', () => {
    const file = write(`whsec_${Buffer.alloc(32, 1).toString('base64')}`);
    chmodSync(file, 0o644);
    expect(() => openWebhookSecret(file, false)).toThrow('chmod 600');
  });
});
