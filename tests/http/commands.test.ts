import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, receive, STAFF_NAME } from './http-house.ts';

let server: HttpHouse;
let agent: Ask;
let lead: Ask;
beforeAll(async () => {
  server = await httpHouse();
  agent = asker(server.app, (await server.person('agent')).token);
  lead = asker(server.app, (await server.person('lead', 'agent')).token);
});
afterAll(() => server.close());

describe('opening a case', () => {
  it('answers 201 with its address, its revision and its position', async () => {
    const { status, headers, body } = await agent('POST', '/v1/complaints', COMPLAINT);
    expect(status).toBe(201);
    expect(headers.location).toBe(`/v1/complaints/${body.id}`);
    expect(headers.etag).toBe('"4"');
    expect(body).toMatchObject({ revision: 4, position: expect.any(String) });
    expect(body.events).toContain('ComplaintReceived');
    expect((await agent('GET', String(headers.location))).body).toMatchObject({ id: body.id });
  });

  it('answers with the number for people when it is waited for', async () => {
    const { body } = await agent('POST', '/v1/complaints?wait=number', COMPLAINT);
    expect(body.number).toMatch(/^CMP-\d{4}-\d{6}$/);
    expect((await agent('GET', `/v1/cases/${body.number}`)).body).toMatchObject({ id: body.id });
    expect((await agent('GET', `/v1/cases/${String(body.number).toLowerCase()}`)).status).toBe(200);
  });

  it('opens a stream for a contact that comes along, and names it by id alone', async () => {
    const contact = { name: 'Chen Xiaoming', phone: '+86 138 0000 1111', position: 'quality' };
    const id = await receive(agent, { contact });
    const { body } = await agent('GET', `/v1/complaints/${id}`);
    const { contactId } = body.state as { contactId: string };
    expect((await agent('GET', `/v1/parties/${contactId}`)).body).toEqual({
      id: contactId,
      name: 'Chen Xiaoming',
      phone: '+86 138 0000 1111',
    });
    const [first] = await server.house.store.readStream(`complaint-${id}`);
    expect(JSON.stringify(first)).not.toContain('Chen');
  });

  it('takes a contact by id or in full, not both', async () => {
    const { status, body } = await agent('POST', '/v1/complaints', {
      ...COMPLAINT,
      contactId: uuidv4(),
      contact: { name: 'Chen' },
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: '/contact' }] });
  });

  it('starts its clocks at the receipt, and writes instants with the house’s offset', async () => {
    const receivedAt = new Date(Date.now() - 3_600_000).toISOString();
    const id = await receive(agent, { receivedAt });
    const { body } = await agent('GET', `/v1/complaints/${id}`);
    expect(body.receivedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/);
    expect(Date.parse(String(body.receivedAt))).toBe(Date.parse(receivedAt));
    expect(body.clocks).toContainEqual(
      expect.objectContaining({ clock: 'firstReply', startedAt: body.receivedAt, status: 'running' }),
    );
  });

  it.each([
    ['2026-03-01T09:30:00', 'the offset is missing'],
    ['2026-03-01', 'must be a date and time with an offset'],
    ['2026-02-30T09:30:00Z', 'must be a date and time with an offset'],
    ['1969-12-31T00:00:00Z', 'must not be before 1970'],
    [1_790_000_000_000, 'must be a date and time with an offset'],
  ])('refuses %s as an instant', async (receivedAt, message) => {
    const { status, body } = await agent('POST', '/v1/complaints', { ...COMPLAINT, receivedAt });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errors: [{ path: '/receivedAt', message: expect.stringContaining(message) }],
    });
  });

  it('rejects a receipt in the future by the name of the rule', async () => {
    const receivedAt = new Date(Date.now() + 86_400_000).toISOString();
    const { status, body } = await agent('POST', '/v1/complaints', { ...COMPLAINT, receivedAt });
    expect(status).toBe(409);
    const withOffset = expect.stringMatching(/\+08:00$/);
    expect(body).toMatchObject({
      type: 'urn:redress:problem:rejected',
      reason: 'inTheFuture',
      details: { receivedAt: withOffset, now: withOffset },
    });
  });
});

describe('acting on a case', () => {
  it('answers 200 with the new revision', async () => {
    const id = await receive(agent);
    const { status, headers, body } = await agent('POST', `/v1/complaints/${id}/add-note`, {
      text: 'called',
    });
    expect(status).toBe(200);
    expect(headers.etag).toBe('"5"');
    expect(body).toMatchObject({ id, revision: 5, events: ['NoteAdded'] });
  });

  it('takes a command without fields with an empty body, and with none', async () => {
    const id = await receive(agent);
    const withdrawn = await agent('POST', `/v1/complaints/${id}/withdraw`);
    expect(withdrawn.status).toBe(200);
    const again = await agent('POST', `/v1/complaints/${id}/withdraw`, '', {
      'content-type': 'application/json',
    });
    expect(again.status).toBe(409);
  });

  it('says what is possible when the phase does not allow it, and journals who tried', async () => {
    const id = await receive(agent);
    await agent('POST', `/v1/complaints/${id}/withdraw`, {});
    const { status, body } = await agent('POST', `/v1/complaints/${id}/withdraw`, {});
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: 'urn:redress:problem:rejected', reason: expect.any(String) });
    expect(body.possible).toContain('reopen');
    expect(String(body.detail)).toContain('reopen');
    const trail = await agent('GET', `/v1/complaints/${id}/trail?rejections=true`);
    expect(trail.body.rejections).toMatchObject([{ command: 'withdraw', actor: { name: STAFF_NAME } }]);
  });

  it('knows no case that there is not', async () => {
    const { status, body } = await agent('POST', `/v1/complaints/${uuidv4()}/add-note`, { text: 'x' });
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'urn:redress:problem:no-such-case' });
  });

  it('corrects an instant given as text', async () => {
    const id = await receive(lead);
    const to = new Date(Date.now() - 7_200_000).toISOString();
    const url = `/v1/complaints/${id}/correct-details`;
    expect(
      (await lead('POST', url, { field: 'receivedAt', to: 'yesterday', reason: 'slip' })).body,
    ).toMatchObject({
      errors: [{ path: '/to' }],
    });
    expect((await lead('POST', url, { field: 'receivedAt', to, reason: 'slip' })).status).toBe(200);
    const { body } = await lead('GET', `/v1/complaints/${id}/trail`);
    const entries = body.entries as { type: string; data: Record<string, unknown> }[];
    const corrected = entries.find(entry => entry.type === 'DetailsCorrected');
    expect(Date.parse(String(corrected?.data.to))).toBe(Date.parse(to));
    expect(String(corrected?.data.from)).toMatch(/\+08:00$/);
  });
});

describe('If-Match', () => {
  it('guards against what changed since', async () => {
    const id = await receive(agent);
    const url = `/v1/complaints/${id}/add-note`;
    const { headers } = await agent('GET', `/v1/complaints/${id}`);
    const etag = String(headers.etag);
    expect((await agent('POST', url, { text: 'one' }, { 'if-match': etag })).status).toBe(200);
    const second = await agent('POST', url, { text: 'two' }, { 'if-match': etag });
    expect(second.status).toBe(412);
    expect(second.headers.etag).toBe('"5"');
    expect((await agent('POST', url, { text: 'two' }, { 'if-match': '"5"' })).status).toBe(200);
  });

  it.each(['W/"4"', '*', '4', '"4", "5"', '"-1"', '"4x"'])('does not understand %s', async ifMatch => {
    const id = await receive(agent);
    const { status, body } = await agent(
      'POST',
      `/v1/complaints/${id}/add-note`,
      { text: 'x' },
      {
        'if-match': ifMatch,
      },
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'urn:redress:problem:invalid-header' });
  });
});

describe('Idempotency-Key', () => {
  it('has one effect and the same answer, however often it is sent', async () => {
    const key = { 'idempotency-key': uuidv4() };
    const first = await agent('POST', '/v1/complaints', COMPLAINT, key);
    const second = await agent('POST', '/v1/complaints', COMPLAINT, key);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.etag).toBe(first.headers.etag);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await server.house.store.readStream(`complaint-${first.body.id}`)).toHaveLength(5);
  });

  it('makes one contact as well', async () => {
    const key = { 'idempotency-key': uuidv4() };
    const body = { ...COMPLAINT, contact: { name: 'Lin Daiyu' } };
    const first = await agent('POST', '/v1/complaints', body, key);
    const second = await agent('POST', '/v1/complaints', body, key);
    expect(second.body).toEqual(first.body);
    const other = await agent('POST', '/v1/complaints', { ...body, contact: { name: 'Lin D.' } }, key);
    expect(other.status).toBe(422);
  });

  it('is checked before If-Match', async () => {
    const id = await receive(agent);
    const headers = { 'idempotency-key': uuidv4(), 'if-match': '"4"' };
    const url = `/v1/complaints/${id}/add-note`;
    expect((await agent('POST', url, { text: 'x' }, headers)).status).toBe(200);
    expect((await agent('POST', url, { text: 'x' }, headers)).status).toBe(200);
  });

  it('is refused for another body', async () => {
    const key = { 'idempotency-key': uuidv4() };
    await agent('POST', '/v1/complaints', COMPLAINT, key);
    const { status, body } = await agent('POST', '/v1/complaints', { ...COMPLAINT, channel: 'email' }, key);
    expect(status).toBe(422);
    expect(body).toMatchObject({ type: 'urn:redress:problem:key-reused' });
  });

  it('is its user’s own', async () => {
    const key = { 'idempotency-key': uuidv4() };
    const mine = await agent('POST', '/v1/complaints', COMPLAINT, key);
    const theirs = await lead('POST', '/v1/complaints', COMPLAINT, key);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it.each(['', 'with space', 'k'.repeat(201), 'schlüssel'])('cannot be %j', async key => {
    const { status } = await agent('POST', '/v1/complaints', COMPLAINT, { 'idempotency-key': key });
    expect(status).toBe(400);
  });
});

describe('ids of a request', () => {
  it('come back, and are recorded with the events', async () => {
    const requestId = uuidv4();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { headers, body } = await agent('POST', '/v1/complaints', COMPLAINT, {
      'x-request-id': requestId,
      traceparent,
    });
    expect(headers['x-request-id']).toBe(requestId);
    const [event] = await server.house.store.readStream(`complaint-${body.id}`);
    expect(event?.metadata).toMatchObject({ correlationId: requestId, traceparent });
  });

  it.each(['a b', 'x'.repeat(65), '<script>'])('are made anew instead of %s', async sent => {
    const { headers } = await agent('GET', '/v1/me', undefined, { 'x-request-id': sent });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
