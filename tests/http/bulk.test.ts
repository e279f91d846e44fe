import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BULK_CASES } from '../../src/http/bulk-route.ts';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, type Person } from './http-house.ts';

interface Result {
  readonly id: string;
  readonly outcome: string;
  readonly revision?: number;
  readonly replayed?: boolean;
  readonly problem?: { readonly status: number; readonly type: string; readonly reason?: string };
}

let server: HttpHouse;
let agent: Person;
let lead: Ask;
beforeAll(async () => {
  server = await httpHouse();
  agent = await server.person('agent');
  lead = asker(server.app, (await server.person('lead')).token);
});
afterAll(() => server.close());

const opened = async (): Promise<string> => {
  const { body } = await asker(server.app, agent.token)('POST', '/v1/complaints', COMPLAINT);
  return String(body.id);
};
const assign = (cases: readonly object[]) => ({
  command: 'assign',
  data: { assigneeId: agent.userId },
  cases,
});
const resultsOf = (body: object) => (body as { results: readonly Result[] }).results;
const eventsOf = async (caseId: string) =>
  (await server.house.store.readStream(`complaint-${caseId}`)).length;

describe('one command for many cases', () => {
  it('is decided case by case: what one refuses the others take', async () => {
    const [first, second, third] = [await opened(), await opened(), await opened()];
    await lead('POST', `/v1/complaints/${second}/void-entry`, { reason: 'A test' });
    const missing = uuidv4();
    const ids = [first, second, missing, third];
    const { status, body } = await lead('POST', '/v1/cases/commands', assign(ids.map(id => ({ id }))));
    expect([status, body.accepted, body.refused]).toEqual([200, 2, 2]);
    expect(resultsOf(body).map(({ id, outcome }) => [id, outcome])).toEqual([
      [first, 'accepted'],
      [second, 'refused'],
      [missing, 'refused'],
      [third, 'accepted'],
    ]);
    expect(resultsOf(body)[1]?.problem).toMatchObject({ status: 409, reason: 'caseEnded' });
    expect(resultsOf(body)[2]?.problem).toMatchObject({ status: 404 });
    expect((await lead('GET', `/v1/complaints/${third}`)).body.assigneeId).toBe(agent.userId);
  });

  it('has one effect however often it is sent with its key, and tries again what was refused', async () => {
    const [first, second] = [await opened(), await opened()];
    const key = { 'idempotency-key': uuidv4() };
    await lead('POST', `/v1/complaints/${second}/assign`, { assigneeId: agent.userId });
    const cases = [{ id: first }, { id: second }];
    const once = await lead('POST', '/v1/cases/commands', assign(cases), key);
    expect(resultsOf(once.body).map(({ outcome }) => outcome)).toEqual(['accepted', 'refused']);
    const before = await eventsOf(first);
    const { userId: other } = await server.person('agent');
    await lead('POST', `/v1/complaints/${second}/assign`, { assigneeId: other });
    const again = await lead('POST', '/v1/cases/commands', assign(cases), key);
    expect(resultsOf(again.body)).toMatchObject([
      { outcome: 'accepted', replayed: true },
      { outcome: 'accepted' },
    ]);
    expect(await eventsOf(first)).toBe(before);
    const another = { command: 'assign', data: { assigneeId: other }, cases };
    const reused = await lead('POST', '/v1/cases/commands', another, key);
    expect(resultsOf(reused.body)[0]?.problem).toMatchObject({ status: 422 });
  });

  it('may say what it was based on, case by case', async () => {
    const id = await opened();
    const stale = await lead('POST', '/v1/cases/commands', assign([{ id, ifMatch: 0 }]));
    expect(resultsOf(stale.body)[0]?.problem).toMatchObject({ status: 412 });
    const revision = Number((await lead('GET', `/v1/complaints/${id}`)).headers.etag?.replaceAll('"', ''));
    const fresh = await lead('POST', '/v1/cases/commands', assign([{ id, ifMatch: revision }]));
    expect(resultsOf(fresh.body)[0]?.outcome).toBe('accepted');
  });

  it('answers a wrong field for each case, and a role that will not do', async () => {
    const id = await opened();
    const wrong = { command: 'assign', data: { assignee: 'Wang' }, cases: [{ id }] };
    const refused = await lead('POST', '/v1/cases/commands', wrong);
    expect(resultsOf(refused.body)[0]?.problem).toMatchObject({
      status: 400,
      errors: expect.arrayContaining([expect.objectContaining({ path: '/data/assigneeId' })]),
    });
    const voided = { command: 'voidEntry', data: { reason: 'A test' }, cases: [{ id }] };
    const byAgent = await asker(server.app, agent.token)('POST', '/v1/cases/commands', voided);
    expect(resultsOf(byAgent.body)[0]?.problem).toMatchObject({ status: 403 });
  });

  it('names each case once, some case, not too many, and a command that every case takes', async () => {
    const id = await opened();
    const send = async (body: object) => (await lead('POST', '/v1/cases/commands', body)).status;
    expect(await send(assign([{ id }, { id }]))).toBe(400);
    expect(await send(assign([]))).toBe(400);
    expect(await send(assign(Array.from({ length: MAX_BULK_CASES + 1 }, () => ({ id: uuidv4() }))))).toBe(
      400,
    );
    expect(await send({ ...assign([{ id }]), command: 'classify' })).toBe(400);
    expect(await send({ ...assign([{ id }]), command: 'fireTimer' })).toBe(400);
  });

  it('is nothing for a customer', async () => {
    const customer = asker(server.app, (await server.person('customer')).token);
    expect((await customer('POST', '/v1/cases/commands', assign([{ id: uuidv4() }]))).status).toBe(403);
  });
});
