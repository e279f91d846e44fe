import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse } from './http-house.ts';

let server: HttpHouse;
let agent: Ask;
beforeAll(async () => {
  server = await httpHouse({ REDRESS_BODY_LIMIT: '4096' });
  agent = asker(server.app, (await server.person('agent')).token);
});
afterAll(() => server.close());

const send = (body: unknown) => agent('POST', '/v1/complaints', body);

it('may begin with a byte order mark', async () => {
  expect((await send(`\uFEFF${JSON.stringify(COMPLAINT)}`)).status).toBe(201);
});

describe('a wrong body', () => {
  it.each([
    ['{"kind":', 'it ends too early'],
    ['{"kind": product}', 'is not JSON'],
    ['hello', 'is not JSON'],
  ])('is told where it stops being JSON: %s', async (text, told) => {
    const { status, body } = await send(text);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'urn:redress:problem:malformed-body' });
    expect(String(body.detail)).toContain(told);
  });

  it.each(['[]', '7', 'null', '"text"'])('must be an object, not %s', async text => {
    const { status, body } = await send(text);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'urn:redress:problem:invalid-fields' });
  });

  it('must not be too deep', async () => {
    expect((await send('['.repeat(2000))).body).toMatchObject({ type: 'urn:redress:problem:malformed-body' });
    const deep = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`;
    expect((await send(deep)).status).toBe(400);
  });

  it('must be text that UTF-8 can hold', async () => {
    const { status, body } = await send(JSON.stringify({ ...COMPLAINT, description: 'half \ud800 pair' }));
    expect(status).toBe(400);
    expect(String(body.detail)).toContain('surrogate');
  });

  it('names a field once', async () => {
    const twice = JSON.stringify(COMPLAINT).replace('{', '{"channel":"email",');
    const { status, body } = await send(twice);
    expect(status).toBe(400);
    expect(String(body.detail)).toContain('twice');
    const inside = JSON.stringify({ ...COMPLAINT, complainant: 1 }).replace(
      '"complainant":1',
      '"complainant":{"name":"A","na\\u006de":"B"}',
    );
    expect((await send(inside)).body).toMatchObject({ type: 'urn:redress:problem:malformed-body' });
    // A colon in a text is none of a field.
    expect((await send({ ...COMPLAINT, description: 'He said: "a": b \\": c' })).status).toBe(201);
  });

  it('is UTF-8', async () => {
    const [before = '', after = ''] = JSON.stringify({ ...COMPLAINT, description: '!' }).split('!');
    const payload = Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xfe]), Buffer.from(after)]);
    const { token } = await server.person('agent');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await server.app.inject({ method: 'POST', url: '/v1/complaints', headers, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ type: 'urn:redress:problem:malformed-body' });
  });

  it.each(['[sealed]', '[erased]', ' [erased] '])('pretends no erasure: %s', async description => {
    const { status, body } = await send({ ...COMPLAINT, description });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: '/description' }] });
  });

  it('cannot reach prototypes', async () => {
    const { status } = await send(`{"__proto__": {"admin": true}, "kind": "product"}`);
    expect(status).toBe(400);
  });

  it('is refused when it is too large', async () => {
    const { status, body } = await send({ ...COMPLAINT, description: 'x'.repeat(5000) });
    expect(status).toBe(413);
    expect(body).toMatchObject({ type: 'urn:redress:problem:body-too-large' });
  });

  it('is refused in another media type', async () => {
    const { status, body } = await agent('POST', '/v1/complaints', 'kind=product', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(status).toBe(415);
    expect(body).toMatchObject({ type: 'urn:redress:problem:unsupported-media-type' });
  });
});

describe('wrong fields', () => {
  it('are all named, each by a pointer, and no value is repeated', async () => {
    const { status, body, text } = await send({
      kind: 'productt',
      complainant: { name: '', nick: 'secret-nick' },
      channel: 'phone',
      items: [{ delivered: { value: -1, unit: 'piece' } }, { batch: 7 }],
      description: 'ok',
      surprise: 'secret-surprise',
    });
    expect(status).toBe(400);
    const errors = body.errors as { path: string; message: string }[];
    expect(errors.map(error => error.path).sort()).toEqual(
      [
        '/kind',
        '/complainant/name',
        '/complainant/nick',
        '/siteRegion',
        '/items/0/delivered/value',
        '/items/1/batch',
        '/surprise',
      ].sort(),
    );
    expect(errors).toContainEqual({ path: '/siteRegion', message: 'is missing' });
    expect(errors).toContainEqual({ path: '/surprise', message: 'is no field of this request' });
    expect(text).not.toMatch(/secret|productt/);
  });

  it('are refused inside what the domain itself would pass over', async () => {
    const { body } = await send({ ...COMPLAINT, items: [{ product: { code: 'a', colour: 'red' } }] });
    expect(body).toMatchObject({ errors: [{ path: '/items/0/product/colour' }] });
  });

  it('are escaped in their pointer', async () => {
    const { body } = await send({ ...COMPLAINT, 'a/b~c': 1 });
    expect(body).toMatchObject({ errors: [{ path: '/a~1b~0c' }] });
  });

  it('of a union are told by the form that was meant', async () => {
    const made = await send(COMPLAINT);
    const url = `/v1/complaints/${made.body.id}/link`;
    const { body } = await agent('POST', url, { to: { kind: 'document', system: 'ERP' }, relation: 'order' });
    expect(body).toMatchObject({ errors: [{ path: '/to/number', message: 'is missing' }] });
  });
});
