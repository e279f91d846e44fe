import { readFileSync } from 'node:fs';
import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { type Answer, type Ask, asker, type HttpHouse, httpHouse, receive } from './http-house.ts';

let server: HttpHouse;
let director: Ask;
let lead: Ask;
let agent: Ask;
let directorId: string;
beforeAll(async () => {
  server = await httpHouse();
  const person = await server.person('marketingDirector');
  directorId = person.userId;
  director = asker(server.app, person.token);
  lead = asker(server.app, (await server.person('lead')).token);
  agent = asker(server.app, (await server.person('agent')).token);
});
afterAll(() => server.close());

const example = (name: string) =>
  readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8');
const ok = ({ status, body, text }: Answer): Answer['body'] => {
  if (status >= 300) throw new Error(text);
  return body;
};
const draft = async (ask: Ask, text: string, more: object = {}) =>
  ok(await ask('POST', '/v1/calendars', { text, ...more }));
const publish = (ask: Ask, id: string, number: unknown, headers = {}) =>
  ask('POST', `/v1/calendars/${id}/publish`, { draft: number, reason: 'second site' }, headers);

const site = (id: string) => example('calendar.yaml').replace('calendar: suzhou', `calendar: ${id}`);

describe('a calendar', () => {
  it('is drafted by a lead, published by a director with a reason, and every version is kept', async () => {
    const { draft: number, changes } = await draft(lead, site('suzhou'));
    expect(changes).toContainEqual({ what: '2026-06-30', after: 'other Stock-taking: 08:00-12:00' });
    expect((await publish(lead, 'suzhou', number)).status).toBe(403);
    expect(ok(await publish(director, 'suzhou', number))).toMatchObject({ version: 1 });
    const { calendars } = ok(await agent('GET', '/v1/calendars'));
    expect(calendars).toContainEqual({
      calendarId: 'suzhou',
      inForce: 1,
      versions: [
        {
          version: 1,
          knownFrom: expect.stringMatching(/\+08:00$/),
          knownThrough: '2026-12-31',
          timeZone: 'Asia/Shanghai',
          days: 15,
          writtenAt: expect.stringMatching(/\+08:00$/),
          by: directorId,
          reason: 'second site',
        },
      ],
    });
    expect(ok(await agent('GET', '/v1/calendars/suzhou/versions/1')).timeZone).toBe('Asia/Shanghai');
    expect((await agent('GET', '/v1/calendars/suzhou/versions/2')).status).toBe(404);
    expect((await agent('GET', '/v1/calendars/nowhere/versions/inForce')).status).toBe(404);
  });

  it('of two who draft or publish at once lets one win and tells the other', async () => {
    const first = await draft(lead, site('twice'));
    const second = await lead('POST', '/v1/calendars', { text: site('twice') });
    expect(second).toMatchObject({
      status: 409,
      body: { reason: 'draftStands', details: { draft: first.draft } },
    });
    const replaced = await draft(lead, site('twice').replace('Stock-taking', 'Inventory'), {
      replaces: first.draft,
    });
    // Who looked at the first draft does not publish the second.
    expect(await publish(director, 'twice', first.draft)).toMatchObject({
      status: 409,
      body: { reason: 'draftStands', details: { draft: replaced.draft } },
    });
    const both = await Promise.all([1, 2].map(() => publish(director, 'twice', replaced.draft)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.body.reason).toBe('noDraft');
  });

  it('is published once, however often the same request is sent', async () => {
    const key = { 'idempotency-key': uuidv4() };
    const { draft: number } = await draft(lead, site('once'));
    const first = await publish(director, 'once', number, key);
    const again = await publish(director, 'once', number, key);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toMatchObject({ version: 1 });
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await director(
      'POST',
      '/v1/calendars/once/publish',
      { draft: number, reason: 'another reason' },
      key,
    );
    expect(other.status).toBe(422);
  });

  it('is given up as a draft, with the refusal of a second time journalled', async () => {
    const { draft: number } = await draft(lead, site('given-up'));
    const give = () =>
      lead('POST', '/v1/calendars/given-up/abandon-draft', { draft: number, reason: 'a slip' });
    expect((await give()).status).toBe(200);
    expect((await give()).body.reason).toBe('noDraft');
    const [event] = (await server.house.store.readAll('', 100_000)).filter(
      ({ type, data }) => type === 'CommandRejected' && data.command === 'abandonCalendarDraft',
    );
    expect(event?.data).toMatchObject({ lifecycle: 'calendar', reason: 'noDraft' });
    expect(event?.metadata.command).toMatchObject({ data: { draft: number, reason: 'a slip' } });
  });

  it('comes from iCalendar too, onto what is in force, and is used at once', async () => {
    const source = { format: 'ics', text: example('holidays-2027.ics'), calendarId: 'cn' };
    const checked = ok(await lead('POST', '/v1/calendars/check', source));
    expect(checked.notes).toContain('taken for whole: 2027');
    const { draft: number } = ok(await lead('POST', '/v1/calendars', source));
    expect(ok(await publish(director, 'cn', number))).toMatchObject({ version: 2 });
    const { changes } = ok(await agent('GET', '/v1/calendars/cn/diff?from=1&to=inForce'));
    expect(changes).toContainEqual({ what: 'knownThrough', before: '2026-12-31', after: '2027-12-31' });
    const id = await receive(agent);
    const [started] = (await server.house.store.readStream(`complaint-${id}`)).filter(
      ({ type, data }) => type === 'SlaClockStarted' && data.clock === 'closing',
    );
    expect(started?.data).toMatchObject({ schedule: { calendar: { id: 'cn', version: 2 } } });
    expect(started?.metadata.calendarVersion).toBe(2);
  });

  it('that cannot be used is refused by line', async () => {
    const answer = await lead('POST', '/v1/calendars', {
      text: site('bad').replace('tue: [08:00-12:00', 'tue: [08:00-13:30'),
    });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        type: 'urn:redress:problem:unusable-file',
        errors: [{ line: 7, path: 'week.tue.1', message: expect.stringContaining('overlaps') }],
      },
    });
    const large = await lead('POST', '/v1/calendars/check', { text: `#${'x'.repeat(200_000)}` });
    expect(large.body.type).toBe('urn:redress:problem:unusable-file');
  });
});

describe('the policy', () => {
  const { policyId: _id, version: _version, holdsFrom: _from, ...content } = defaultPolicy();
  const file = (change: (lines: typeof content.lines) => typeof content.lines) =>
    stringify({ ...content, lines: change([...content.lines]) });
  const draftPolicy = async (text: string) => ok(await lead('POST', '/v1/policy/draft', { text }));
  const publishPolicy = (number: unknown, more: object = {}) =>
    director('POST', '/v1/policy/publish', { draft: number, reason: 'agreed', ...more });

  it('is not published while a promise of any lifecycle has no target', async () => {
    const before = ok(await agent('GET', '/v1/policy'));
    const text = file(lines => lines.filter(({ clock }) => clock !== 'wave3' && clock !== 'answer'));
    const drafted = await draftPolicy(text);
    expect(JSON.stringify(drafted.incomplete)).toContain('factory-visit has no target for wave3');
    const refused = await publishPolicy(drafted.draft);
    expect(refused).toMatchObject({ status: 409, body: { reason: 'policyIncomplete' } });
    expect(refused.text).toContain('after-sales-request has no target for answer');
    expect(ok(await agent('GET', '/v1/policy')).inForce).toBe(before.inForce);
    ok(await lead('POST', '/v1/policy/abandon-draft', { draft: drafted.draft, reason: 'incomplete' }));
  });

  it('is not published with a target for some cases alone', async () => {
    const text = file(lines =>
      lines.map(line =>
        line.clock === 'firstReply' ? { ...line, when: { customerGrade: 'A' as const } } : line,
      ),
    );
    const { incomplete } = ok(await lead('POST', '/v1/policy/check', { text }));
    expect(JSON.stringify(incomplete)).toContain('complaint has no target for firstReply: a line without');
  });

  it.each([
    [
      'a key that nobody knows',
      file(lines => lines).replace('warnAt:', 'warnWhen:'),
      'is no key that is known',
    ],
    [
      'a clock that there is not',
      file(lines => lines).replace('clock: wave6', 'clock: wave9'),
      'Invalid option',
    ],
  ])('is refused by line for %s', async (_what, text, message) => {
    const answer = await lead('POST', '/v1/policy/draft', { text });
    expect(answer.status).toBe(400);
    const [error] = Object(answer.body).errors;
    expect(error).toMatchObject({ line: expect.any(Number), message: expect.stringContaining(message) });
    expect(text.split('\n')[error.line - 1]).toMatch(/warnWhen|wave9/);
  });

  it.each([
    [
      'a lifecycle that there is not',
      'lifecycle: complaint',
      'lifecycle: complaints',
      'there is no lifecycle',
    ],
    ['a calendar that there is not', 'calendarId: cn', 'calendarId: moon', 'no calendar \\"moon\\"'],
    [
      'a promise that hangs on no date',
      'kind: elapsed\n      duration: PT24H',
      'kind: before',
      'before is for promises',
    ],
  ])('tells by line of %s', async (_what, from, to, message) => {
    const text = file(lines => lines).replace(from, to);
    const { incomplete } = ok(await lead('POST', '/v1/policy/check', { text }));
    expect(JSON.stringify(incomplete)).toContain(message);
    expect(JSON.stringify(incomplete)).toMatch(/"line":\d+/);
  });

  it('moves what runs only when it is laid on, tried first, each deadline with its reason', async () => {
    const id = await receive(agent);
    const text = file(lines =>
      lines.map(line =>
        line.clock === 'closing' && line.when.priority === undefined
          ? { ...line, target: { kind: 'workingDays' as const, count: 3, countFrom: 'receipt' as const } }
          : line,
      ),
    );
    const { draft: number } = await draftPolicy(text);
    expect(ok(await publishPolicy(number))).toMatchObject({ version: 2 });
    const at = new Date().toISOString();
    expect(ok(await agent('GET', `/v1/policy/at?instant=${at}`)).version).toBe(2);
    expect(ok(await agent('GET', '/v1/policy/at?instant=2026-03-03T00:00:00Z')).version).toBe(1);

    const preview = ok(await agent('GET', '/v1/deadline-runs/preview?what=policy&limit=1000'));
    const mine = Object(preview).moves.filter((move: { caseId: string }) => move.caseId === id);
    expect(mine).toEqual([
      expect.objectContaining({
        clock: 'closing',
        why: [
          expect.stringContaining(
            'the target is 3 working days from receipt by policy 2, not 10 working days',
          ),
        ],
      }),
    ]);
    expect((await agent('POST', '/v1/deadline-runs', { what: 'policy', reason: 'x' })).status).toBe(403);
    const started = await director('POST', '/v1/deadline-runs', {
      what: 'policy',
      reason: 'agreed with sales',
    });
    expect(started.status).toBe(202);
    await server.house.deadlineRuns.settled();
    const run = ok(await agent('GET', `/v1/deadline-runs/${started.body.runId}`));
    expect(run).toMatchObject({
      what: 'policy',
      reason: 'agreed with sales',
      by: directorId,
      moved: Object(preview).moves.length,
      ended: { outcome: 'done' },
    });
    const events = await server.house.store.readStream(`complaint-${id}`);
    const moved = events.find(({ type }) => type === 'SlaClockRescheduled');
    expect(moved).toMatchObject({
      data: { clock: 'closing', because: 'policyApplied', schedule: { policyVersion: 2 } },
      metadata: { actor: { role: 'system', via: 'workflow', onBehalfOf: directorId } },
    });
    expect(moved?.data.schedule).toMatchObject({
      dueAt: Date.parse(mine[0].toAt),
    });
    const after = ok(await agent('GET', '/v1/deadline-runs/preview?what=policy&limit=1000'));
    expect(after.moves).toEqual([]);
  });

  it('may hold from a later instant, and not from the past', async () => {
    const drafted = await draftPolicy(file(lines => lines));
    const past = await publishPolicy(drafted.draft, { holdsFrom: '2026-01-01T00:00:00+08:00' });
    expect(past.body.reason).toBe('holdsFromThePast');
    const holdsFrom = '2099-01-01T00:00:00+08:00';
    expect(ok(await publishPolicy(drafted.draft, { holdsFrom }))).toMatchObject({ version: 3 });
    expect(ok(await agent('GET', '/v1/policy')).inForce).toBe(2);
    expect(ok(await agent('GET', `/v1/policy/at?instant=${encodeURIComponent(holdsFrom)}`)).version).toBe(3);
  });
});
