import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, asker, type HttpHouse, httpHouse, type Person } from './http-house.ts';

let server: HttpHouse;
let person: Person;
let admin: Ask;
beforeAll(async () => {
  server = await httpHouse();
  person = await server.person('admin');
  admin = asker(server.app, person.token);
});
afterAll(() => server.close());

const newUser = async (more: object = {}): Promise<string> => {
  const { status, body, text } = await admin('POST', '/v1/users', {
    name: 'Wang Fang',
    roles: ['qa'],
    ...more,
  });
  if (status !== 201) throw new Error(text);
  return String(body.id);
};

describe('users', () => {
  it('are made, read, changed, and their qualifications end at an instant', async () => {
    const validUntil = '2027-12-31T23:59:59+08:00';
    const id = await newUser({ qualifications: [{ name: 'remoteJudgement', validUntil }] });
    const { body } = await admin('GET', `/v1/users/${id}`);
    expect(body).toEqual({
      id,
      name: 'Wang Fang',
      active: true,
      roles: ['qa'],
      qualifications: [{ name: 'remoteJudgement', validUntil: '2027-12-31T23:59:59.000+08:00' }],
    });
    expect(
      (await admin('PATCH', `/v1/users/${id}`, { name: 'Wang F.', roles: ['qa', 'qaHead'] })).status,
    ).toBe(200);
    expect((await admin('GET', `/v1/users/${id}`)).body).toMatchObject({
      name: 'Wang F.',
      roles: ['qa', 'qaHead'],
    });
    expect((await admin('GET', '/v1/users')).body.users).toContainEqual(expect.objectContaining({ id }));
  });

  it('are found by staff by role and by words of their names, page by page', async () => {
    const ids = [await newUser({ name: '李娜 Finder' }), await newUser({ name: 'Li Na Finder' })].sort();
    await newUser({ name: 'Finder of another role', roles: ['agent'] });
    const agent = asker(server.app, (await server.person('agent')).token);
    const found = async (query: string) => {
      const { body } = await agent('GET', `/v1/users?${query}`);
      return { ids: (body.users as { id: string }[]).map(({ id }) => id), next: body.next };
    };
    expect(await found('search=finder&role=qa')).toEqual({ ids });
    expect((await found(`search=${encodeURIComponent('娜 find')}`)).ids).toHaveLength(1);
    const first = await found('search=FINDER&role=qa&limit=1');
    expect(first).toEqual({ ids: ids.slice(0, 1), next: ids[0] });
    expect(await found(`search=finder&role=qa&limit=1&cursor=${first.next}`)).toEqual({ ids: ids.slice(1) });
    const auditor = asker(server.app, (await server.person('auditor')).token);
    expect((await auditor('GET', '/v1/users?search=finder')).status).toBe(403);
    const shown = (await auditor('GET', '/v1/users?role=qa')).body.users as object[];
    expect(shown.every(each => !('name' in each))).toBe(true);
  });

  it('get in by a token that is shown once', async () => {
    const id = await newUser();
    const key = { 'idempotency-key': uuidv4() };
    const first = await admin('POST', `/v1/users/${id}/tokens`, { label: 'till' }, key);
    expect(first.status).toBe(201);
    const me = await asker(server.app, String(first.body.token))('GET', '/v1/me');
    expect(me.body).toMatchObject({ id, roles: ['qa'] });
    const again = await admin('POST', `/v1/users/${id}/tokens`, { label: 'till' }, key);
    expect(again.status).toBe(201);
    expect(again.body).toEqual({ tokenId: first.body.tokenId });
  });

  it('do not get in once they are deactivated', async () => {
    const id = await newUser();
    const { body } = await admin('POST', `/v1/users/${id}/tokens`, { label: 'till' });
    const user = asker(server.app, String(body.token));
    expect((await admin('POST', `/v1/users/${id}/deactivate`)).status).toBe(200);
    expect((await user('GET', '/v1/me')).status).toBe(401);
    expect((await admin('POST', `/v1/users/${id}/reactivate`)).status).toBe(200);
    expect((await user('GET', '/v1/me')).status).toBe(401);
  });

  it('that there are not are told so', async () => {
    const id = uuidv4();
    expect((await admin('GET', `/v1/users/${id}`)).status).toBe(404);
    expect((await admin('PATCH', `/v1/users/${id}`, { name: 'x' })).status).toBe(404);
    expect((await admin('POST', `/v1/users/${id}/tokens`, { label: 'x' })).status).toBe(404);
    expect((await admin('DELETE', `/v1/users/${id}/tokens/${uuidv4()}`)).status).toBe(404);
  });

  it('get no token that has expired already', async () => {
    const id = await newUser();
    const expiresAt = new Date(Date.now() - 1000).toISOString();
    const { status, body } = await admin('POST', `/v1/users/${id}/tokens`, { label: 'x', expiresAt });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      reason: 'expiresInThePast',
      details: { expiresAt: expect.stringMatching(/\+08:00$/) },
    });
  });
});

describe('teams', () => {
  it('are set up and given a lead', async () => {
    const made = await admin('POST', '/v1/teams', { name: 'East', department: 'service' });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect((await admin('POST', `/v1/teams/${id}/set-team-lead`, { leadUserId: person.userId })).status).toBe(
      200,
    );
    expect((await admin('GET', '/v1/teams')).body.teams).toContainEqual({
      id,
      name: 'East',
      department: 'service',
      leadUserId: person.userId,
      retired: false,
    });
  });
});

describe('people that the house deals with', () => {
  it('are taken down and corrected', async () => {
    const agent = asker(server.app, (await server.person('agent')).token);
    const made = await agent('POST', '/v1/parties', {
      kind: 'contact',
      name: 'Chen',
      phone: '+86 138 0000 0000',
    });
    const url = `/v1/parties/${made.body.id}`;
    expect((await agent('PATCH', url, { name: 'Chen Xiaoming', phone: null })).status).toBe(200);
    expect((await agent('GET', url)).body).toEqual({ id: made.body.id, name: 'Chen Xiaoming' });
    expect((await agent('PATCH', url, {})).body).toMatchObject({ reason: 'nothingToCorrect' });
    expect((await agent('GET', `/v1/parties/${uuidv4()}`)).status).toBe(404);
  });

  it('show [erased] once they were erased', async () => {
    const agent = asker(server.app, (await server.person('agent')).token);
    const made = await agent('POST', '/v1/parties', { kind: 'contact', name: 'Forget Me' });
    await server.house.eraseSubject(String(made.body.id));
    expect((await agent('GET', `/v1/parties/${made.body.id}`)).body).toMatchObject({ name: '[erased]' });
  });
});
