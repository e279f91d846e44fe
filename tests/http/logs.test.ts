import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asker, COMPLAINT, type HttpHouse, httpHouse, type Person, STAFF_NAME } from './http-house.ts';

let server: HttpHouse;
let person: Person;
beforeAll(async () => {
  server = await httpHouse();
  person = await server.person('agent', 'lead');
});
afterAll(() => server.close());

interface Line {
  readonly msg: string;
  readonly [field: string]: unknown;
}
const requests = (): Line[] =>
  server.lines.map(line => JSON.parse(line) as Line).filter(line => line.msg === 'request');

describe('the log', () => {
  it('has one line a request, with ids and the outcome', async () => {
    const agent = asker(server.app, person.token);
    const requestId = uuidv4();
    const before = requests().length;
    const { body } = await agent('POST', '/v1/complaints', COMPLAINT, { 'x-request-id': requestId });
    await agent('POST', `/v1/complaints/${body.id}/resume-clock`, {});
    await agent('GET', `/v1/complaints/${uuidv4()}`);
    await agent('GET', '/health/live');
    expect(requests().slice(before)).toMatchObject([
      {
        level: 30,
        requestId,
        method: 'POST',
        route: '/v1/complaints',
        status: 201,
        durationMs: expect.any(Number),
        userId: person.userId,
        caseId: body.id,
        command: 'receive',
        outcome: 'accepted',
      },
      { route: '/v1/complaints/:id/resume-clock', status: 409, outcome: expect.any(String), caseId: body.id },
      { route: '/v1/complaints/:id', status: 404, outcome: 'noSuchCase' },
    ]);
  });

  it('never has a name, a word of a case, a token or what was asked for', async () => {
    const secret = (what: string) => `SECRET-${what}`;
    const agent = asker(server.app, person.token);
    const { body } = await agent('POST', '/v1/complaints', {
      ...COMPLAINT,
      complainant: { name: secret('company') },
      description: secret('description'),
      contact: { name: secret('name'), phone: secret('phone'), email: 'SECRET-mail@example.com' },
    });
    const url = `/v1/complaints/${body.id}`;
    await agent('POST', `${url}/add-note`, { text: secret('note') });
    await agent('POST', `${url}/void-entry`, { reason: secret('reason') });
    await agent('POST', `${url}/void-entry`, { reason: secret('reason') });
    await agent('POST', `${url}/add-note`, { text: 7, [secret('field')]: secret('value') });
    await agent('POST', `${url}/add-note`, `{"text": "${secret('broken')}`);
    await agent('POST', '/v1/complaints', { ...COMPLAINT, complainant: secret('type') });
    await agent('GET', `/v1/cases?customerName=${secret('query')}`);
    await agent('GET', `/v1/${secret('path')}`);
    await agent('GET', `/v1/cases/${secret('number')}`);
    await agent('GET', '/v1/me', undefined, { 'x-request-id': `${secret('id')} with a space` });
    await asker(server.app, `rdr_${secret('token').padEnd(43, 'x')}`)('GET', '/v1/me');
    await agent('GET', `${url}/trail?rejections=true`);
    const text = server.lines.join('\n');
    expect(text).not.toContain('SECRET');
    expect(text).not.toContain(person.token);
    expect(text).not.toContain(STAFF_NAME);
    expect(requests().length).toBeGreaterThan(12);
  });

  it('hides what must not be in it, even if somebody logs it', () => {
    server.app.log.info(
      { token: 'SECRET', contact: { name: 'SECRET' }, headers: { authorization: 'SECRET' } },
      'oops',
    );
    expect(server.lines.at(-1)).not.toContain('SECRET');
  });
});
