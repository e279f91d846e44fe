import { v4 as uuidv4 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../domain/case/actor.ts';
import { type Ask, asker, COMPLAINT, type HttpHouse, httpHouse } from './http-house.ts';

const clock = {
  at: Date.parse('2026-09-23T09:00:00+08:00'),
  now() {
    return this.at;
  },
};
let server: HttpHouse;
let admin: Ask;
let agent: Ask;
let lead: Ask;
let customer: Ask;
beforeAll(async () => {
  server = await httpHouse({}, house => house, { clock });
  const as = async (role: Role): Promise<Ask> => asker(server.app, (await server.person(role)).token);
  admin = await as('admin');
  agent = await as('agent');
  lead = await as('lead');
  customer = await as('customer');
});
afterAll(() => server.close());

const registered = async (collection: string, body: object, by = admin): Promise<string> => {
  const answer = await by('POST', `/v1/${collection}`, body);
  if (answer.status !== 201) throw new Error(answer.text);
  return String(answer.body.id);
};
const codesOf = (answer: { readonly body: Readonly<Record<string, unknown>> }, collection: string) =>
  (answer.body[collection] as { code: string }[]).map(({ code }) => code);

describe.each(['customers', 'products', 'suppliers', 'departments'])('%s', collection => {
  const code = `X-${collection}`;
  it('are taken up once by a code, in whatever case or width it is written', async () => {
    const id = await registered(collection, { code, name: '南洋', otherNames: ['Nanyang'] });
    expect((await agent('GET', `/v1/${collection}/${id}`)).body).toMatchObject({
      id,
      code,
      name: '南洋',
      otherNames: ['Nanyang'],
      retired: false,
    });
    const again = await admin('POST', `/v1/${collection}`, { code: code.toLowerCase(), name: 'Other' });
    expect([again.status, again.body.reason]).toEqual([409, 'alreadyRegistered']);
    const wide = await admin('POST', `/v1/${collection}`, { code: code.replace('X', 'Ｘ'), name: 'Other' });
    expect(wide.status).toBe(409);
  });

  it('are found by words of any of their names, and by their code', async () => {
    const url = `/v1/${collection}`;
    for (const search of ['南洋', '洋', 'nanyang', 'NANY 南', 'x-']) {
      const found = await agent('GET', `${url}?search=${encodeURIComponent(search)}`);
      expect([search, codesOf(found, collection)]).toEqual([search, [code]]);
    }
    expect(
      codesOf(await agent('GET', `${url}?search=${encodeURIComponent('南洋 texas')}`), collection),
    ).toEqual([]);
    expect(codesOf(await agent('GET', `${url}?code=${code.toLowerCase()}`), collection)).toEqual([code]);
  });

  it('change their names, never their code, and are retired and taken up again', async () => {
    const [row] = (await agent('GET', `/v1/${collection}?code=${code}`)).body[collection] as { id: string }[];
    const url = `/v1/${collection}/${row?.id}`;
    expect((await admin('PATCH', url, { code: 'Y' })).status).toBe(400);
    expect((await admin('PATCH', url, {})).body.reason).toBe('nothingToChange');
    expect((await admin('PATCH', url, { name: '南洋集团' })).status).toBe(200);
    expect((await admin('POST', `${url}/retire`, {})).status).toBe(200);
    expect((await admin('PATCH', url, { name: 'Other' })).body.reason).toBe('retired');
    expect((await agent('GET', url)).body).toMatchObject({ name: '南洋集团', retired: true });
    expect(codesOf(await agent('GET', `/v1/${collection}?search=南洋&retired=false`), collection)).toEqual(
      [],
    );
    expect(codesOf(await agent('GET', `/v1/${collection}?search=南洋&retired=true`), collection)).toEqual([
      code,
    ]);
    expect((await admin('POST', `${url}/reinstate`, {})).status).toBe(200);
  });

  it('are listed page by page, each once, while more are taken up', async () => {
    for (let n = 0; n < 7; n++) await registered(collection, { code: `P-${n}`, name: `Seite ${n}` });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await agent('GET', `/v1/${collection}?search=seite&limit=3${cursor}`);
      seen.push(...codesOf({ body }, collection));
      cursor = body.next === undefined ? '' : `&cursor=${body.next}`;
    } while (cursor !== '');
    expect(seen).toEqual(['P-0', 'P-1', 'P-2', 'P-3', 'P-4', 'P-5', 'P-6']);
    expect((await agent('GET', `/v1/${collection}?cursor=rubbish`)).status).toBe(400);
  });

  it('are not there under another id, and not for customers', async () => {
    expect((await agent('GET', `/v1/${collection}/${uuidv4()}`)).status).toBe(404);
    expect((await admin('PATCH', `/v1/${collection}/${uuidv4()}`, { name: 'x' })).status).toBe(404);
    expect((await customer('GET', `/v1/${collection}`)).status).toBe(403);
    expect((await customer('POST', `/v1/${collection}`, { code: 'Z', name: 'z' })).status).toBe(403);
  });
});

describe('a department', () => {
  it('is headed by a user of the house', async () => {
    const headless = { code: 'planning', name: '计划部', headUserId: uuidv4() };
    expect((await admin('POST', '/v1/departments', headless)).body.errors).toMatchObject([
      { path: '/headUserId' },
    ]);
    const { userId } = await server.person('contributor');
    await registered('departments', { ...headless, headUserId: userId });
    expect(server.house.directory.departmentHead('planning')).toBe(userId);
    expect(server.house.directory.departmentHead('PLANNING')).toBe(userId);
  });
});

describe('the grade of a customer', () => {
  it('is dated, with its reason, and holds from its instant on', async () => {
    const id = await registered('customers', { code: 'G-1', name: 'Graded', grade: 'C' });
    const url = `/v1/customers/${id}`;
    const better = { grade: 'A', reason: 'Orders doubled', validFromAt: '2026-10-01T00:00:00+08:00' };
    expect((await agent('POST', `${url}/grade`, better)).status).toBe(403);
    expect((await lead('POST', `${url}/grade`, better)).status).toBe(200);
    const shown = (await agent('GET', url)).body;
    expect(shown).toMatchObject({
      grade: 'C',
      grades: [{ grade: 'C' }, { grade: 'A', validFromAt: '2026-10-01T00:00:00.000+08:00' }],
    });
    expect(server.house.directory.customerGrade(id, Date.parse('2026-10-01T00:00:00+08:00'))).toBe('A');
    const text = JSON.stringify(await server.house.store.readStream(`customer-${id}`));
    expect(text).not.toContain('doubled');
    expect(
      (await lead('POST', `${url}/grade`, { ...better, validFromAt: '2036-10-01T00:00:00+08:00' })).body
        .reason,
    ).toBe('gradeTooFar');
    expect((await lead('POST', `${url}/grade`, better)).body.reason).toBe('alreadyGraded');
  });

  it('goes into a complaint of the customer, recorded with the decision', async () => {
    const id = await registered('customers', { code: 'G-2', name: 'Graded too', grade: 'B' });
    const complaint = { ...COMPLAINT, complainant: { customerId: id, name: 'Graded too' } };
    const { body } = await agent('POST', '/v1/complaints', complaint);
    const [first] = await server.house.store.readStream(`complaint-${body.id}`);
    expect(first?.data).toMatchObject({ customerGrade: 'B' });
    expect(first?.metadata.context).toMatchObject({ customerGrade: 'B' });
  });
});

describe('contacts', () => {
  it('are listed with their customer, by position, names opened for staff alone', async () => {
    const customerId = await registered('customers', { code: 'K-1', name: 'Contacts' });
    const contact = { kind: 'contact', customerId };
    const chen = await registered('parties', { ...contact, name: '陈晓明', position: 'quality' }, agent);
    await registered('parties', { ...contact, name: 'Li Na', position: 'owner' }, agent);
    const url = `/v1/customers/${customerId}/contacts`;
    expect((await agent('GET', url)).body.contacts).toHaveLength(2);
    expect((await agent('GET', `${url}?position=quality`)).body.contacts).toEqual([
      { id: chen, name: '陈晓明', position: 'quality', retired: false },
    ]);
    expect((await admin('GET', url)).status).toBe(403);
    expect((await agent('POST', `/v1/parties/${chen}/retire`, {})).status).toBe(200);
    expect((await agent('GET', `${url}?position=quality`)).body.contacts).toMatchObject([{ retired: true }]);
  });
});

describe('defect categories', () => {
  it('are published as a whole: what was there is retired, never left out', async () => {
    const { version, categories } = (await agent('GET', '/v1/defect-categories')).body as {
      version: number;
      categories: { code: string }[];
    };
    expect(version).toBe(1);
    const [first, ...others] = categories;
    const added = { code: 'newOne', labels: { zh: '新', en: 'New' }, kinds: ['product'] };
    const missing = await admin('POST', '/v1/defect-categories', {
      basedOn: 1,
      categories: [...others, added],
    });
    expect([missing.body.reason, missing.body.details]).toEqual([
      'codesMissing',
      expect.objectContaining({ codes: [first?.code] }),
    ]);
    const next = { basedOn: 1, categories: [{ ...first, retired: true }, ...others, added] };
    expect((await agent('POST', '/v1/defect-categories', next)).status).toBe(403);
    expect((await admin('POST', '/v1/defect-categories', next)).status).toBe(201);
    expect((await admin('POST', '/v1/defect-categories', next)).body.reason).toBe('publishedSince');
    const shown = (await agent('GET', '/v1/defect-categories')).body;
    expect(shown).toMatchObject({ version: 2 });
    expect(shown.categories).toContainEqual({ ...first, retired: true });
  });
});
