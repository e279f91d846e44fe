import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, receive } from './http-house.ts';

let server: HttpHouse;
let agent: Ask;
let customer: Ask;
let auditor: Ask;
beforeAll(async () => {
  server = await httpHouse();
  agent = asker(server.app, (await server.person('agent')).token);
  customer = asker(server.app, (await server.person('customer')).token);
  auditor = asker(server.app, (await server.person('auditor')).token);
});
afterAll(() => server.close());

describe('who gets in', () => {
  it('asks for a token where there is none', async () => {
    const { status, headers, body } = await asker(server.app)('GET', '/v1/me');
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer realm="redress"');
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ type: 'urn:redress:problem:not-authenticated', status: 401 });
  });

  it.each(['nonsense', `rdr_${'A'.repeat(43)}`, `rdr_${'A'.repeat(5000)}`])(
    'says that the token %s is not valid',
    async token => {
      const { status, headers } = await asker(server.app, token)('GET', '/v1/me');
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toContain('error="invalid_token"');
    },
  );

  it('takes no other scheme', async () => {
    const { status } = await asker(server.app)('GET', '/v1/me', undefined, {
      authorization: 'Basic YTpi',
    });
    expect(status).toBe(401);
  });

  it('lets nobody in by a token that was revoked', async () => {
    const admin = asker(server.app, (await server.person('admin')).token);
    const { userId, token } = await server.person('agent');
    const gone = asker(server.app, token);
    const { body } = await admin('GET', `/v1/users/${userId}/tokens`);
    expect(body).toMatchObject({ tokens: [{ userId }] });
    const [{ tokenId }] = body.tokens as [{ tokenId: string }];
    expect((await gone('GET', '/v1/me')).status).toBe(200);
    expect((await admin('DELETE', `/v1/users/${userId}/tokens/${tokenId}`)).status).toBe(200);
    expect((await gone('GET', '/v1/me')).status).toBe(401);
  });

  it('names the roles that a command takes', async () => {
    const { status, body } = await auditor('POST', '/v1/complaints', COMPLAINT);
    expect(status).toBe(403);
    expect(body).toMatchObject({
      type: 'urn:redress:problem:forbidden',
      needs: ['customer', 'agent', 'marketing', 'integration'],
    });
  });

  it('refuses before it reads the body', async () => {
    expect((await auditor('POST', '/v1/complaints', '{not json')).status).toBe(403);
    expect((await asker(server.app)('POST', '/v1/complaints', '{not json')).status).toBe(401);
  });

  it('lets an admin alone make users', async () => {
    expect((await agent('POST', '/v1/users', { name: 'X', roles: ['admin'] })).status).toBe(403);
  });

  it('gives nobody the role of timers and workflows', async () => {
    const admin = asker(server.app, (await server.person('admin')).token);
    const { status, body } = await admin('POST', '/v1/users', { name: 'X', roles: ['system'] });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: '/roles/0' }] });
  });

  it('has no route for what only timers and workflows do', async () => {
    const id = await receive(agent);
    expect((await agent('POST', `/v1/complaints/${id}/fire-timer`, {})).status).toBe(404);
    expect((await agent('POST', `/v1/complaints/${id}/absorb`, {})).status).toBe(404);
  });
});

describe('a customer', () => {
  it('sees its own case, without what is inside the house', async () => {
    const id = await receive(customer);
    const { status, body } = await customer('GET', `/v1/complaints/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, phase: 'received', state: {} });
    expect((await customer('GET', `/v1/cases/${id}`)).status).toBe(200);
  });

  it('is not told that another case exists', async () => {
    const id = await receive(agent);
    const missing = await customer('GET', `/v1/complaints/${uuidv4()}`);
    for (const url of [`/v1/complaints/${id}`, `/v1/cases/${id}`]) {
      const { status, body } = await customer('GET', url);
      expect({ status, type: body.type }).toEqual({ status: missing.status, type: missing.body.type });
    }
  });

  it('cannot act on another case', async () => {
    const id = await receive(agent);
    const { status } = await customer('POST', `/v1/complaints/${id}/withdraw`, {});
    expect(status).toBe(404);
  });

  it('reaches what was opened for its contact, and nothing of another’s', async () => {
    const specialist = asker(server.app, (await server.person('technicalService')).token);
    const admin = asker(server.app, (await server.person('admin')).token);
    const made = await agent('POST', '/v1/parties', { kind: 'contact', name: 'Ms Lund' });
    const person = await server.person('customer');
    const account = asker(server.app, person.token);
    const form = {
      customer: { name: 'Nordic Outdoor' },
      contactId: made.body.id,
      channel: 'email',
    };
    const { body } = await specialist('POST', '/v1/technical-liaisons/send-form', form);
    const liaison = `/v1/technical-liaisons/${body.id}`;
    const answer = {
      kind: 'suggestion',
      contactPosition: 'technical',
      channel: 'email',
      text: 'Softer tapes.',
      receivedAt: new Date().toISOString(),
    };
    expect((await account('POST', `${liaison}/record-response`, answer)).status).toBe(404);
    const named = { contactId: made.body.id };
    expect((await admin('PATCH', `/v1/users/${person.userId}`, named)).status).toBe(200);
    expect((await account('GET', liaison)).body).toMatchObject({ phase: 'formSent', state: {} });
    const answered = await account('POST', `${liaison}/record-response`, answer);
    expect(answered.body).toMatchObject({
      id: body.id,
      events: expect.arrayContaining(['TechnicalLiaisonAnswered', 'SlaClockStarted']),
    });
    expect((await customer('GET', liaison)).status).toBe(404);
    expect((await account('GET', `/v1/complaints/${await receive(agent)}`)).status).toBe(404);
  });

  it.each(['/v1/cases', '/v1/complaints', '/v1/deadlines', '/v1/sla-results', '/v1/events', '/v1/teams'])(
    'does not get %s',
    async url => {
      expect((await customer('GET', url)).status).toBe(403);
    },
  );

  it('gets no trail, not even of its own case', async () => {
    const id = await receive(customer);
    expect((await customer('GET', `/v1/complaints/${id}/trail`)).status).toBe(403);
  });
});

describe('oversight', () => {
  it('reads the trail without names and words', async () => {
    const id = await receive(agent);
    const { status, body, text } = await auditor('GET', `/v1/complaints/${id}/trail`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ entries: [{ data: { description: '[sealed]' } }, {}, {}, {}, {}] });
    expect(text).not.toContain(COMPLAINT.description);
  });

  it('does not see who a person is', async () => {
    const made = await agent('POST', '/v1/parties', { kind: 'contact', name: 'Chen Xiaoming' });
    expect(made.status).toBe(201);
    expect((await auditor('GET', `/v1/parties/${made.body.id}`)).status).toBe(403);
    expect((await agent('GET', `/v1/parties/${made.body.id}`)).body).toMatchObject({ name: 'Chen Xiaoming' });
  });
});

describe('too many requests', () => {
  it('answers 429 past the limit of a token, and others as before, the same user’s too', async () => {
    const limited = await httpHouse({ REDRESS_RATE_LIMIT: '3' });
    try {
      const { userId, token } = await limited.person('agent');
      const one = asker(limited.app, token);
      const second = asker(limited.app, await limited.anotherToken(userId));
      const other = asker(limited.app, (await limited.person('agent')).token);
      for (let sent = 0; sent < 3; sent++) expect((await one('GET', '/v1/me')).status).toBe(200);
      const { status, headers, body } = await one('GET', '/v1/me');
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(body).toMatchObject({ type: 'urn:redress:problem:too-many-requests' });
      expect((await other('GET', '/v1/me')).status).toBe(200);
      expect((await second('GET', '/v1/me')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });

  it('answers refused tokens of one address 429 past the limit, and valid ones as before', async () => {
    const limited = await httpHouse({ REDRESS_FAILURE_LIMIT: '2' });
    try {
      const guesser = asker(limited.app, 'guess');
      const known = asker(limited.app, (await limited.person('agent')).token);
      expect((await guesser('GET', '/v1/me')).status).toBe(401);
      expect((await guesser('GET', '/v1/me')).status).toBe(401);
      expect((await guesser('GET', '/v1/me')).status).toBe(429);
      expect((await known('GET', '/v1/me')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});
