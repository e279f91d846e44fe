import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ROLES } from '../../domain/case/actor.ts';
import type { ApiRoute } from '../../src/http/api-route.ts';
import { arbitraryBody } from './arbitrary-body.ts';
import { asker, COMPLAINT, type HttpHouse, httpHouse, receive } from './http-house.ts';

/** Requests a route, each with something wrong somewhere. */
const RUNS_A_ROUTE = 40;

let server: HttpHouse;
let token: string;
/** Ids that exist, so that many a request gets as far as the rules. */
let known: string[];
const rejections: unknown[] = [];
const noteRejection = (error: unknown) => rejections.push(error);
beforeAll(async () => {
  process.on('unhandledRejection', noteRejection);
  server = await httpHouse({ REDRESS_FAILURE_LIMIT: '0', REDRESS_WAIT_TIMEOUT: '20' });
  const person = await server.person(...ROLES.filter(role => role !== 'system'));
  token = person.token;
  const ask = asker(server.app, token);
  known = [(await server.person('agent')).userId];
  for (let cases = 0; cases < 3; cases++) known.push(await receive(ask));
  const examples = server.routes.flatMap(route =>
    Object.values(route.examples ?? {}).map(body => ({ url: route.url, body })),
  );
  for (const { url, body } of examples) {
    const { body: made } = await ask('POST', url, body);
    if (typeof made.id === 'string') known.push(made.id);
  }
});
afterAll(async () => {
  process.off('unhandledRejection', noteRejection);
  await server.close();
});

const nastyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    '[sealed]',
    '[erased]',
    '\u0000',
    '\ud800',
    '=1+1',
    "'; DROP TABLE event; --",
    '2026-02-30T00:00:00Z',
    '9999-12-31T23:59:59+14:00',
    '𠮷野家'.repeat(50),
    'x'.repeat(5000),
    '../../../etc/passwd',
  ),
);
const nastyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, -1, 2 ** 53, 1e308, -1e308, 8.64e15, 8.64e15 + 1),
);
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  nastyNumber,
  fc.constantFrom(null, true, false, [], {}),
  fc.jsonValue({ maxDepth: 4 }),
);

/** A body near what a schema takes: mostly right, or right fields with wrong values, some of which do not belong. */
function nearly(schema: z.ZodObject | undefined): fc.Arbitrary<unknown> {
  if (schema === undefined) return fc.constant({});
  const ids = fc.oneof({ weight: 5, arbitrary: anyKnown() }, fc.constant(uuidv4()));
  const fields = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('text', ...Object.keys(schema.shape)) },
    nastyText,
  );
  return fc.oneof(
    { weight: 6, arbitrary: arbitraryBody(schema, { ids, wrong: nasty }) },
    { weight: 3, arbitrary: fc.dictionary(fields, fc.oneof(nasty, ids), { maxKeys: 8 }) },
    { weight: 1, arbitrary: nasty },
  );
}

/** Any id that exists, the newest most often. */
function anyKnown(): fc.Arbitrary<string> {
  const newest = known.at(-1) ?? '';
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(newest) },
    { weight: 1, arbitrary: fc.constantFrom(...known) },
  );
}

interface Try {
  readonly url: string;
  readonly payload: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

function tryOf(route: ApiRoute): fc.Arbitrary<Try> {
  const id = fc.oneof(
    { weight: 5, arbitrary: anyKnown() },
    fc.uuid(),
    nastyText.map(text => encodeURIComponent(text.toWellFormed()).slice(0, 250)),
  );
  const path = route.url.split('/').map(part => (part.startsWith(':') ? id : fc.constant(part)));
  const parameters = Object.keys(route.query?.shape ?? { after: 0 });
  const query = fc.dictionary(
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...parameters) }, nastyText),
    nastyText,
    {
      maxKeys: 3,
    },
  );
  const text = fc.oneof(
    { weight: 8, arbitrary: nearly(route.body).map(body => JSON.stringify(body)) },
    { weight: 1, arbitrary: nastyText },
    { weight: 1, arbitrary: fc.constant('['.repeat(10_000)) },
  );
  const header = fc.oneof(
    nastyText.map(value => value.replace(/[^\x20-\x7e]/g, '').slice(0, 300)),
    fc.constantFrom('"0"', '"4"', '*', 'same-key'),
  );
  const headers = fc.dictionary(
    fc.constantFrom(
      'if-match',
      'idempotency-key',
      'last-event-id',
      'x-request-id',
      'traceparent',
      'content-type',
    ),
    header,
    { maxKeys: 3 },
  );
  return fc
    .tuple(fc.tuple(...path), route.query === undefined ? rarely(query) : query, text, rarely(headers))
    .map(([parts, asked, payload, sent]) => ({
      url: parts.join('/') + queryText(asked),
      payload: route.body === undefined ? undefined : payload,
      headers: sent,
    }));
}

function rarely(dictionary: fc.Arbitrary<Record<string, string>>): fc.Arbitrary<Record<string, string>> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: dictionary });
}

function queryText(query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name = '', value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`;
}

async function send(app: FastifyInstance, route: ApiRoute, { url, payload, headers }: Try) {
  return app.inject({
    method: route.method,
    url,
    headers: {
      authorization: `Bearer ${token}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
}

/** Whatever is asked, the answer is one that the reference lists, and its document is whole. */
function isAsPromised(route: ApiRoute, answer: Awaited<ReturnType<typeof send>>): void {
  const { statusCode, headers, payload } = answer;
  expect(statusCode).not.toBe(500);
  if (statusCode < 400 || route.operationId === 'health.ready') return;
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(JSON.parse(payload)).toMatchObject({
    type: expect.stringMatching(/^urn:redress:problem:[a-z-]+$/),
    title: expect.any(String),
    status: statusCode,
    detail: expect.any(String),
    requestId: headers['x-request-id'],
  });
}

describe('whatever is sent', () => {
  it('is answered, on every route, with a success or a problem and never with a fault of ours', async () => {
    // A feed that is listened to does not end: its own test listens.
    const routes = server.routes.filter(route => route.operationId !== 'events.listen');
    expect(routes.length).toBeGreaterThan(60);
    const ask = asker(server.app, token);
    for (const route of routes) {
      // Those of the routes before have mostly ended by now.
      known.push(await receive(ask));
      await fc.assert(
        fc.asyncProperty(tryOf(route), async asked => {
          isAsPromised(route, await send(server.app, route, asked));
        }),
        { numRuns: RUNS_A_ROUTE },
      );
    }
    expect(rejections).toEqual([]);
  }, 300_000);

  it('leaves the house whole: the log is read to its end, the views follow, and cases are taken in', async () => {
    const ask = asker(server.app, token);
    const { status, body } = await ask('POST', '/v1/complaints', COMPLAINT);
    expect(status).toBe(201);
    expect(await server.house.views.waitFor(await server.house.store.head(), 30_000)).toBe(true);
    expect((await ask('GET', '/health/ready')).body).toMatchObject({ ready: true, reasons: [] });
    expect((await ask('GET', `/v1/complaints/${body.id}`)).status).toBe(200);
  }, 60_000);

  it('does not pile up: thousands of wrong requests leave no more memory behind than hundreds', async () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect !== 'function') throw new Error('the garbage cannot be collected');
    const route = server.routes.find(each => each.operationId === 'complaint.receive');
    if (route === undefined) throw new Error('no route to send to');
    const wrong = fc.sample(tryOf(route), 500).filter(each => each.payload !== undefined);
    // Over a real connection: `inject` itself keeps what it answered without reading a body (light-my-request, Node 26).
    const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
    const held = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        for (const { url, payload = '', headers } of wrong) {
          const answer = await fetch(address + url, {
            method: 'POST',
            body: payload.toWellFormed(),
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
          });
          await answer.arrayBuffer();
        }
        server.lines.length = 0;
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    await held(2);
    const before = await held(1);
    const after = await held(6);
    expect(after - before).toBeLessThan(16 * 1024 * 1024);
  }, 120_000);
});
