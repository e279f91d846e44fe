import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, type RunningService, redress, startService } from '../cli/redress.ts';
import { placesOf } from './byte-search.ts';

/** What the log is told of one person, in words that stand nowhere else. */
const PERSON = {
  name: 'Ingeborg Lindqvist-Zhao 林英格',
  phone: '+86 574 8765 4321-77',
  email: 'ingeborg.lindqvist@zhao-garments.example',
};
/** A firm is no person: its name stands in clear (docs/privacy.md). */
const COMPANY = '浙江服饰有限公司';
const DESCRIPTION = 'Frau Lindqvist sagt: der Schieber löst sich. 林女士说拉头脱落。';
const NOTE = 'Called Ingeborg at home, her husband Torbjörn answered.';
const STRINGS = [...Object.values(PERSON), DESCRIPTION, NOTE, 'Lindqvist', '林英格', 'Torbjörn'];

const folder = dataFolder();
const copies = join(folder.path, '../copies');
let service: RunningService;
let token: string;
let caseId: string;
let partyId: string;
let officer: string;
let second: string;
let secondToken: string;
let auditor: string;
let erasureId: string;
beforeAll(async () => {
  service = await startService(folder.path);
  token = service.token;
  [officer] = await person('First Officer', 'privacyOfficer');
  [second, secondToken] = await person('Second Officer', 'privacyOfficer');
  [auditor] = await person('Audit Or', 'auditor');
  const { body } = await ask('POST', '/v1/complaints', {
    kind: 'product',
    complainant: { name: COMPANY },
    contact: PERSON,
    channel: 'phone',
    siteRegion: 'province',
    description: DESCRIPTION,
  });
  caseId = String(body.id);
  await ask('POST', `/v1/complaints/${caseId}/add-note`, { text: NOTE });
  // Words that were sealed from the start, tried and refused: the journal holds them too.
  await ask('POST', `/v1/complaints/${caseId}/reopen`, { reason: NOTE });
  const [entry] = (await trail()).entries;
  partyId = String(entry?.data.contactId);
}, 120_000);
afterAll(async () => {
  await service.stop();
  folder.remove();
});

async function person(name: string, role: string): Promise<[id: string, token: string]> {
  const { stdout } = await redress(folder.path, [
    'token',
    'create',
    '--name',
    name,
    '--role',
    role,
    '--json',
  ]);
  const made = JSON.parse(stdout) as { userId: string; token: string };
  return [made.userId, made.token];
}

async function ask(method: string, path: string, body?: unknown, by = token) {
  const response = await fetch(service.url + path, {
    method,
    headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

interface Trail {
  readonly entries: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
}
const trail = async () => (await ask('GET', `/v1/complaints/${caseId}/trail`)).body as unknown as Trail;
const privacy = (...args: readonly string[]) => redress(folder.path, ['privacy', ...args]);
const requestBoth = () =>
  privacy('request', '--as', officer, '--party', partyId, '--case', caseId, '--ground', 'consentWithdrawn');

const found = (strings: readonly string[]) => placesOf(folder.path, strings);

describe('forgetting somebody, in a real data folder of the real service', { timeout: 120_000 }, () => {
  it('finds what it looks for, where there is something to find', () => {
    expect(found(['ComplaintReceived'])).not.toEqual([]);
  });

  it('can tell which cases name the person', async () => {
    const { stdout } = await privacy('cases', partyId);
    expect(JSON.parse(stdout)).toEqual([`complaint-${caseId}`]);
  });

  it('withholds what is known from the moment that it is asked for', async () => {
    expect(JSON.stringify(await trail())).toContain('Torbjörn');
    const { code, stdout } = await requestBoth();
    expect(code).toBe(0);
    erasureId = /erasureId +(\S+)/.exec(stdout)?.[1] ?? '';
    expect(stdout).toMatch(/stage +requested/);
    const text = JSON.stringify(await trail());
    expect(STRINGS.filter(each => text.includes(each))).toEqual([]);
    expect(text).toContain('[sealed]');
  });

  it('shows it again when it is refused, by name', async () => {
    const refused = await privacy('refuse', erasureId, '--as', second, '--because', 'identityNotProven');
    expect(refused.stdout).toMatch(/refusedBecause +identityNotProven/);
    expect(JSON.stringify(await trail())).toContain('Torbjörn');
    erasureId = /erasureId +(\S+)/.exec((await requestBoth()).stdout)?.[1] ?? '';
  });

  it('is refused to the person who asked, and while a case goes on or a hold is in force', async () => {
    const own = await privacy('approve', erasureId, '--as', officer);
    expect([own.code, own.stderr]).toEqual([2, expect.stringContaining('samePerson')]);

    const going = await ask('POST', `/v1/privacy/erasures/${erasureId}/approve`, undefined, secondToken);
    expect(going).toMatchObject({ status: 409, body: { reason: 'openCase', details: { cases: [caseId] } } });
    expect((await ask('POST', `/v1/complaints/${caseId}/withdraw`, {})).status).toBe(200);

    const hold = ['--party', partyId, '--ground', 'claim', '--reference', 'Claim 2026/17'];
    const { holdId } = JSON.parse((await privacy('hold', '--as', officer, ...hold)).stdout);
    const held = await ask('POST', `/v1/privacy/erasures/${erasureId}/approve`, undefined, secondToken);
    expect(held).toMatchObject({
      status: 409,
      body: {
        reason: 'legalHold',
        details: { holds: [{ holdId, ground: 'claim', reference: 'Claim 2026/17' }] },
      },
    });
    expect((await privacy('lift', holdId, '--as', officer)).code).toBe(0);
  });

  it('goes through to the certificate’s last stage once a second person approves', async () => {
    mkdirSync(copies, { recursive: true });
    for (const name of readdirSync(folder.path).filter(each => each.startsWith('keys.db'))) {
      cpSync(join(folder.path, name), join(copies, name));
    }
    const { code, stdout } = await privacy('approve', erasureId, '--as', second);
    expect(code).toBe(0);
    expect(stdout).toMatch(/stage +destroyed/);
    // The party's, and the case's.
    expect(stdout).toMatch(/keysDestroyed +2/);
  });

  it('shows [erased] from then on, and the case goes on being a case', async () => {
    const text = JSON.stringify(await trail());
    expect(STRINGS.filter(each => text.includes(each))).toEqual([]);
    expect(text).toContain('[erased]');
    expect((await ask('GET', `/v1/complaints/${caseId}`)).body).toMatchObject({ phase: 'withdrawn' });
  });

  it('brings nobody back with a key file of before', async () => {
    await service.stop();
    for (const name of readdirSync(folder.path).filter(each => each.startsWith('keys.db')))
      rmSync(join(folder.path, name));
    cpSync(copies, folder.path, { recursive: true });
    service = await startService(folder.path);
    const text = JSON.stringify(await trail());
    expect(STRINGS.filter(each => text.includes(each))).toEqual([]);
    expect(text).toContain('[erased]');
    expect(found(STRINGS)).toEqual([]);
  });

  it('leaves none of the person’s strings in any byte of the folder, while it runs and when it has stopped', async () => {
    expect(found(STRINGS)).toEqual([]);
    await service.stop();
    expect(found(STRINGS)).toEqual([]);
    service = await startService(folder.path);
  });

  it('has every command come out the same when it is decided again', async () => {
    const { code, stdout, stderr } = await redress(folder.path, [
      ...['audit', 'recheck', '--as', auditor, '--reason', 'after an erasure', '--json'],
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdicts: { diverged: 0, notReplayable: 0 } });
  });
});
