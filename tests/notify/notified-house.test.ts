import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { runImport } from '../../src/import/import-run.ts';
import { type Ask, asker, type HttpHouse, httpHouse, receive, STAFF_NAME } from '../http/http-house.ts';
import { sharedPath } from '../shared-data.ts';
import { isSigned, receivingServer } from './receiving-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function receiver() {
  const server = await receivingServer();
  open.push(server);
  return server;
}
async function house(settings: Readonly<Record<string, string>>): Promise<HttpHouse> {
  const server = await httpHouse(settings);
  open.push(server);
  return server;
}

/** A case of an agent's that asks somebody by name: told at once. */
async function asking(ask: Ask, agentId: string, askedUserId: string): Promise<string> {
  const caseId = await receive(ask);
  const assigned = await ask('POST', `/v1/complaints/${caseId}/assign`, { assigneeId: agentId });
  if (assigned.status !== 200) throw new Error(assigned.text);
  const question = { department: 'production', askedUserId, question: 'SECRET-question' };
  const asked = await ask('POST', `/v1/complaints/${caseId}/request-input`, question);
  if (asked.status !== 200) throw new Error(asked.text);
  return caseId;
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(20);
}

const outboxEvents = async ({ house: { store } }: HttpHouse) =>
  (await store.readAll('', 1_000_000)).filter(({ streamId }) => streamId.startsWith('outbox-'));

type Listed = {
  readonly notifications: readonly Record<string, unknown>[];
  readonly next?: string;
};
const list = async (ask: Ask, query = ''): Promise<Listed> => {
  const { status, body, text } = await ask('GET', `/v1/notifications?${query}`);
  if (status !== 200) throw new Error(text);
  return body as unknown as Listed;
};

describe('a house that notifies', () => {
  it('brings what waits for somebody out once, signed, with ids alone', async () => {
    const { url, got } = await receiver();
    const server = await house({ REDRESS_NOTIFY_URL: url });
    const agent = await server.person('agent');
    const asked = await server.person('contributor');
    const ask = asker(server.app, agent.token);
    const caseId = await asking(ask, agent.userId, asked.userId);
    await until(async () => (await list(ask, 'state=sent')).notifications.length > 0);

    const { notifications } = await list(ask);
    expect(notifications).toMatchObject([
      {
        kind: 'inputAsked',
        state: 'sent',
        lifecycle: 'complaint',
        caseId,
        role: 'asked',
        userId: asked.userId,
        attempts: 1,
        nextAt: null,
        problem: null,
      },
    ]);
    const [message] = got;
    if (message === undefined) throw new Error('nothing came');
    expect(got).toHaveLength(1);
    expect(message.id).toBe(notifications[0]?.messageId);
    expect(message.event).toMatchObject({
      source: `urn:redress:log:${server.house.store.logId}`,
      type: 'redress.notification.inputAsked.v1',
      data: { caseId, caseNumber: notifications[0]?.number, to: { role: 'asked', userId: asked.userId } },
    });
    const secret = readFileSync(join(server.house.folder, 'notify.secret'), 'utf8').match(/whsec_\S+/)?.[0];
    expect(isSigned(message, secret ?? '')).toBe(true);
    expect(message.text).not.toContain(STAFF_NAME);
    expect(message.text).not.toContain('SECRET');

    const types = (await outboxEvents(server)).map(({ type, sealed }) => [type, sealed.length]);
    expect(types).toEqual([
      ['NotificationQueued', 0],
      ['NotificationClaimed', 0],
      ['NotificationSent', 0],
    ]);
    const metrics = (await ask('GET', '/metrics')).text;
    expect(metrics).toContain('redress_outbox_messages{state="sent"} 1');
    expect(metrics).toContain('redress_outbox_messages{state="waiting"} 0');
    expect(metrics).toContain('redress_outbox_oldest_age_seconds 0');
    expect(metrics).toContain('redress_outbox_deliveries_total{outcome="taken"} 1');
  });

  it('sends names where it is told to', async () => {
    const { url, got } = await receiver();
    const server = await house({ REDRESS_NOTIFY_URL: url, REDRESS_NOTIFY_NAMES: 'yes' });
    const agent = await server.person('agent');
    await asking(asker(server.app, agent.token), agent.userId, (await server.person('contributor')).userId);
    await until(() => got.length > 0);
    expect(got[0]?.event.data.to).toMatchObject({ name: STAFF_NAME });
  });

  it('says that nothing goes out while the receiver is away, and why, and when it was well again', async () => {
    const away = await receiver();
    away.answerWith((_got, reply) => void reply.writeHead(503).end());
    const server = await house({ REDRESS_NOTIFY_URL: away.url });
    const agent = await server.person('agent');
    const ask = asker(server.app, agent.token);
    await asking(ask, agent.userId, (await server.person('contributor')).userId);
    const warnings = async () => String((await ask('GET', '/health/ready')).body.warnings);
    await until(async () => (await warnings()).includes('answered 503'));
    expect(await warnings()).toMatch(/notifications do not go out: .*; 1 wait since 20/);
    expect((await ask('GET', '/health/ready')).status).toBe(200);
    await until(async () => (await list(ask, 'state=waiting')).notifications[0]?.problem === 'refused 503');
    const metrics = (await ask('GET', '/metrics')).text;
    expect(metrics).toContain('redress_outbox_messages{state="waiting"} 1');
    expect(metrics).toMatch(/redress_outbox_oldest_age_seconds \d*\.?\d+/);
    away.answerWith((_got, reply) => void reply.writeHead(204).end());
    await until(async () => (await list(ask, 'state=sent')).notifications.length > 0);
    expect(await warnings()).not.toContain('notifications');
    expect(new Set(away.got.map(({ id }) => id)).size).toBe(1);
  });

  it('lists page by page, filtered, to whoever may read what is not theirs', async () => {
    const { url } = await receiver();
    const server = await house({ REDRESS_NOTIFY_URL: url });
    const agent = await server.person('agent');
    const ask = asker(server.app, agent.token);
    const asked: string[] = [];
    while (asked.length < 5) asked.push((await server.person('contributor')).userId);
    const cases: string[] = [];
    for (const userId of asked) cases.push(await asking(ask, agent.userId, userId));
    await until(async () => (await list(ask, 'state=sent')).notifications.length === 5);
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await list(ask, `limit=2${cursor}`);
      seen.push(...page.notifications.map(({ userId }) => userId));
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen).toEqual(asked.toReversed());
    expect((await list(ask, `caseId=${cases[1]}`)).notifications.map(({ userId }) => userId)).toEqual([
      asked[1],
    ]);
    expect(
      (await list(ask, `userId=${asked[2]}&state=sent`)).notifications.map(({ caseId }) => caseId),
    ).toEqual([cases[2]]);
    expect((await list(ask, 'kind=waveOpened')).notifications).toEqual([]);
    const customer = asker(server.app, (await server.person('customer')).token);
    expect((await customer('GET', '/v1/notifications')).status).toBe(403);
    expect((await ask('GET', '/v1/notifications?state=lost')).status).toBe(400);
  });

  it('tells nothing of an imported history, and of what happens afterwards', async () => {
    const { url, got } = await receiver();
    const server = await house({ REDRESS_NOTIFY_URL: url });
    const folder = mkdtempSync(join(tmpdir(), 'redress-notify-import-'));
    open.push({ close: async () => rmSync(folder, { recursive: true }) });
    const rows = gunzipSync(readFileSync(sharedPath('data/event-logs/helpdesk.ndjson.gz')))
      .toString()
      .split('\n');
    const some = new Set(rows.slice(0, 40).map(row => JSON.parse(row).case));
    const logFile = join(folder, 'log.ndjson');
    const chosen = rows.filter(row => row !== '' && some.has(JSON.parse(row).case));
    // Cut off half-way, some cases stay open: their timers go on to this day.
    writeFileSync(logFile, `${chosen.slice(0, Math.ceil(chosen.length / 2)).join('\n')}\n`);
    const mappingFile = join(import.meta.dirname, '../../mappings/helpdesk.yaml');
    const call = { mapping: readFileSync(mappingFile, 'utf8'), mappingFile, logFile };
    await runImport(call, server.house, () => {}, new AbortController().signal);
    await server.house.workflowsSettled();
    const imported = await server.house.store.readAll('', 1_000_000);
    expect(imported.filter(({ type }) => type === 'SlaClockEscalated').length).toBeGreaterThan(0);
    expect(imported.filter(({ type }) => type === 'SlaClockWarned').length).toBeGreaterThan(0);
    expect(await outboxEvents(server)).toEqual([]);

    const agent = await server.person('agent');
    await asking(asker(server.app, agent.token), agent.userId, (await server.person('contributor')).userId);
    await until(() => got.length > 0);
    await server.house.workflowsSettled();
    expect(got.map(({ type }) => type)).toEqual(['redress.notification.inputAsked.v1']);
  });
});

describe('a house without an address', () => {
  it('writes no message', async () => {
    const silent = await house({});
    const agent = await silent.person('agent');
    const ask = asker(silent.app, agent.token);
    await asking(ask, agent.userId, (await silent.person('contributor')).userId);
    await silent.house.workflowsSettled();
    expect(await outboxEvents(silent)).toEqual([]);
    expect((await list(ask)).notifications).toEqual([]);
    expect((await ask('GET', '/metrics')).text).toContain('redress_outbox_messages{state="waiting"} 0');
  });
});
