import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, type Person } from './http-house.ts';

/** A story with everything about absent people in it, over the real interface; then every decision is taken again. */
const clock = {
  at: Date.parse('2026-09-21T09:00:00+08:00'),
  now() {
    return this.at;
  },
};
let server: HttpHouse;
let admin: Ask;
beforeAll(async () => {
  server = await httpHouse({}, house => house, { clock });
  admin = asker(server.app, (await server.person('admin')).token);
});
afterAll(() => server.close());

const as = ({ token }: Person): Ask => asker(server.app, token);
async function done(answer: ReturnType<Ask>): Promise<Readonly<Record<string, unknown>>> {
  const { status, body, text } = await answer;
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body;
}
const stream = (caseId: string) => server.house.store.readStream(`complaint-${caseId}`);

/** Lets time pass until the case has an event that a timer wrote. */
async function passed(
  until: string,
  caseId: string,
  is: (event: StoredEvent) => boolean,
): Promise<StoredEvent> {
  clock.at = Date.parse(until);
  for (;;) {
    const found = (await stream(caseId)).find(is);
    if (found !== undefined) return found;
    const appended = new Promise<void>(resolve => {
      const stop = server.house.store.onAppended(() => {
        stop();
        resolve();
      });
    });
    server.house.wakeTimers();
    await appended;
  }
}

it('a case goes on while people are away, and every decision comes out the same again', async () => {
  const lead = await server.person('lead');
  const wang = await server.person('agent');
  const li = await server.person('agent');
  const worker = await server.person('contributor');
  const foreman = await server.person('contributor');
  const auditor = as(await server.person('auditor'));
  await done(admin('PATCH', `/v1/users/${worker.userId}`, { department: 'production', teamId: null }));
  await done(
    admin('POST', '/v1/departments', { code: 'production', name: '生产部', headUserId: foreman.userId }),
  );
  await done(admin('POST', `/v1/teams/${DEFAULT_TEAM_ID}/set-team-lead`, { leadUserId: lead.userId }));
  const rotation = { people: [li.userId], firstDay: '2026-09-21', days: 'workingDays', changes: 'daily' };
  await done(as(lead)('POST', `/v1/teams/${DEFAULT_TEAM_ID}/rotations`, rotation));
  const { id: customerId } = await done(
    admin('POST', '/v1/customers', { code: 'C-1', name: '南洋', grade: 'A' }),
  );

  const complaint = { ...COMPLAINT, complainant: { customerId, name: '南洋' } };
  const caseId = String((await done(as(wang)('POST', '/v1/complaints', complaint))).id);
  const url = `/v1/complaints/${caseId}`;
  await done(as(wang)('POST', `${url}/assign`, { assigneeId: wang.userId }));
  const away = { fromAt: '2026-09-21T10:00:00+08:00', untilAt: '2026-09-30T00:00:00+08:00' };
  await done(as(wang)('POST', `/v1/users/${wang.userId}/absences`, { ...away, substituteId: li.userId }));

  // The acknowledgement is due after 4 working hours: the warning at 80 % finds Wang away.
  const warned = await passed('2026-09-21T13:45:00+08:00', caseId, ({ type }) => type === 'SlaClockWarned');
  expect(warned.data.recipients).toEqual([{ userId: li.userId, role: 'substitute' }]);
  expect(warned.metadata.context).toMatchObject({ organisation: { away: { [wang.userId]: li.userId } } });

  const standing = { 'on-behalf-of': wang.userId };
  const question = { department: 'production', question: 'Which press crimped batch B-1?' };
  await done(as(li)('POST', `${url}/request-input`, question, standing));
  const asked = (await stream(caseId)).find(({ type }) => type === 'InputRequested');
  expect(asked?.metadata.actor).toMatchObject({ id: li.userId, onBehalfOf: wang.userId });

  // Asked on Monday at 13:45, due on Tuesday at 13:45: nobody answers.
  const escalated = await passed(
    '2026-09-22T14:00:00+08:00',
    caseId,
    ({ type, data }) => type === 'SlaClockEscalated' && data.clock === 'input',
  );
  expect(escalated.data.recipients).toEqual([{ userId: foreman.userId, role: 'departmentHead' }]);
  const answer = { inputId: asked?.data.inputId, answer: 'Press 4' };
  await done(as(worker)('POST', `${url}/provide-input`, answer));

  const offer = { toUserId: li.userId, openPoints: 'They wait for our decision' };
  await done(as(li)('POST', `${url}/hand-over`, offer, standing));
  await done(as(li)('POST', `${url}/accept-hand-over`, {}));
  expect((await done(as(li)('GET', url))).assigneeId).toBe(li.userId);
  const bulk = { command: 'addNote', data: { text: 'Looked at' }, cases: [{ id: caseId }] };
  expect(await done(as(li)('POST', '/v1/cases/commands', bulk))).toMatchObject({ accepted: 1 });

  const { id: session } = await done(auditor('POST', '/v1/audit/sessions', { reason: 'spot check' }));
  const again = await auditor('GET', '/v1/audit/recheck', undefined, { 'audit-session': String(session) });
  const summary = again.text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
    .at(-1)?.summary;
  expect(summary.verdicts).toEqual({ match: summary.commands, explained: 0, diverged: 0, notReplayable: 0 });
});
