import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PHRASES } from '../../src/cli/promise-phrases.ts';
import { promisesText } from '../../src/cli/promises-text.ts';
import { promisesSchema } from '../../src/http/promises-document.ts';
import { type Ask, asker, type HttpHouse, httpHouse, receive, STAFF_NAME } from './http-house.ts';

let server: HttpHouse;
let agent: Ask;
let caseId: string;
beforeAll(async () => {
  server = await httpHouse();
  agent = asker(server.app, (await server.person('agent')).token);
  caseId = await receive(agent);
  const qa = asker(server.app, (await server.person('qa', 'lead')).token);
  const assigned = await qa('POST', `/v1/complaints/${caseId}/pause-clock`, {
    clock: 'decision',
    reason: 'awaitingSample',
  });
  expect(assigned.status, assigned.text).toBe(200);
});
afterAll(() => server.close());

const explained = async (ask = agent, id = caseId) => {
  const answer = await ask('GET', `/v1/cases/${id}/promises`);
  expect(answer.status, answer.text).toBe(200);
  return promisesSchema.parse(answer.body);
};

describe('the promises of a case', () => {
  it('are told with what counts, and count what was promised', async () => {
    const { promises } = await explained();
    expect(promises.map(({ clock }) => clock)).toEqual(
      expect.arrayContaining(['acknowledgement', 'firstReply', 'decision', 'closing']),
    );
    for (const { reckoning } of promises) {
      const counted = reckoning.stretches.reduce((sum, s) => sum + (s.counted ? s.ms : 0), 0);
      expect(counted + reckoning.leftMs).toBe(reckoning.owed.ms);
    }
    const reply = promises.find(({ clock }) => clock === 'firstReply');
    expect(reply?.reckoning.owed).toEqual({ ms: 86_400_000, setBy: 'target' });
    expect(reply?.reckoning.stretches.map(({ why }) => why.kind)).toEqual(['aroundTheClock']);
    const decision = promises.find(({ clock }) => clock === 'decision');
    expect(decision).toMatchObject({ status: 'paused', calendar: { timeZone: 'Asia/Shanghai' } });
    expect(decision?.reckoning.days?.at(-1)?.number).toBe(5);
  });

  it('name who did what to staff, and to a machine only who by id', async () => {
    const named = (await explained()).promises[0]?.startedBy;
    expect(named).toMatchObject({ command: 'receive', actor: { role: 'agent', name: STAFF_NAME } });
    const machine = asker(server.app, (await server.person('integration')).token);
    expect((await explained(machine)).promises[0]?.startedBy.actor.name).toBeUndefined();
  });

  it('are found by number, and not for a customer or a case that is not there', async () => {
    const { number } = (await explained()) ?? {};
    if (number !== undefined) expect((await explained(agent, number)).id).toBe(caseId);
    const missing = await agent('GET', '/v1/cases/CMP-1999-000001/promises');
    expect(missing.status).toBe(404);
    const customer = asker(server.app, (await server.person('customer')).token);
    expect((await customer('GET', `/v1/cases/${caseId}/promises`)).status).toBe(403);
  });

  it('are text that a person can check, in either language', async () => {
    const promises = await explained();
    const english = promisesText(promises, PHRASES.en);
    expect(english).toContain('firstReply: 24 h around the clock — running');
    expect(english).toContain('Counted 24 h = owed 24 h');
    expect(english).toContain('decision: 5 working days, from receipt — paused');
    const chinese = promisesText(promises, PHRASES.zh);
    expect(chinese).toContain('firstReply: 自然时间 24 小时 — 进行中');
    expect(chinese).toContain('第 5 个工作日');
  });
});
