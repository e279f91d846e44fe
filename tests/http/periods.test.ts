import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Ask, asker, type HttpHouse, httpHouse, receive } from './http-house.ts';

let server: HttpHouse;
let ask: Ask;
let session: Record<string, string>;
let caseId: string;
beforeAll(async () => {
  server = await httpHouse();
  ask = asker(server.app, (await server.person('auditor', 'agent')).token);
  caseId = await receive(ask);
  const { body } = await ask('POST', '/v1/audit/sessions', { reason: 'a test' });
  session = { 'audit-session': String(body.id) };
});
afterAll(() => server.close());

const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.string(),
  schema: z.looseObject({ format: z.string().optional(), pattern: z.string().optional() }),
});
const pathsSchema = z.record(
  z.string(),
  z.object({ get: z.looseObject({ parameters: z.array(parameterSchema).default([]) }).optional() }),
);

/** Each period that some query takes, by the names of its ends. */
async function periods(): Promise<readonly { url: string; from: string; to: string; isMonth: boolean }[]> {
  const { body } = await ask('GET', '/openapi.json');
  return Object.entries(pathsSchema.parse(body.paths)).flatMap(([path, { get }]) => {
    const query = (get?.parameters ?? []).filter(each => each.in === 'query');
    return query.flatMap(({ name: to, schema: { format, pattern } }) => {
      const from = to.startsWith('to') ? to.replace('to', 'from') : to.replace('To', 'From');
      const isPeriod = (format === 'date-time' || pattern?.startsWith('^\\d{4}-')) && !to.endsWith('KnownAt');
      const hasStart = from !== to && query.some(({ name }) => name === from);
      const url = path.replace(/\{[^}]+\}/, caseId);
      return isPeriod && hasStart ? [{ url, from, to, isMonth: format === undefined }] : [];
    });
  });
}

describe('a period whose end is before its start', () => {
  it('is refused by every query that takes one, with what is wrong; the same instant twice is a period', async () => {
    const all = await periods();
    const known = all.map(({ url }) => url);
    for (const each of ['recheck', 'export', 'looks']) expect(known).toContain(`/v1/audit/${each}`);
    for (const each of ['complaints', 'cases', 'sla-results', 'complaint-frequencies'])
      expect(known).toContain(`/v1/${each}`);
    expect(known).toContain(`/v1/audit/cases/${caseId}/diff`);
    for (const { url, from, to, isMonth } of all) {
      const [early, late] = isMonth
        ? ['2026-02', '2026-03']
        : ['2026-02-01T00:00:00Z', '2026-02-01T00:00:01Z'];
      const asked = (start: string, end: string) =>
        ask('GET', `${url}?${from}=${start}&${to}=${end}`, undefined, session);
      const { status, body } = await asked(late, early);
      expect([url, status, body.errors]).toEqual([
        url,
        400,
        [{ path: to, message: `must not be before ${from}` }],
      ]);
      const { status: fine } = await asked(late, late);
      // Of a case that was not there then.
      expect([url, [200, 404].includes(fine)]).toEqual([url, true]);
    }
  });
});
