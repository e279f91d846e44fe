import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, type Person } from './http-house.ts';

/** A Wednesday morning in Shanghai. */
const clock = {
  at: Date.parse('2026-09-23T09:00:00+08:00'),
  now() {
    return this.at;
  },
};

let server: HttpHouse;
let admin: Ask;
let [qa, agent, lead]: [Person, Person, Person] = [NOBODY(), NOBODY(), NOBODY()];
const as = ({ token }: Person): Ask => asker(server.app, token);

function NOBODY(): Person {
  return { userId: '', token: '' };
}

beforeAll(async () => {
  server = await httpHouse({}, house => house, { clock });
  admin = as(await server.person('admin'));
  qa = await server.person('qa', 'marketingDirector');
  agent = await server.person('agent');
  lead = await server.person('lead');
  const led = await admin('POST', `/v1/teams/${DEFAULT_TEAM_ID}/set-team-lead`, { leadUserId: lead.userId });
  expect(led.status).toBe(200);
});
afterAll(() => server.close());

const away = { fromAt: '2026-09-23T00:00:00+08:00', untilAt: '2026-09-30T00:00:00+08:00' };

const openAssigned = async (to: Person): Promise<string> => {
  const { body } = await as(agent)('POST', '/v1/complaints', COMPLAINT);
  const assigned = await as(lead)('POST', `/v1/complaints/${body.id}/assign`, { assigneeId: to.userId });
  expect(assigned.status).toBe(200);
  return String(body.id);
};
const waived = { clock: 'decision', dueAt: '2026-09-29T12:00:00+08:00', evidence: 'By phone' };

describe('an absence', () => {
  it('is entered by oneself, by the lead of one’s team or by an admin, and by nobody else', async () => {
    const other = await server.person('agent');
    const url = `/v1/users/${other.userId}/absences`;
    expect((await as(agent)('POST', url, away)).status).toBe(403);
    const own = await as(other)('POST', url, away);
    expect(own.status).toBe(201);
    expect(own.body.absenceId).toEqual(expect.any(String));
    expect((await as(lead)('DELETE', `${url}/${own.body.absenceId}`)).status).toBe(200);
    const again = { ...away, fromAt: '2026-09-23T12:00:00+08:00' };
    expect((await as(lead)('POST', url, again)).status).toBe(201);
  });

  it('names a substitute who can act: another, active, of the staff', async () => {
    const url = `/v1/users/${agent.userId}/absences`;
    const customer = await server.person('customer');
    for (const substituteId of [agent.userId, customer.userId, DEFAULT_TEAM_ID]) {
      const refused = await as(agent)('POST', url, { ...away, substituteId });
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toMatchObject([{ path: '/substituteId' }]);
    }
  });

  it('is listed while it lasts', async () => {
    const other = await server.person('technician');
    await as(other)('POST', `/v1/users/${other.userId}/absences`, { ...away, substituteId: agent.userId });
    const entry = expect.objectContaining({ userId: other.userId, substituteId: agent.userId });
    expect((await as(agent)('GET', '/v1/absences')).body.absences).toContainEqual(entry);
    const later = await as(agent)('GET', '/v1/absences?at=2026-10-01T00:00:00%2B08:00');
    expect(later.body.absences).not.toContainEqual(entry);
    const own = await as(agent)('GET', `/v1/users/${other.userId}/absences`);
    expect(own.body.absences).toEqual([entry]);
  });
});

describe('a substitute', () => {
  it('acts for the one who is away, in their role, recorded as on their behalf', async () => {
    const caseId = await openAssigned(qa);
    const url = `/v1/complaints/${caseId}`;
    const standing = { 'on-behalf-of': qa.userId };
    expect((await as(agent)('POST', `${url}/agree-appointment`, waived)).body.reason).toBe('notAssignee');
    expect((await as(agent)('POST', `${url}/agree-appointment`, waived, standing)).status).toBe(403);

    const absence = { ...away, substituteId: agent.userId };
    const entered = await as(qa)('POST', `/v1/users/${qa.userId}/absences`, absence);
    expect(entered.status).toBe(201);
    expect((await as(agent)('POST', `${url}/agree-appointment`, waived, standing)).status).toBe(200);
    const [agreed] = (await server.house.store.readStream(`complaint-${caseId}`)).filter(
      ({ type }) => type === 'AppointmentAgreed',
    );
    expect(agreed?.metadata.actor).toEqual({
      id: agent.userId,
      role: 'qa',
      via: 'http',
      onBehalfOf: qa.userId,
    });
    expect((await as(agent)('POST', `${url}/contain`, { action: 'Stock held' }, standing)).status).not.toBe(
      403,
    );

    await as(qa)('DELETE', `/v1/users/${qa.userId}/absences/${entered.body.absenceId}`);
    expect((await as(agent)('POST', `${url}/add-note`, { text: 'Late' }, standing)).status).toBe(403);
  });

  it('does not get the director’s approval by it: that is delegated in writing', async () => {
    const director = await server.person('marketingDirector');
    await as(director)('POST', `/v1/users/${director.userId}/absences`, {
      ...away,
      substituteId: agent.userId,
    });
    const caseId = await openAssigned(agent);
    const standing = { 'on-behalf-of': director.userId };
    const refused = await as(agent)('POST', `/v1/complaints/${caseId}/add-note`, { text: 'x' }, standing);
    expect(refused.status).toBe(403);
  });

  it('of a substitute who is away too is that one’s own', async () => {
    const [first, second] = [await server.person('technician'), await server.person('technician')];
    await as(first)('POST', `/v1/users/${first.userId}/absences`, { ...away, substituteId: second.userId });
    await as(second)('POST', `/v1/users/${second.userId}/absences`, { ...away, substituteId: agent.userId });
    const caseId = await openAssigned(first);
    const standing = { 'on-behalf-of': first.userId };
    const note = { text: 'Called them' };
    expect((await as(second)('POST', `/v1/complaints/${caseId}/add-note`, note, standing)).status).toBe(403);
    expect((await as(agent)('POST', `/v1/complaints/${caseId}/add-note`, note, standing)).status).toBe(200);
  });

  it('is named by an id', async () => {
    const caseId = await openAssigned(agent);
    const url = `/v1/complaints/${caseId}/add-note`;
    expect((await as(agent)('POST', url, { text: 'x' }, { 'on-behalf-of': 'Wang' })).status).toBe(400);
  });
});

describe('a roster', () => {
  it('is kept by the lead of the team, and says who is on duty', async () => {
    const url = `/v1/teams/${DEFAULT_TEAM_ID}`;
    const rotation = {
      people: [agent.userId, lead.userId],
      firstDay: '2026-09-23',
      days: 'workingDays',
      changes: 'daily',
    };
    expect((await as(agent)('POST', `${url}/rotations`, rotation)).status).toBe(403);
    const planned = await as(lead)('POST', `${url}/rotations`, rotation);
    expect(planned.status).toBe(201);
    const dutyOn = async (at: string) =>
      (await as(agent)('GET', `${url}/roster?at=${encodeURIComponent(at)}`)).body.onDuty;
    expect(await dutyOn('2026-09-23T10:00:00+08:00')).toEqual([agent.userId]);
    expect(await dutyOn('2026-09-24T10:00:00+08:00')).toEqual([lead.userId]);
    expect(await dutyOn('2026-09-26T10:00:00+08:00')).toEqual([]);

    const duty = {
      userId: lead.userId,
      fromAt: '2026-09-23T08:00:00+08:00',
      untilAt: '2026-09-23T12:00:00+08:00',
    };
    const given = await as(lead)('POST', `${url}/duties`, duty);
    expect(given.status).toBe(201);
    expect(await dutyOn('2026-09-23T10:00:00+08:00')).toEqual([lead.userId]);
    expect((await as(lead)('DELETE', `${url}/duties/${given.body.dutyId}`)).status).toBe(200);
    expect((await as(lead)('DELETE', `${url}/rotations/${planned.body.rotationId}`)).status).toBe(200);
    expect(await dutyOn('2026-09-23T10:00:00+08:00')).toEqual([]);
  });

  it('has users of the house only', async () => {
    const duty = { userId: DEFAULT_TEAM_ID, fromAt: away.fromAt, untilAt: away.untilAt };
    const refused = await admin('POST', `/v1/teams/${DEFAULT_TEAM_ID}/duties`, duty);
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toMatchObject([{ path: '/userId' }]);
  });

  it('lets whoever is on duty act in a case that nobody has, and tells them when it is broken', async () => {
    const newcomer = await server.person('technicalCentre');
    await admin('PATCH', `/v1/users/${newcomer.userId}`, { teamId: null });
    const { body } = await as(agent)('POST', '/v1/complaints', COMPLAINT);
    const url = `/v1/complaints/${body.id}/agree-appointment`;
    expect((await as(newcomer)('POST', url, waived)).body.reason).toBe('notAssignee');
    const duty = { userId: newcomer.userId, fromAt: away.fromAt, untilAt: away.untilAt };
    expect((await admin('POST', `/v1/teams/${DEFAULT_TEAM_ID}/duties`, duty)).status).toBe(201);
    expect((await as(newcomer)('POST', url, waived)).status).toBe(200);

    const events = await server.house.store.readStream(`complaint-${body.id}`);
    const agreed = events.find(({ type }) => type === 'AppointmentAgreed');
    expect(agreed?.metadata.context).toMatchObject({ organisation: { onDuty: [newcomer.userId] } });
  });
});
