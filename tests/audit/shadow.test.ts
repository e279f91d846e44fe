import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shadowOf } from '../../src/audit/shadow-job.ts';
import { currentGeneration } from '../../src/views/generation-files.ts';
import { type Ask, asker, type HttpHouse, httpHouse, receive } from '../http/http-house.ts';

let server: HttpHouse;
let auditor: Ask;
let headers: Record<string, string>;
let caseId: string;
beforeAll(async () => {
  server = await httpHouse();
  auditor = asker(server.app, (await server.person('auditor')).token);
  const agent = asker(server.app, (await server.person('agent')).token);
  caseId = await receive(agent);
  await receive(agent);
  const { body } = await auditor('POST', '/v1/audit/sessions', { reason: 'are the lists right' });
  headers = { 'audit-session': String(body.id) };
});
afterAll(() => server.close());

const shadow = async () => (await auditor('GET', '/v1/audit/shadow', undefined, headers)).body;
/** Changes the views that answer, behind the back of the house. */
function tamper(sql: string, ...values: readonly string[]): void {
  const db = new DatabaseSync(currentGeneration(server.house.folder)?.path ?? '');
  expect(db.prepare(sql).run(...values).changes).toBe(1);
  db.close();
}

describe('views made from nothing', () => {
  it('are what those of a running service are, row by row', async () => {
    const found = await shadow();
    expect(found).toMatchObject({ differences: [], faulted: [] });
    expect(found.rows).toBeGreaterThan(5);
  });

  it('are made at once for several who ask, none of whom takes away what is another’s', async () => {
    const found = await Promise.all([shadow(), shadow(), shadow(), shadow()]);
    expect(found.map(({ differences }) => differences)).toEqual([[], [], [], []]);
  });

  it('leave nothing in the data folder, nor what one that was killed had made there', async () => {
    mkdirSync(join(server.house.folder, '.shadow-killed'));
    await shadow();
    expect(readdirSync(server.house.folder).filter(name => name.startsWith('.shadow-'))).toEqual([]);
  });

  it('leave nothing there when nobody waits for them any more', async () => {
    const { folder, address: store } = server.house;
    const givenUp = new AbortController();
    const made = shadowOf({ folder, store, timeZone: 'Asia/Shanghai' }, { signal: givenUp.signal });
    givenUp.abort();
    await expect(made).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(folder).filter(name => name.startsWith('.shadow-'))).toEqual([]);
  });

  it('are not compared while those that answer have not all seen the same events: a problem says so, till they have', async () => {
    // One more, which the house does not write over: as a view that is being made anew in its place.
    tamper(`INSERT INTO checkpoints (name, version, position) VALUES ('behind', 1, '')`);
    const { status, body } = await auditor('GET', '/v1/audit/shadow', undefined, headers);
    tamper(`DELETE FROM checkpoints WHERE name = 'behind'`);
    expect({ status, type: body.type, detail: body.detail }).toEqual({
      status: 503,
      type: 'urn:redress:problem:view-behind',
      detail: 'The views have not seen the same events yet: ask again in a moment.',
    });
    expect(await shadow()).toMatchObject({ differences: [], faulted: [] });
  });

  it('tell a row that was changed, both ways, and the event behind it', async () => {
    tamper('UPDATE cases SET phase = ? WHERE caseId = ?', 'closed', caseId);
    const { differences } = await shadow();
    expect(differences).toMatchObject([
      {
        table: 'cases',
        key: { caseId },
        live: { phase: 'closed' },
        rebuilt: { phase: 'received' },
        event: { streamId: `complaint-${caseId}` },
        rows: 1,
      },
    ]);
  });

  it('tell a row that is missing', async () => {
    tamper('DELETE FROM cases WHERE caseId = ?', caseId);
    const { differences } = await shadow();
    const [first] = differences as [object];
    expect(first).toMatchObject({ table: 'cases', key: { caseId }, rebuilt: { phase: 'received' } });
    expect(first).not.toHaveProperty('live');
  });
});
