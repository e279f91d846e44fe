import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, asker, type HttpHouse, httpHouse, receive } from '../http/http-house.ts';

let server: HttpHouse;
let auditor: Ask;
let session: Record<string, string>;
beforeAll(async () => {
  server = await httpHouse();
  auditor = asker(server.app, (await server.person('auditor')).token);
  const agent = asker(server.app, (await server.person('agent', 'lead')).token);
  const id = await receive(agent);
  await agent('POST', `/v1/complaints/${id}/close`, {});
  await agent('POST', `/v1/complaints/${id}/add-note`, { text: 'called back' });
  const { body } = await auditor('POST', '/v1/audit/sessions', { reason: 'spot check' });
  session = { 'audit-session': String(body.id) };
});
afterAll(() => server.close());

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

describe('a recheck over the interface', () => {
  it('tells how every command of a running service comes out, and is on record with what it found', async () => {
    const { status, text, headers } = await auditor('GET', '/v1/audit/recheck', undefined, session);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/x-ndjson');
    const [{ summary }] = linesOf(text);
    // Users and tokens, the team, the contactless complaint, the note; and the closing that was refused.
    expect(summary.verdicts).toEqual({
      match: summary.commands,
      explained: 0,
      diverged: 0,
      notReplayable: 0,
    });
    expect(summary.commands).toBeGreaterThan(6);

    const looks = await auditor('GET', '/v1/audit/looks', undefined, session);
    expect(looks.body.looks).toContainEqual(
      expect.objectContaining({
        action: 'recheck',
        outcome: 'done',
        result: { commands: summary.commands, verdicts: summary.verdicts },
      }),
    );
  });

  it('looks at what was asked for alone', async () => {
    const some = await auditor('GET', '/v1/audit/recheck?lifecycle=complaint', undefined, session);
    expect(linesOf(some.text)).toMatchObject([{ summary: { commands: 3 } }]);
    const none = await auditor('GET', '/v1/audit/recheck?to=2020-01-01T00:00:00%2B08:00', undefined, session);
    expect(linesOf(none.text)).toMatchObject([{ summary: { commands: 0 } }]);
  });
});
