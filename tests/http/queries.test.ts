import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { positionToken } from '../../src/http/position-token.ts';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, receive } from './http-house.ts';

let server: HttpHouse;
let agent: Ask;
let ids: string[];
let position: string;
beforeAll(async () => {
  server = await httpHouse({ REDRESS_WAIT_TIMEOUT: '2000' });
  agent = asker(server.app, (await server.person('agent')).token);
  ids = [];
  for (let hours = 6; hours > 0; hours--) {
    const receivedAt = new Date(Date.now() - hours * 3_600_000).toISOString();
    ids.push(await receive(agent, { receivedAt, siteRegion: hours > 3 ? 'local' : 'abroad' }));
  }
  const noted = await agent('POST', `/v1/complaints/${ids[0]}/add-note`, { text: 'seen' });
  position = String(noted.body.position);
});
afterAll(() => server.close());

type Page = { cases: { id: string; number: string; receivedAt: string }[]; next?: string };
const list = async (query: string) => {
  const { status, body, text } = await agent('GET', `/v1/complaints?after=${position}&${query}`);
  if (status !== 200) throw new Error(text);
  return body as unknown as Page;
};

describe('a list', () => {
  it('comes page by page, each case once, in order', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const page = await list(`limit=4&sort=receivedAt${cursor}`);
      expect(page.cases.length).toBeLessThanOrEqual(4);
      seen.push(...page.cases.map(each => each.id));
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen).toEqual(ids);
  });

  it('is filtered', async () => {
    const receivedFrom = encodeURIComponent(new Date(Date.now() - 3.5 * 3_600_000).toISOString());
    expect((await list(`receivedFrom=${receivedFrom}`)).cases).toHaveLength(3);
    expect((await list('closed=true')).cases).toEqual([]);
    expect((await list('phase=received&priority=normal')).cases).toHaveLength(6);
  });

  it('writes its instants with an offset', async () => {
    const [first] = (await list('limit=1')).cases;
    expect(first?.receivedAt).toMatch(/\+08:00$/);
    expect(first?.number).toMatch(/^CMP-/);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['sort=colour', 'sort'],
    ['closed=maybe', 'closed'],
    ['receivedFrom=2026-03-01', 'receivedFrom'],
    ['assigneeId=me', 'assigneeId'],
  ])('refuses %s', async (query, path) => {
    const { status, body } = await agent('GET', `/v1/complaints?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path }] });
  });

  it.each(['nonsense', 'e30', Buffer.from('[1,2]').toString('base64url'), '%00'])(
    'refuses the cursor %s',
    async cursor => {
      const { status, body } = await agent('GET', `/v1/complaints?cursor=${cursor}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ errors: [{ path: 'cursor' }] });
    },
  );
});

describe('?after=', () => {
  it('sees what the command wrote', async () => {
    const { body } = await agent('POST', '/v1/complaints', COMPLAINT);
    const { body: listed } = await agent('GET', `/v1/complaints?sort=-receivedAt&after=${body.position}`);
    expect((listed as unknown as Page).cases[0]?.id).toBe(body.id);
  });

  it('refuses a position of another log by name', async () => {
    const { status, body } = await agent(
      'GET',
      `/v1/complaints?after=${positionToken({ logId: uuidv4(), moves: 0 }, '0000000000000001')}`,
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'urn:redress:problem:foreign-position' });
    expect(String(body.detail)).toContain(server.house.store.logId);
  });

  it('refuses a position of this log before it moved to another store by name', async () => {
    const { logId } = server.house.store;
    const after = positionToken({ logId, moves: 1 }, '0000000000000001');
    const { status, body } = await agent('GET', `/v1/complaints?after=${after}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'urn:redress:problem:foreign-position' });
    expect(String(body.detail)).toContain('it has moved');
  });

  it.each(['x', '%F0%9F%92%A9', 'a'.repeat(150)])('refuses what is no position: %s', async after => {
    const { status, body } = await agent('GET', `/v1/deadlines?after=${after}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: 'after' }] });
  });

  it('says how far behind the views are, when they do not get there in time', async () => {
    const slow = await httpHouse({ REDRESS_WAIT_TIMEOUT: '5' }, house => ({
      ...house,
      views: Object.assign(Object.create(house.views), {
        waitFor: async () => false,
        status: () => [{ projection: 'caseList', position: '', behindEvents: 12 }],
      }),
    }));
    try {
      const ask = asker(slow.app, (await slow.person('agent')).token);
      const made = await ask('POST', '/v1/complaints', COMPLAINT);
      const { status, headers, body } = await ask('GET', `/v1/complaints?after=${made.body.position}`);
      expect(status).toBe(503);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(body).toMatchObject({ type: 'urn:redress:problem:view-behind', behindEvents: 12 });
    } finally {
      await slow.close();
    }
  });
});

describe('reports', () => {
  it('count cases, promises and complaints', async () => {
    const counts = await agent('GET', `/v1/case-counts?after=${position}`);
    expect(counts.body).toMatchObject({ counts: [{ lifecycle: 'complaint', closed: false }] });
    const deadlines = await agent('GET', '/v1/deadlines?clock=firstReply&limit=200');
    const rows = deadlines.body.deadlines as { dueAt: string; clock: string }[];
    expect(rows.length).toBeGreaterThanOrEqual(6);
    expect(rows.map(row => row.dueAt)).toEqual([...rows.map(row => row.dueAt)].sort());
    for (const by of ['clock', 'month', 'responsibleParty', 'team']) {
      expect((await agent('GET', `/v1/sla-results?by=${by}`)).status).toBe(200);
    }
    expect((await agent('GET', '/v1/complaint-frequencies?by=month')).status).toBe(200);
    expect((await agent('GET', '/v1/sla-exceptions?result=late')).status).toBe(200);
  });
});
