import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RehearsalClock } from '../../src/rehearsal/rehearsal-clock.ts';
import { rehearsalRoutes } from '../../src/rehearsal/rehearsal-routes.ts';
import { at } from '../given-when-then.ts';
import { type Ask, asker, type HttpHouse, httpHouse, type Person } from './http-house.ts';

const clock = new RehearsalClock(at('2026-03-02 09:00'));
let server: HttpHouse;
let team: Ask;
let director: Ask;
let host: Person;
let contactId: string;
beforeAll(async () => {
  server = await httpHouse({ REDRESS_WAIT_TIMEOUT: '5000' }, undefined, {
    clock,
    moreRoutes: house => rehearsalRoutes(house, clock, 'Asia/Shanghai'),
  });
  host = await server.person('agent', 'marketing', 'technicalService', 'lead');
  team = asker(server.app, host.token);
  director = asker(server.app, (await server.person('marketingDirector')).token);
  const contact = await team('POST', '/v1/parties', { kind: 'contact', name: 'Ingrid Lund' });
  contactId = String(contact.body.id);
});
afterAll(() => server.close());

async function done(ask: Ask, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await ask('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
  return answer.body;
}
const until = (time: string) =>
  done(team, '/v1/rehearsal/time', { to: `${time.replace(' ', 'T')}:00+08:00` });

async function approvedVisit(plannedFrom: string, plannedTo: string): Promise<string> {
  const { id } = await done(team, '/v1/factory-visits', {
    purpose: 'tour',
    customer: { name: 'Nordic Outdoor' },
    contactId,
    channel: 'email',
    visitors: { contactIds: [contactId], headcount: 2 },
  });
  const visit = `/v1/factory-visits/${id}`;
  await done(team, `${visit}/assess`, { grade: 'B', services: ['plantTour'], plannedFrom, plannedTo });
  await done(director, `${visit}/approve`, {});
  return visit;
}

describe('a host who is expected at another visit', () => {
  it('is warned of, and hosts when a reason is given', async () => {
    const first = await approvedVisit('2026-03-12', '2026-03-13');
    const assigned = await done(team, `${first}/assign-hosts`, { counterparts: [host.userId] });
    const second = await approvedVisit('2026-03-13', '2026-03-13');
    const third = await approvedVisit('2026-03-16', '2026-03-16');
    await server.house.views.waitFor(await server.house.store.head(), 5_000);
    expect(assigned.events).toContain('FactoryVisitHostsAssigned');

    const refused = await team('POST', `${second}/assign-hosts`, { counterparts: [host.userId] });
    expect(refused.body).toMatchObject({
      reason: 'hostsOverlap',
      details: { overlaps: [{ hostId: host.userId, from: '2026-03-12', to: '2026-03-13' }] },
    });
    const overlapReason = 'The two can be taken round together.';
    await done(team, `${second}/assign-hosts`, { counterparts: [host.userId], overlapReason });
    await done(team, `${third}/assign-hosts`, { counterparts: [host.userId] });
    const trail = await team('GET', `${second}/trail`);
    expect(trail.text).toContain(first.slice(-36));
  });
});

describe('the follow-up of visits', () => {
  it('waits as one call for those of one contact that fall due together, until each has its result', async () => {
    const held = async (day: string) => {
      const visit = await approvedVisit(day, day);
      await done(team, `${visit}/assign-hosts`, { counterparts: [host.userId], overlapReason: 'r' });
      return visit;
    };
    const visits = [await held('2026-03-18'), await held('2026-03-20')];
    await until('2026-03-20 17:00');
    for (const [index, day] of ['2026-03-18', '2026-03-20'].entries()) {
      await done(team, `${visits[index]}/complete`, { heldFrom: day, heldTo: day });
    }
    expect((await team('GET', '/v1/follow-up-calls')).body).toEqual({ calls: [] });
    await until('2026-04-21 10:00');
    const { body } = await team('GET', '/v1/follow-up-calls');
    expect(body).toMatchObject({
      calls: [
        {
          contactId,
          // The tenth working day from Monday the 20th on: the first five days of May are days off.
          dueAt: expect.stringMatching(/^2026-05-06T17:30/),
          // Due at the same instant, they come in the order of their ids, which are chance.
          tasks: visits
            .map(visit => visit.slice(-36))
            .sort()
            .map(caseId => ({ caseId, number: expect.stringMatching(/^VST-2026-/), wave: 'wave1' })),
        },
      ],
    });
    const told = await done(team, `${visits[0]}/record-follow-up`, { wave: 1, evaluation: 'Good.' });
    const left = await team('GET', `/v1/follow-up-calls?contactId=${contactId}&after=${told.position}`);
    expect(left.body).toMatchObject({ calls: [{ tasks: [{ caseId: visits[1]?.slice(-36) }] }] });
    expect((await team('GET', '/v1/follow-up-calls?dueBy=2026-04-01T00:00:00Z')).body).toEqual({ calls: [] });
  });
});

describe('the time of a rehearsal', () => {
  it('goes forwards only, and not for years', async () => {
    const before = await team('POST', '/v1/rehearsal/time', { to: '2026-03-01T09:00:00+08:00' });
    expect([before.status, before.text]).toEqual([400, expect.stringContaining('must not be before')]);
    const far = await team('POST', '/v1/rehearsal/time', { to: '2036-03-01T09:00:00+08:00' });
    expect([far.status, far.text]).toEqual([400, expect.stringContaining('at most 400 days')]);
  });

  it('fires what falls due on the way at its own instant', async () => {
    const { id } = await done(team, '/v1/complaints', {
      kind: 'product',
      complainant: { name: 'Nanyang Garments' },
      channel: 'phone',
      siteRegion: 'province',
      description: 'The slider comes off.',
    });
    await until('2026-05-06 10:00');
    const complaint = await team('GET', `/v1/complaints/${id}`);
    expect(complaint.body).toMatchObject({
      clocks: expect.arrayContaining([
        expect.objectContaining({
          clock: 'firstReply',
          status: 'breached',
          breachedAt: expect.stringMatching(/^2026-04-22T10:00/),
        }),
      ]),
    });
    const trail = await team('GET', `/v1/complaints/${id}/trail`);
    const { entries } = trail.body as {
      readonly entries: readonly { type: string; occurredAt: string; recordedAt: string }[];
    };
    for (const { type, occurredAt, recordedAt } of entries) {
      if (type === 'SlaClockBreached') expect(recordedAt).toBe(occurredAt);
    }
  });
});
