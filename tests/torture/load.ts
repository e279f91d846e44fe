import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** One command that a client sent, with what it was told. */
export interface Sent {
  readonly type: string;
  readonly key: string;
  readonly path: string;
  /** Accepted: it must be in the log, once. Refused by a rule: it must not be. Without an answer it may be or not. */
  answer: 'accepted' | 'rejected' | undefined;
}

export interface Client {
  readonly url: string;
  readonly token: string;
  /** False when the load is over. */
  active(): boolean;
  random(): number;
  readonly journal: Sent[];
  /** Answers that no client should ever get. */
  readonly wrong: string[];
}

const HOUR_MS = 3_600_000;

/**
 * A complaint as it comes in. Some came so long ago that a promise is broken already, or will be in seconds: the
 * first reply is promised within 24 hours, whatever day it is.
 */
function complaint(random: () => number): Record<string, unknown> {
  const hoursAgo = [0, 0, 12, 23.999, 24, 72][Math.floor(random() * 6)] ?? 0;
  return {
    kind: 'product',
    complainant: { name: `宁波服饰有限公司 ${Math.floor(random() * 500)}` },
    channel: 'email',
    siteRegion: 'mainland',
    items: [
      {
        product: { code: `5#N-${Math.floor(random() * 40)}`, name: '5号尼龙拉链' },
        bulkOrder: `DH${Math.floor(random() * 1e6)}`,
        delivered: { value: 20_000, unit: 'piece' },
        defective: { value: 1 + Math.floor(random() * 900), unit: 'piece' },
        whereFound: 'production',
      },
    ],
    description: '拉头在水洗后脱落,客户要求返工或换货。 Sliders come off after washing.',
    remedySought: ['replacement'],
    receivedAt: new Date(Date.now() - hoursAgo * HOUR_MS - Math.floor(random() * 2000)).toISOString(),
  };
}

/**
 * Clients that work without a pause: each opens complaints and acts on them, every command under a key, and sends a
 * command whose answer it did not get again under the same key until it is answered.
 */
export async function loadOf(client: Client, clients: number): Promise<void> {
  await Promise.all(Array.from({ length: clients }, () => work(client)));
}

async function work(client: Client): Promise<void> {
  while (client.active()) {
    const opened = await send(client, 'receive', '/v1/complaints', complaint(client.random));
    if (opened === undefined) continue;
    const { id } = opened;
    const steps: readonly [string, string, Record<string, unknown>][] = [
      ['acknowledge', 'acknowledge', { channel: 'email', automatic: true }],
      [
        'recordMessage',
        'record-message',
        {
          direction: 'inbound',
          channel: 'phone',
          author: { kind: 'contact' },
          chase: true,
          text: '请尽快答复',
        },
      ],
      [
        'sendPreliminaryReply',
        'send-preliminary-reply',
        { channel: 'email', understood: '已收到', nextStep: '质检', nextNewsAt: tomorrow() },
      ],
      ['pauseClock', 'pause-clock', { reason: 'awaitingCustomer' }],
      ['addNote', 'add-note', { text: 'internal' }],
    ];
    for (const [type, slug, body] of steps) {
      if (!client.active() || client.random() < 0.3) break;
      await send(client, type, `/v1/complaints/${id}/${slug}`, body);
    }
  }
}

function tomorrow(): string {
  return new Date(Date.now() + 24 * HOUR_MS).toISOString();
}

async function send(
  client: Client,
  type: string,
  path: string,
  body: Record<string, unknown>,
): Promise<{ readonly id: string } | undefined> {
  const sent: Sent = { type, key: randomUUID(), path, answer: undefined };
  client.journal.push(sent);
  const started = Date.now();
  while (Date.now() - started < 120_000) {
    const answer = await request(client, sent, body);
    if (answer === 'noAnswer') {
      // The load may be over while the service is down: what was not answered may or may not be there.
      if (!client.active()) return undefined;
      await sleep(20 + client.random() * 40);
      continue;
    }
    return answer;
  }
  client.wrong.push(`${type} ${path}: no answer for two minutes`);
  return undefined;
}

async function request(
  client: Client,
  sent: Sent,
  body: Record<string, unknown>,
): Promise<{ readonly id: string } | undefined | 'noAnswer'> {
  try {
    const response = await fetch(`${client.url}${sent.path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${client.token}`,
        'content-type': 'application/json',
        'idempotency-key': sent.key,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) {
      sent.answer = 'accepted';
      return idOf(text);
    }
    // A rejection by a rule is an answer; a service that is not there is none.
    if (response.status === 503) return 'noAnswer';
    if (response.status === 409) sent.answer = 'rejected';
    else client.wrong.push(`${sent.type} ${sent.path}: ${response.status} ${text.slice(0, 300)}`);
    return undefined;
  } catch {
    return 'noAnswer';
  }
}

function idOf(text: string): { readonly id: string } | undefined {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== 'object' || answer === null || !('id' in answer)) return undefined;
  return typeof answer.id === 'string' ? { id: answer.id } : undefined;
}
