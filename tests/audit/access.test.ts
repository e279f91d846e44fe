import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_ROLES } from '../../domain/access/access.ts';
import { aggregates } from '../../domain/aggregates.ts';
import { type Ask, asker, type HttpHouse, httpHouse, type Person, receive } from '../http/http-house.ts';

let server: HttpHouse;
let person: Person;
let auditor: Ask;
let agent: Ask;
beforeAll(async () => {
  server = await httpHouse();
  person = await server.person('auditor');
  auditor = asker(server.app, person.token);
  agent = asker(server.app, (await server.person('agent')).token);
});
afterAll(() => server.close());

const open = async (ask = auditor, reason = 'Beschwerde von Frau Lindqvist') => {
  const { status, body } = await ask('POST', '/v1/audit/sessions', { reason });
  expect(status).toBe(201);
  return String(body.id);
};
const streamOf = (session: string) => server.house.store.readStream(`access-${session}`);

describe('a look into the record', () => {
  it('is not given without a session', async () => {
    const { status, body } = await auditor('GET', '/v1/audit/looks');
    expect(status).toBe(428);
    expect(body).toMatchObject({ type: 'urn:redress:problem:audit-session-needed' });
  });

  it.each([
    ['a header that is no id', 'yes please', 400],
    ['a session that there is not', uuidv4(), 428],
  ])('is not given for %s', async (_what, header, expected) => {
    const { status } = await auditor('GET', '/v1/audit/looks', undefined, { 'audit-session': header });
    expect(status).toBe(expected);
  });

  it('is not given in somebody else’s session', async () => {
    const session = await open(asker(server.app, (await server.person('auditor')).token));
    const answer = await auditor('GET', '/v1/audit/looks', undefined, { 'audit-session': session });
    expect(answer.status).toBe(428);
    expect(answer.body.detail).toMatch(/somebody else/);
    expect(await streamOf(session)).toHaveLength(1);
  });

  it('is not given in a session that was ended', async () => {
    const session = await open();
    expect((await auditor('DELETE', `/v1/audit/sessions/${session}`)).status).toBe(200);
    const { status } = await auditor('GET', '/v1/audit/looks', undefined, { 'audit-session': session });
    expect(status).toBe(428);
  });

  it('is in the log with who, what, when, why and how it ended', async () => {
    const session = await open();
    const about = uuidv4();
    const { status } = await auditor('GET', `/v1/audit/looks?about=${about}`, undefined, {
      'audit-session': session,
    });
    expect(status).toBe(200);
    const events = (await streamOf(session)).map(event => server.house.sealer.open(event));
    expect(events.map(({ type, data }) => ({ type, data }))).toMatchObject([
      {
        type: 'AuditSessionOpened',
        data: { userId: person.userId, reason: 'Beschwerde von Frau Lindqvist' },
      },
      { type: 'AuditLookRecorded', data: { action: 'looks', parameters: { about } } },
      { type: 'AuditLookEnded', data: { outcome: 'done', result: { looks: 1 } } },
    ]);
    expect(events[1]?.metadata.actor).toEqual({ id: person.userId, role: 'auditor', via: 'http' });
  });

  it('has its reason sealed: people write names into it', async () => {
    const session = await open();
    expect(JSON.stringify(await streamOf(session))).not.toContain('Lindqvist');
  });

  it('is found by who looks for it, newest first', async () => {
    const session = await open(auditor, 'who looked');
    const headers = { 'audit-session': session };
    await auditor('GET', '/v1/audit/looks', undefined, headers);
    const { body } = await auditor('GET', `/v1/audit/looks?userId=${person.userId}`, undefined, headers);
    const [newest, before] = body.looks as { at: string; outcome?: string; reason: string }[];
    expect(newest).toMatchObject({ reason: 'who looked', parameters: { userId: person.userId } });
    expect(newest).not.toHaveProperty('outcome');
    expect(before).toMatchObject({ reason: 'who looked', outcome: 'done' });
  });

  it('takes a role that may look', async () => {
    expect((await agent('POST', '/v1/audit/sessions', { reason: 'curious' })).status).toBe(403);
    expect((await agent('GET', '/v1/audit/looks')).status).toBe(403);
  });
});

describe('an auditor', () => {
  const isTheRecordOfLooks = (url: string) => url.startsWith('/v1/audit/sessions');

  it('is allowed no route that changes anything but the record of looks', () => {
    const changing = server.routes.filter(({ method, url }) => method !== 'GET' && !isTheRecordOfLooks(url));
    expect(changing.length).toBeGreaterThan(50);
    const allowed = changing.filter(({ access }) => access === 'public' || access.includes('auditor'));
    expect(allowed.map(({ url }) => url)).toEqual([]);
  });

  it('gets 403 from every command route, whatever is sent', async () => {
    const caseId = await receive(agent);
    const changing = server.routes.filter(({ method, url }) => method !== 'GET' && !isTheRecordOfLooks(url));
    const before = await server.house.store.head();
    for (const { method, url } of changing) {
      const address = url.replace(/:\w+/g, caseId);
      expect([method, address, (await auditor(method, address, {})).status]).toEqual([method, address, 403]);
    }
    expect(await server.house.store.head()).toBe(before);
  });

  it('may give no command of any lifecycle or aggregate but to record looks', () => {
    const commands = [...server.house.lifecycles, ...aggregates].flatMap(({ category, commands: own }) =>
      Object.entries(own).map(([type, { roles }]) => ({ category, type, roles })),
    );
    const allowed = commands.filter(({ roles }) => roles.includes('auditor'));
    expect(new Set(allowed.map(({ category }) => category))).toEqual(new Set(['access']));
  });

  it('reads nothing under /v1/audit without its look being recorded', () => {
    const audit = server.routes.filter(({ url }) => url.startsWith('/v1/audit') && !isTheRecordOfLooks(url));
    expect(audit.length).toBeGreaterThan(0);
    for (const { url, headers, access } of audit) {
      expect([url, headers]).toEqual([url, ['Audit-Session']]);
      expect([url, access]).toEqual([url, [...AUDIT_ROLES]]);
    }
  });
});
