import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeServer, startFakeServer } from '../eventstoredb/fake-server.ts';
import { COMPLAINT } from '../http/http-house.ts';
import { freePort, Service, serviceEnv } from '../torture/service.ts';
import { writeMasterKey } from './cluster.ts';

const patiently = { timeout: 60_000, interval: 100 };
const UNREACHABLE = { type: 'urn:redress:problem:log-unreachable', status: 503, reason: 'unreachable' };

let folder: string;
let server: FakeServer;
let service: Service;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redress-no-leader-'));
  server = await startFakeServer();
  const masterKey = join(folder, 'master.key');
  writeMasterKey(masterKey, 7);
  service = new Service(
    serviceEnv(join(folder, 'data'), await freePort(), {
      REDRESS_STORE: server.connectionString,
      REDRESS_MASTER_KEY_FILE: masterKey,
    }),
  );
});
afterEach(async () => {
  await service.kill();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const ready = () => fetch(`${service.url}/health/ready`);
let token: string | undefined;
/** From what it printed at its first start. */
const getIn = () => {
  token = /TOKEN=(\S+)/.exec(service.output)?.[1];
};
const listed = async () => {
  const answer = await fetch(`${service.url}/v1/complaints`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { cases } = (await answer.json()) as { cases?: readonly unknown[] };
  return { status: answer.status, cases: cases?.length, stale: answer.headers.get('redress-stale-since') };
};
const receive = (key = randomUUID()) =>
  fetch(`${service.url}/v1/complaints`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(COMPLAINT),
  });
const told = async (answer: Response) => ({
  status: answer.status,
  mediaType: answer.headers.get('content-type'),
  retryAfter: answer.headers.get('retry-after'),
  problem: await answer.json(),
});
const refused = {
  status: 503,
  mediaType: 'application/problem+json; charset=utf-8',
  retryAfter: expect.stringMatching(/^\d+$/),
  problem: expect.objectContaining(UNREACHABLE),
};

describe('a node that is started while the database is not there', () => {
  it('waits, says so at its address, and serves when the database is there', async () => {
    await server.kill();
    service.spawn();
    await vi.waitFor(async () => {
      const answer = await ready();
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({
        status: 503,
        body: {
          ready: false,
          reasons: [expect.stringContaining('the service waits for the database of the log')],
        },
      });
    }, patiently);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    expect(await told(await receive())).toEqual(refused);

    await server.restart();
    await service.ready();
    getIn();
    expect(service.output).toContain('the service waits for it');
    expect((await receive()).status).toBe(201);
  });
});

describe('a node whose database goes away', () => {
  it('refuses commands for a time, answers queries that it marks as old, and takes the same command after', async () => {
    await service.start();
    getIn();
    const first = await receive();
    expect(first.status).toBe(201);
    await vi.waitFor(
      async () => expect(await listed()).toEqual({ status: 200, cases: 1, stale: null }),
      patiently,
    );

    await server.kill();
    const key = randomUUID();
    expect(await told(await receive(key))).toEqual(refused);
    await vi.waitFor(async () => {
      const { stale, ...answer } = await listed();
      expect(answer).toEqual({ status: 200, cases: 1 });
      expect(Date.parse(stale ?? '')).toBeLessThanOrEqual(Date.now());
    }, patiently);
    expect((await ready()).status).toBe(503);

    await server.restart();
    await vi.waitFor(async () => expect((await receive(key)).status).toBe(201), patiently);
    await vi.waitFor(
      async () => expect(await listed()).toEqual({ status: 200, cases: 2, stale: null }),
      patiently,
    );
  });
});
