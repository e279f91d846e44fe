import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/store/event-store.ts';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse } from './http-house.ts';

let server: HttpHouse;
let broken: 'full' | 'bug' | undefined;
let faulted = false;
let agent: Ask;
const anybody = (method: 'GET', url: string) => asker(server.app)(method, url);
beforeAll(async () => {
  server = await httpHouse({}, house => ({
    ...house,
    handler: {
      load: house.handler.load,
      async handle(request) {
        if (broken === 'full') throw new StoreUnavailableError('full', 'database or disk is full');
        if (broken === 'bug') throw new TypeError('secret inside');
        return house.handler.handle(request);
      },
    },
    async ready() {
      const truth = await house.ready();
      return faulted ? { ...truth, ready: false, reasons: ['the view caseList stopped'] } : truth;
    },
  }));
  agent = asker(server.app, (await server.person('agent')).token);
});
afterAll(() => server.close());

describe('health', () => {
  it('is told to anybody, without anything of a case', async () => {
    expect(await anybody('GET', '/health/live')).toMatchObject({ status: 200, body: { live: true } });
    const { status, body } = await anybody('GET', '/health/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ready: true, reasons: [] });
  });

  it('says what is wrong', async () => {
    faulted = true;
    const { status, body } = await anybody('GET', '/health/ready');
    faulted = false;
    expect(status).toBe(503);
    expect(body).toMatchObject({ ready: false, reasons: ['the view caseList stopped'] });
  });
});

describe('a clock that was set back', () => {
  it('is told, as what it dates would be wrong', async () => {
    let behindMs = 0;
    const clock = { now: () => Date.now() - behindMs };
    const late = await httpHouse({}, house => house, { clock });
    try {
      expect((await asker(late.app)('GET', '/health/ready')).status).toBe(200);
      behindMs = 30_000;
      expect((await asker(late.app)('GET', '/health/ready')).status).toBe(200);
      behindMs = 3_600_000;
      const { status, body } = await asker(late.app)('GET', '/health/ready');
      expect(status).toBe(503);
      expect(String(body.reasons)).toMatch(/the clock is 3\d\d\d s behind/);
    } finally {
      await late.close();
    }
  });
});

describe('a store that is full', () => {
  it('is told with 503, and with what to do', async () => {
    broken = 'full';
    const { status, headers, body } = await agent('POST', '/v1/complaints', COMPLAINT);
    broken = undefined;
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(body).toMatchObject({ type: 'urn:redress:problem:store-unavailable', reason: 'full' });
    expect(String(body.detail)).toContain('disk');
    expect((await agent('POST', '/v1/complaints', COMPLAINT)).status).toBe(201);
  });
});

describe('a bug', () => {
  it('is answered 500 without a word of it, and logged', async () => {
    broken = 'bug';
    const { status, body, text } = await agent('POST', '/v1/complaints', COMPLAINT);
    broken = undefined;
    expect(status).toBe(500);
    expect(body).toMatchObject({ type: 'urn:redress:problem:internal' });
    expect(text).not.toContain('secret inside');
    expect(server.lines.join('')).toContain('secret inside');
  });
});

describe('figures', () => {
  it('count commands, requests and what the views are behind', async () => {
    await agent('POST', '/v1/complaints', COMPLAINT);
    const { status, headers, text } = await anybody('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toMatch(
      /redress_commands_total\{lifecycle="complaint",command="receive",outcome="accepted"\} \d/,
    );
    expect(text).toMatch(
      /redress_http_request_duration_seconds_count\{method="POST",route="\/v1\/complaints",status="201"\}/,
    );
    expect(text).toMatch(/redress_projection_behind_events\{projection="caseList"\} \d/);
    expect(text).toMatch(/redress_appends_total [1-9]/);
    expect(text).toMatch(/redress_event_loop_delay_p99_seconds /);
  });

  it('count appends by how they ended, and tell of timers, workflows and readiness', async () => {
    const figureOf = async (name: string): Promise<number> => {
      const { text } = await anybody('GET', '/metrics');
      const line = text.split('\n').find(each => each.startsWith(`${name} `)) ?? '';
      return Number(line.slice(name.length));
    };
    const appended = await figureOf('redress_store_appends_total{outcome="appended"}');
    const events = await figureOf('redress_store_events_total');
    const { body } = await agent('POST', '/v1/complaints', COMPLAINT);
    expect(await figureOf('redress_store_appends_total{outcome="appended"}')).toBeGreaterThan(appended);
    // A complaint and its clocks are more than one event.
    expect(await figureOf('redress_store_events_total')).toBeGreaterThan(events + 1);
    expect(await figureOf('redress_store_append_seconds_total')).toBeGreaterThan(0);
    const { store } = server.house;
    const stream = await store.readStream(`complaint-${body.id}`);
    const [first] = stream;
    if (first === undefined) throw new Error('no complaint');
    const { streamId, revision: _revision, position: _position, ...again } = first;
    const conflict = await store.append(streamId, -1, [{ ...again, eventId: uuidv7() }]);
    expect(conflict.outcome).toBe('conflict');
    expect(await figureOf('redress_store_appends_total{outcome="conflict"}')).toBe(1);
    expect(await figureOf('redress_timers_due')).toBe(0);
    expect(await figureOf('redress_timers_late')).toBe(0);
    expect(await figureOf('redress_timekeeper_blocked')).toBe(0);
    expect(await figureOf('redress_ready')).toBe(1);
    expect((await anybody('GET', '/metrics')).text).toMatch(
      /redress_workflow_behind_events\{workflow="\w+"\} \d/,
    );
  });

  it('stay as they were while the log cannot be read', async () => {
    const lost = await httpHouse({}, house => ({
      ...house,
      figures: async () => {
        throw new StoreUnavailableError('unreachable', 'nobody answers');
      },
      ready: async () => ({ ready: false, reasons: ['nobody answers'], warnings: [], projections: [] }),
    }));
    try {
      const { status, text } = await asker(lost.app)('GET', '/metrics');
      expect(status).toBe(200);
      expect(text).toMatch(/^redress_ready 0$/m);
    } finally {
      await lost.close();
    }
  });

  it('have no label for addresses that somebody made up', async () => {
    await anybody('GET', '/made-up-address');
    expect((await anybody('GET', '/metrics')).text).not.toContain('made-up-address');
  });
});

describe('stopping', () => {
  it('is said by readiness while requests are still answered', async () => {
    const stopping = await httpHouse();
    try {
      const ask = asker(stopping.app, (await stopping.person('agent')).token);
      stopping.beginStopping();
      const { status, body } = await ask('GET', '/health/ready');
      expect(status).toBe(503);
      expect(body).toMatchObject({ ready: false, reasons: ['the service is stopping'] });
      expect((await ask('POST', '/v1/complaints', COMPLAINT)).status).toBe(201);
    } finally {
      await stopping.close();
    }
  });
});
