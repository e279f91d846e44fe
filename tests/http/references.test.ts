import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aggregates } from '../../domain/aggregates.ts';
import { registered } from '../../domain/case/lifecycle.ts';
import { complaint } from '../../domain/complaint/complaint.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import { recheck } from '../../src/audit/recheck.ts';
import { newCase } from '../../src/engine/folded-case.ts';
import { retakeDecision } from '../../src/engine/retake-decision.ts';
import { type Answer, type Ask, asker, COMPLAINT, type HttpHouse, httpHouse, receive } from './http-house.ts';

let server: HttpHouse;
let lead: Ask;
let admin: Ask;
let caseId: string;
beforeAll(async () => {
  server = await httpHouse();
  lead = asker(server.app, (await server.person('lead', 'agent', 'qa')).token);
  admin = asker(server.app, (await server.person('admin', 'agent')).token);
  caseId = await receive(lead);
});
afterAll(() => server.close());

const nobody = uuidv4();
const give = (ask: Ask, command: string, data: object, id = caseId): Promise<Answer> =>
  ask('POST', `/v1/complaints/${id}/${command}`, data);
const refused = (reason: string, details: object) => ({
  status: 409,
  body: { type: 'urn:redress:problem:rejected', reason, details },
});
async function contact(more: object = {}): Promise<string> {
  const { body, text } = await admin('POST', '/v1/parties', { kind: 'contact', name: 'Lin', ...more });
  expect(body.id, text).toBeDefined();
  return String(body.id);
}

describe('what a command names and there is not', () => {
  it.each([
    ['assign', { assigneeId: nobody }, 'noSuchUser', { userId: nobody, field: '/assigneeId' }],
    ['hand-over', { toUserId: nobody, openPoints: 'All' }, 'noSuchUser', { field: '/toUserId' }],
    ['hand-over', { toTeamId: nobody, openPoints: 'All' }, 'noSuchTeam', { teamId: nobody }],
    ['request-input', { department: 'x', askedUserId: nobody, question: '?' }, 'noSuchUser', {}],
    ['decide-on-site', { people: [nobody], purpose: 'Look' }, 'noSuchUser', { field: '/people/0' }],
    [
      'record-message',
      { direction: 'inbound', channel: 'email', contactId: nobody },
      'noSuchContact',
      { contactId: nobody, field: '/contactId' },
    ],
    [
      'record-message',
      { direction: 'outbound', channel: 'email', author: { kind: 'user', userId: nobody } },
      'noSuchUser',
      { field: '/author/userId' },
    ],
    [
      'link',
      { to: { kind: 'case', caseId: nobody }, relation: 'related' },
      'noSuchCase',
      { caseId: nobody, field: '/to/caseId' },
    ],
    [
      'correct-details',
      { field: 'complainant', to: { customerId: nobody, name: 'Nanyang' }, reason: 'Slip' },
      'noSuchCustomer',
      { customerId: nobody, field: '/to/customerId' },
    ],
    [
      'correct-details',
      { field: 'contactId', to: nobody, reason: 'Slip' },
      'noSuchContact',
      { field: '/to' },
    ],
  ])('is refused by its name: %s %j', async (command, data, reason, details) => {
    // Near enough to go without a judgement, and nothing has changed since.
    const id = await receive(lead, { siteRegion: 'local' });
    expect(await give(lead, command, data, id)).toMatchObject(refused(reason, details));
  });

  it.each([
    [{ teamId: nobody }, 'noSuchTeam', {}],
    [{ contactId: nobody }, 'noSuchContact', {}],
    [
      { complainant: { customerId: nobody, name: 'X' } },
      'noSuchCustomer',
      { field: '/complainant/customerId' },
    ],
    [
      { items: [{}, { product: { productId: nobody, code: 'X' } }] },
      'noSuchProduct',
      { field: '/items/1/product/productId' },
    ],
    [{ continues: nobody }, 'noSuchCase', {}],
  ])('opens no case: %j', async (data, reason, details) => {
    const answer = await lead('POST', '/v1/complaints', { ...COMPLAINT, ...data });
    expect(answer).toMatchObject(refused(reason, details));
  });

  it('says so before the case is changed, and is decided the same again from the log', async () => {
    const id = await receive(lead);
    await give(lead, 'assign', { assigneeId: nobody }, id);
    const { store, policies } = server.house;
    const lifecycle = registered(complaint);
    const opened = await store.readStream(`complaint-${id}`);
    const [journalled] = await store.readStream(`rejection-${id}`);
    if (journalled === undefined) throw new Error('it was not journalled');
    const before = opened.reduce(
      (state, { type, data, revision, metadata: { occurredAt, decidedAt, commandId, actor } }) =>
        lifecycle.evolve(state, {
          type,
          data,
          revision,
          occurredAt,
          decidedAt,
          commandId,
          actorId: actor.id,
        }),
      newCase(lifecycle).state,
    );
    expect(retakeDecision(lifecycle, journalled, before, policies)).toMatchObject({
      outcome: 'rejected',
      reason: 'noSuchUser',
      details: { userId: nobody },
    });
  });
});

describe('a code that a command names', () => {
  const classified = (responsibleParty: object, more: object = {}) => ({
    items: [{ responsibleParty, severity: 'minor', ...more }],
  });
  const done = async (asked: Promise<Answer>) => {
    const { status, text } = await asked;
    expect(status, text).toBeLessThan(300);
  };
  let own: HttpHouse;
  let qa: Ask;
  let keeper: Ask;
  let id: string;
  beforeAll(async () => {
    own = await httpHouse();
    qa = asker(own.app, (await own.person('lead', 'agent', 'qa', 'technicalCentre')).token);
    keeper = asker(own.app, (await own.person('admin', 'qaHead')).token);
    id = await receive(qa);
  });
  afterAll(() => own.close());
  const to = (command: string, data: object) => qa('POST', `/v1/complaints/${id}/${command}`, data);

  it('names what is kept elsewhere until the house keeps such records', async () => {
    await done(to('classify', classified({ kind: 'department', code: 'weaving' })));
    const reclassified = classified({ kind: 'supplier', code: 'S-9' }, { defectCategory: 'plating' });
    await done(to('reclassify', { ...reclassified, reason: 'Looked again' }));
  });

  it('is refused by its name from then on', async () => {
    for (const [kind, code] of [
      ['departments', 'assembly'],
      ['suppliers', 'S-1'],
    ] as const)
      await done(keeper('POST', `/v1/${kind}`, { code, name: code }));
    const claim = { amount: { amountMinor: 100, currency: 'CNY' }, grounds: 'Their tape' };
    for (const [command, data, reason, details] of [
      [
        'reclassify',
        { ...classified({ kind: 'department', code: 'weaving' }), reason: 'Again' },
        'noSuchDepartment',
        { department: 'weaving', field: '/items/0/responsibleParty/code' },
      ],
      [
        'reclassify',
        { ...classified({ kind: 'department', code: 'Assembly' }), reason: 'Again' },
        'noSuchDepartment',
        { department: 'Assembly' },
      ],
      [
        'reclassify',
        { ...classified({ kind: 'supplier', code: 'S-9' }), reason: 'Again' },
        'noSuchSupplier',
        { supplier: 'S-9' },
      ],
      [
        'claim-on-supplier',
        { ...claim, supplier: { code: 'S-9' } },
        'noSuchSupplier',
        { field: '/supplier/code' },
      ],
      ['request-input', { department: 'weaving', question: '?' }, 'noSuchDepartment', {}],
    ] as const)
      expect([command, await to(command, data)]).toMatchObject([command, refused(reason, details)]);
    const known = classified({ kind: 'department', code: 'assembly' });
    await done(to('reclassify', { ...known, reason: 'Again' }));
    // Nobody wrote a record of it; but people are in it.
    const marketing = classified({ kind: 'department', code: 'marketing' });
    await done(to('reclassify', { ...marketing, reason: 'Again' }));
    await done(to('claim-on-supplier', { ...claim, supplier: { code: 'S-1' } }));
  });

  it('is a defect category of the list, and none that was retired', async () => {
    const party = { kind: 'notEstablished' };
    const list = (await qa('GET', '/v1/defect-categories')).body;
    const categories = (list.categories as { code: string; retired: boolean }[]).map(each => ({
      ...each,
      retired: each.code === 'plating',
    }));
    await done(keeper('POST', '/v1/defect-categories', { basedOn: list.version, categories }));
    const again = (defectCategory: string) =>
      to('reclassify', { ...classified(party, { defectCategory }), reason: 'Again' });
    const field = '/items/0/defectCategory';
    expect(await again('slidder')).toMatchObject(
      refused('noSuchDefectCategory', { defectCategory: 'slidder', field }),
    );
    expect(await again('plating')).toMatchObject(
      refused('defectCategoryIsRetired', { defectCategory: 'plating', field }),
    );
    await done(again('sliderDetaches'));
    const lesson = { title: 'T', lesson: 'L', defectCategory: 'slidder' };
    expect(await to('add-to-negative-cases', lesson)).toMatchObject(refused('noSuchDefectCategory', {}));
  });

  it('of a retired supplier or department still says who answers; a retired department is asked nothing', async () => {
    const idOf = async (kind: string) =>
      ((await keeper('GET', `/v1/${kind}`)).body[kind] as { id: string }[])[0]?.id;
    for (const kind of ['departments', 'suppliers'])
      await done(keeper('POST', `/v1/${kind}/${await idOf(kind)}/retire`, {}));
    for (const party of [
      { kind: 'department', code: 'assembly' },
      { kind: 'supplier', code: 'S-1' },
    ])
      await done(to('reclassify', { ...classified(party), reason: 'Again' }));
    expect(await to('request-input', { department: 'assembly', question: '?' })).toMatchObject(
      refused('departmentIsRetired', { department: 'assembly', field: '/department' }),
    );
  });

  it('of a department that has nobody takes no question, unless somebody is asked by name', async () => {
    const question = { department: 'dyeing', question: 'Which bath?' };
    await done(keeper('POST', '/v1/departments', { code: 'dyeing', name: '染色' }));
    expect(await to('request-input', question)).toMatchObject(
      refused('nobodyToAsk', { department: 'dyeing', field: '/department' }),
    );
    const dyer = await own.person('contributor');
    await done(to('request-input', { ...question, askedUserId: dyer.userId }));
    await done(keeper('PATCH', `/v1/users/${dyer.userId}`, { department: 'dyeing' }));
    await done(to('request-input', question));
  });

  it('is decided the same again from the log, refusals too', async () => {
    const summary: { verdicts: Record<string, number>; commands: number } = await recheck(
      {
        log: own.house.store,
        lifecycles,
        aggregates,
        onFinding: async finding => expect(finding).toBeUndefined(),
        onProgress: () => {},
      },
      {},
    );
    expect(summary.verdicts).toMatchObject({ diverged: 0, notReplayable: 0 });
    expect(summary.commands).toBeGreaterThan(20);
  });
});

describe('what a command names and there is no more', () => {
  it('is no colleague who left, and no customer', async () => {
    const left = await server.person('agent');
    await admin('POST', `/v1/users/${left.userId}/deactivate`, {});
    expect(await give(lead, 'assign', { assigneeId: left.userId })).toMatchObject(refused('userHasLeft', {}));
    const { userId } = await server.person('customer');
    expect(await give(lead, 'assign', { assigneeId: userId })).toMatchObject(refused('notAColleague', {}));
  });

  it('is no retired team', async () => {
    const made = await admin('POST', '/v1/teams', { name: 'Old', department: 'service' });
    const teamId = String(made.body.id);
    await admin('POST', `/v1/teams/${teamId}/retire`, {});
    const { userId } = await server.person('agent');
    expect(await give(lead, 'assign', { assigneeId: userId, teamId })).toMatchObject(
      refused('teamIsRetired', { teamId }),
    );
  });
});

describe('what there is', () => {
  it('is taken', async () => {
    const { userId } = await server.person('agent');
    expect((await give(lead, 'assign', { assigneeId: userId })).status).toBe(200);
    const other = await receive(lead);
    const link = { to: { kind: 'case', caseId: other }, relation: 'related' };
    expect((await give(lead, 'link', link)).status).toBe(200);
    const told = { direction: 'inbound', channel: 'email', contactId: await contact() };
    expect((await give(lead, 'record-message', told)).status).toBe(200);
    expect(
      (await give(lead, 'correct-details', { field: 'contactId', to: await contact(), reason: 'x' })).status,
    ).toBe(200);
  });
});

describe("a customer's account", () => {
  let customer: Ask;
  beforeAll(async () => {
    customer = asker(server.app, (await server.person('customer')).token);
  });

  it('goes on from its own case, and is told of no other', async () => {
    const own = await receive(customer);
    const open = (continues: string) => customer('POST', '/v1/complaints', { ...COMPLAINT, continues });
    expect((await open(own)).status).toBe(201);
    expect(await open(caseId)).toMatchObject(refused('noSuchCase', { caseId }));
    expect(await open(nobody)).toMatchObject(refused('noSuchCase', { caseId: nobody }));
  });

  it('divides no case', async () => {
    const own = await receive(customer);
    expect(await customer('POST', '/v1/complaints', { ...COMPLAINT, splitFrom: own })).toMatchObject(
      refused('partsAreSplitOff', {}),
    );
  });

  it('names people that it told us of, and is told of no others', async () => {
    const others = await contact();
    const named = (contactId: string) => customer('POST', '/v1/complaints', { ...COMPLAINT, contactId });
    expect(await named(others)).toMatchObject(refused('noSuchContact', {}));
    const withNew = await customer('POST', '/v1/complaints', { ...COMPLAINT, contact: { name: 'Lin' } });
    expect(withNew.status, withNew.text).toBe(201);
  });
});
