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
  /**
   * What an auditor may send that is no reading. A session is the record of looks itself. A checkpoint signs what the
   * log is: it adds to the evidence, and no case is other than before; it is asked for in a session, as every look is.
   */
  const WRITES = ['POST /v1/audit/sessions', 'DELETE /v1/audit/sessions/:id', 'POST /v1/audit/checkpoints'];
  /** What is read without a session: the newest checkpoint, which shows nothing of any case and is there to be kept. */
  const OPEN = ['GET /v1/audit/checkpoint'];
  const named = ({ method, url }: { readonly method: string; readonly url: string }) => `${method} ${url}`;
  const changing = () => server.routes.filter(({ method }) => method !== 'GET');

  it('is allowed no route that changes anything but the record of looks and the checkpoints', () => {
    expect(changing().length).toBeGreaterThan(50);
    const allowed = changing().filter(({ access }) => access === 'public' || access.includes('auditor'));
    expect(allowed.map(named).sort()).toEqual([...WRITES].sort());
  });

  it('gets 403 from every other command route, whatever is sent', async () => {
    const caseId = await receive(agent);
    const before = await server.house.store.head();
    for (const route of changing().filter(each => !WRITES.includes(named(each)))) {
      const { method, url } = route;
      const address = url.replace(/:\w+/g, caseId);
      expect([method, address, (await auditor(method, address, {})).status]).toEqual([method, address, 403]);
    }
    expect(await server.house.store.head()).toBe(before);
  });

  it('asks for a checkpoint in a session, and adds nothing to the log but that and the look', async () => {
    expect((await auditor('POST', '/v1/audit/checkpoints')).status).toBe(428);
    expect((await agent('POST', '/v1/audit/checkpoints')).status).toBe(403);
    const session = await open();
    const before = await server.house.store.head();
    const { status } = await auditor('POST', '/v1/audit/checkpoints', undefined, {
      'audit-session': session,
    });
    expect(status).toBe(201);
    const added = await server.house.store.readAll(before, 100);
    expect(added.map(({ type }) => type).sort()).toEqual([
      'AuditLookEnded',
      'AuditLookRecorded',
      'CheckpointSigned',
    ]);
    expect(new Set(added.map(({ metadata }) => metadata.actor.id))).toEqual(new Set([person.userId]));
  });

  it('may give no command of any lifecycle or aggregate but to record looks', () => {
    const commands = [...server.house.lifecycles, ...aggregates].flatMap(({ category, commands: own }) =>
      Object.entries(own).map(([type, { roles }]) => ({ category, type, roles })),
    );
    const allowed = commands.filter(({ roles }) => roles.includes('auditor'));
    expect(new Set(allowed.map(({ category }) => category))).toEqual(new Set(['access']));
  });

  it('reads nothing of the record under /v1/audit without its look being recorded', () => {
    const audit = server.routes.filter(
      route =>
        route.url.startsWith('/v1/audit') &&
        !route.url.startsWith('/v1/audit/sessions') &&
        !OPEN.includes(named(route)),
    );
    expect(audit.length).toBeGreaterThan(0);
    for (const { url, headers, access } of audit) {
      expect([url, headers]).toEqual([url, ['Audit-Session']]);
      expect([url, access]).toEqual([url, [...AUDIT_ROLES]]);
    }
  });

  it('and everybody who keeps copies gets the newest checkpoint, which holds a size and a hash alone', async () => {
    const { status, text } = await agent('GET', '/v1/audit/checkpoint');
    expect(status).toBe(200);
    const [origin, size, root, blank, signature, end] = text.split('\n');
    expect(origin).toBe(`redress/${server.house.store.logId}`);
    expect([size, root, blank, end]).toEqual([
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      '',
      '',
    ]);
    expect(signature).toMatch(/^— redress\/[0-9a-f-]{36} [A-Za-z0-9+/=]+$/);
  });
});
