import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, receive } from './http-house.ts';

let server: HttpHouse;
let agent: Ask;
let port: number;
beforeAll(async () => {
  server = await httpHouse();
  agent = asker(server.app, (await server.person('agent')).token);
  port = Number(new URL(await server.app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => server.close());

describe('an address', () => {
  it.each([
    '/nowhere',
    '/v1/complaints/not-a-uuid',
    '/v1/complaints/not-a-uuid/trail',
    '/v1/cases/%zz',
    `/v1/cases/${'x'.repeat(300)}`,
    '/v1/complaints/../../etc/passwd',
    '/v1//complaints',
  ])('that there is not is told so: %s', async url => {
    const { status, headers, body } = await agent('GET', url);
    expect(status).toBe(404);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ status: 404, requestId: expect.any(String) });
  });

  it('names the methods that it takes', async () => {
    const { status, headers, body } = await agent('DELETE', '/v1/complaints');
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD, POST');
    expect(body).toMatchObject({ type: 'urn:redress:problem:method-not-allowed' });
  });

  it('can be asked for its head alone', async () => {
    const { status, text } = await agent('HEAD', '/health/ready');
    expect({ status, text }).toEqual({ status: 200, text: '' });
  });

  it('takes no parameter that it does not know', async () => {
    const id = await receive(agent);
    const { status, body } = await agent('GET', `/v1/complaints/${id}?verbose=1`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: 'verbose' }] });
    expect((await agent('POST', '/v1/complaints?wait=forever', COMPLAINT)).body).toMatchObject({
      errors: [{ path: 'wait', message: 'must be number' }],
    });
    expect((await agent('GET', '/v1/complaints?limit=1&limit=2')).status).toBe(400);
  });
});

/** Sends bytes on a socket of its own; everything that came back until it was closed. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', chunk => {
      received += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
    socket.write(bytes);
  });
}

describe('what is no HTTP', () => {
  it('is answered with a problem, and cut off', async () => {
    const answer = await exchange('HELLO\r\n\r\n');
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('urn:redress:problem:invalid-request');
  });

  it('has limits to its headers', async () => {
    const answer = await exchange(
      `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`,
    );
    expect(answer).toContain('HTTP/1.1 431');
    expect(answer).toContain('urn:redress:problem:headers-too-large');
  });
});
