import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registered } from '../../domain/case/lifecycle.ts';
import { factoryVisit } from '../../domain/factory-visit/factory-visit.ts';
import { foldOn, newCase } from '../../src/engine/folded-case.ts';
import { retakeDecision } from '../../src/engine/retake-decision.ts';
import { type Ask, asker, type HttpHouse, httpHouse, type Person } from './http-house.ts';

let server: HttpHouse;
let team: Ask;
let admin: Ask;
let director: Person;
let delegate: Person;
beforeAll(async () => {
  server = await httpHouse();
  team = asker(server.app, (await server.person('agent', 'marketing')).token);
  admin = asker(server.app, (await server.person('admin')).token);
});
afterAll(() => server.close());

const by = (person: Person) => asker(server.app, person.token);
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const day = (days: number) => inDays(days).slice(0, 10);

async function pair(): Promise<void> {
  director = await server.person('marketingDirector');
  delegate = await server.person('marketing');
}

async function assessedVisit(assessor: Ask = team): Promise<string> {
  const applied = await team('POST', '/v1/factory-visits', {
    purpose: 'tour',
    customer: { name: 'Nordic Outdoor' },
    channel: 'email',
    visitors: { contactIds: [], headcount: 2 },
  });
  const visit = `/v1/factory-visits/${applied.body.id}`;
  const proposal = { grade: 'B', services: [], plannedFrom: day(9), plannedTo: day(9) };
  const assessed = await assessor('POST', `${visit}/assess`, proposal);
  if (assessed.status !== 200) throw new Error(assessed.text);
  return visit;
}

const give = (asking: Ask, more: object = {}) =>
  asking('POST', `/v1/users/${director.userId}/delegations`, {
    to: delegate.userId,
    validUntil: inDays(5),
    document: 'W-2026-17',
    ...more,
  });

describe('the marketing director’s power', () => {
  it('is another’s from the delegation on, and not after it was revoked', async () => {
    await pair();
    const visit = await assessedVisit();
    expect((await by(delegate)('POST', `${visit}/approve`, {})).body).toMatchObject({
      reason: 'notDelegated',
    });
    const given = await give(by(director));
    expect(given.status).toBe(201);
    expect((await by(delegate)('GET', '/v1/me')).body).toMatchObject({
      delegations: [{ from: director.userId, command: 'approve' }],
    });
    expect((await by(delegate)('POST', `${visit}/approve`, {})).status).toBe(200);
    const trail = await team('GET', `${visit}/trail`);
    expect(trail.text).toContain(`"delegatedBy":"${director.userId}"`);

    const { delegationId } = given.body;
    const list = await team('GET', `/v1/users/${director.userId}/delegations`);
    expect(list.body).toMatchObject({
      delegations: [{ delegationId, to: delegate.userId, document: 'W-2026-17' }],
    });
    const revoke = `/v1/users/${director.userId}/delegations/${delegationId}`;
    expect((await by(director)('DELETE', revoke)).status).toBe(200);
    expect((await by(director)('DELETE', revoke)).body).toMatchObject({ reason: 'unknownDelegation' });
    const next = await assessedVisit();
    expect((await by(delegate)('POST', `${next}/approve`, {})).body).toMatchObject({
      reason: 'notDelegated',
    });
  });

  it('is recorded with the decision, which comes out the same when it is taken again', async () => {
    await pair();
    await give(by(director));
    const visit = await assessedVisit();
    expect((await by(delegate)('POST', `${visit}/approve`, {})).status).toBe(200);
    const lifecycle = registered(factoryVisit);
    const events = await server.house.store.readStream(`factoryVisit-${visit.slice(-36)}`);
    const at = events.findIndex(event => event.type === 'FactoryVisitApproved');
    const approval = events[at];
    if (approval === undefined) throw new Error('not approved');
    const first = server.house.sealer.open(approval);
    expect(first.metadata.context).toMatchObject({ actor: { delegations: [{ from: director.userId }] } });
    const before = foldOn(lifecycle, newCase(lifecycle), events.slice(0, at), '').state;
    const again = retakeDecision(lifecycle, first, before, server.house.policies);
    expect(again).toMatchObject({
      outcome: 'accepted',
      events: [{ type: 'FactoryVisitApproved', data: { delegatedBy: director.userId } }, {}, {}, {}],
    });
  });

  it('never approves what the delegate proposed, and ends with the director’s role', async () => {
    await pair();
    delegate = await server.person('agent');
    await give(admin);
    const own = await assessedVisit(by(delegate));
    expect((await by(delegate)('POST', `${own}/approve`, {})).body).toMatchObject({
      reason: 'proposerMayNotApprove',
    });
    const visit = await assessedVisit();
    await admin('PATCH', `/v1/users/${director.userId}`, { roles: ['agent'] });
    expect((await by(delegate)('POST', `${visit}/approve`, {})).body).toMatchObject({
      reason: 'notDelegated',
    });
  });

  it('is given away by its holder or an admin, for a time to come, to somebody else who is there', async () => {
    await pair();
    expect((await give(by(await server.person('marketingDirector')))).status).toBe(403);
    expect((await give(team)).status).toBe(403);
    expect((await give(by(director), { to: director.userId })).text).toContain('must be another user');
    expect((await give(by(director), { to: '01930000-0000-7000-8000-000000000001' })).status).toBe(400);
    expect((await give(by(director), { validUntil: inDays(-1) })).body).toMatchObject({
      reason: 'endsBeforeItBegins',
    });
    const past = { validFrom: inDays(-3), validUntil: inDays(-1) };
    expect((await give(by(director), past)).body).toMatchObject({ reason: 'endsInThePast' });
    await admin('PATCH', `/v1/users/${director.userId}`, { roles: ['marketing'] });
    expect((await give(admin)).body).toMatchObject({ reason: 'notTheirPower' });
  });

  it('is given once by a command that comes twice', async () => {
    await pair();
    const ask = (until: string) =>
      by(director)(
        'POST',
        `/v1/users/${director.userId}/delegations`,
        { to: delegate.userId, validUntil: until },
        { 'idempotency-key': 'a-key' },
      );
    const until = inDays(3);
    const [first, second] = [await ask(until), await ask(until)];
    expect(second.body).toEqual({ ...first.body, position: undefined });
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect((await ask(inDays(4))).status).toBe(422);
  });
});
