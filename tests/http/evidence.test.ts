import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyBundle } from '../../src/audit/bundle/verify-bundle.ts';
import { checkProof } from '../../src/audit/check-proof.ts';
import { openCheckpoint } from '../../src/audit/checkpoint-note.ts';
import { newSigner, signNote } from '../../src/audit/signed-note.ts';
import { type Ask, asker, type HttpHouse, httpHouse, receive } from './http-house.ts';

let server: HttpHouse;
let token: string;
let auditor: Ask;
let agent: Ask;
let session: Record<string, string>;
let caseId: string;

beforeAll(async () => {
  server = await httpHouse();
  ({ token } = await server.person('auditor'));
  auditor = asker(server.app, token);
  agent = asker(server.app, (await server.person('agent')).token);
  caseId = await receive(agent, { description: 'SECRET' });
  const opened = await auditor('POST', '/v1/audit/sessions', { reason: 'yearly audit' });
  session = { 'audit-session': String(opened.body.id) };
});
afterAll(() => server.close());

const trusted = () => server.house.evidence.checkpoints.trusted();
const looks = async (action: string) => {
  const { body } = await auditor('GET', '/v1/audit/looks', undefined, session);
  return Array.isArray(body.looks) ? body.looks.filter(look => look.action === action) : [];
};

describe('evidence over HTTP', () => {
  it('gives the newest checkpoint as a signed note, once one was asked for', async () => {
    expect((await auditor('GET', '/v1/audit/checkpoint')).body.type).toBe('urn:redress:problem:not-provable');
    const made = await auditor('POST', '/v1/audit/checkpoints', undefined, session);
    expect(made.status).toBe(201);
    const { status, text, headers } = await auditor('GET', '/v1/audit/checkpoint');
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
    });
    expect(text).toBe(made.body.note);
    expect(openCheckpoint(text, trusted())).toMatchObject({
      outcome: 'signed',
      checkpoint: { size: made.body.size },
    });
    expect(await looks('checkpoint')).toHaveLength(1);
  });

  it('lists the checkpoints with the key that signs, and verifies the log by them and by one that was kept', async () => {
    const listed = await auditor('GET', '/v1/audit/checkpoints', undefined, session);
    const [first] = listed.body.checkpoints as { note: string; size: number }[];
    expect(listed.body.verifiers).toEqual(trusted().map(({ text }) => text));
    const verified = (query = '') => auditor('GET', `/v1/audit/verify${query}`, undefined, session);
    expect((await verified()).body).toMatchObject({ ok: true, agreed: 1, provenEvents: first?.size });
    const note = encodeURIComponent(String(first?.note));
    expect((await verified(`?checkpoint=${note}`)).body).toMatchObject({ ok: true });
    // By a stranger it is a finding; what is no checkpoint says nothing of the log.
    const { signer } = newSigner(String(first?.note.split('\n')[0]));
    const foreign = signNote(`${String(first?.note.split('\n\n')[0])}\n`, signer);
    expect((await verified(`?checkpoint=${encodeURIComponent(foreign)}`)).body).toMatchObject({
      ok: false,
      findings: [{ kind: 'badCheckpoint', why: 'stranger' }],
    });
    expect(await verified('?checkpoint=a+letter')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'checkpoint', message: expect.stringContaining('no signed checkpoint') }] },
    });
    const stranger = encodeURIComponent(newSigner('stranger').signer.verifier.text);
    expect((await verified(`?key=${stranger}`)).body).toMatchObject({
      ok: false,
      findings: [{ kind: 'badCheckpoint', why: 'stranger' }],
    });
    expect((await verified('?key=mine')).status).toBe(400);
    expect((await looks('verify')).map(({ outcome }) => outcome)).toContain('done');
  });

  it('proves a case and tells what it cannot prove, each look on record', async () => {
    const { status, body } = await auditor('GET', `/v1/audit/proofs/${caseId}`, undefined, session);
    expect({ status, ...checkProof(body, trusted()) }).toMatchObject({ status: 200, ok: true });
    const none = await auditor('GET', '/v1/audit/proofs/CMP-1999-000001', undefined, session);
    expect(none.status).toBe(404);
    expect((await looks('prove')).map(({ outcome }) => outcome).sort()).toEqual(['done', 'failed']);
  });

  it('proves that the log only grew', async () => {
    const ask = (oldSize: number, newSize: number) =>
      auditor('GET', `/v1/audit/consistency?oldSize=${oldSize}&newSize=${newSize}`, undefined, session);
    const signed = async () => {
      await receive(agent);
      const { body } = await auditor('POST', '/v1/audit/checkpoints', undefined, session);
      return Number(body.size);
    };
    const [before, after] = [await signed(), await signed()];
    const { body } = await ask(before, after);
    expect(checkProof(body, trusted())).toMatchObject({ ok: true });
    expect(checkProof({ ...body, oldSize: before - 1 }, trusted())).toMatchObject({ ok: false });
    expect((await ask(8, 3)).status).toBe(409);
    const beyond = await ask(1_000_000, 3);
    expect([beyond.status, beyond.body.detail]).toEqual([409, '1000000 events are more than 3.']);
    expect((await ask(3, 1_000_000)).body.detail).toContain('and not 1000000');
  });

  it('hands a case out as a bundle, without names and words for an auditor', async () => {
    const url = `/v1/audit/cases/${caseId}/bundle`;
    const headers = { ...session, authorization: `Bearer ${token}` };
    const { statusCode, rawPayload } = await server.app.inject({ url, headers });
    expect(statusCode).toBe(200);
    expect(verifyBundle(rawPayload, { keys: trusted().map(({ text }) => text) })).toMatchObject({ ok: true });
    expect(rawPayload.includes('SECRET')).toBe(false);
    expect(await looks('bundle')).toMatchObject([{ outcome: 'done', parameters: { idOrNumber: caseId } }]);
  });

  it('is for those with an audit role and a reason alone', async () => {
    for (const [method, url] of [
      ['POST', '/v1/audit/checkpoints'],
      ['GET', '/v1/audit/checkpoints'],
      ['GET', '/v1/audit/verify'],
      ['GET', `/v1/audit/proofs/${caseId}`],
      ['GET', '/v1/audit/consistency?oldSize=1&newSize=2'],
      ['GET', `/v1/audit/cases/${caseId}/bundle`],
    ] as const) {
      expect([url, (await agent(method, url, undefined, session)).status]).toEqual([url, 403]);
      const { body } = await auditor(method, url);
      expect([url, body.type]).toEqual([url, 'urn:redress:problem:audit-session-needed']);
    }
  });
});

describe('a client that hangs up', () => {
  it.each(['verify', 'shadow'])(
    'ends what goes through the log for it, and its look says so: %s',
    async action => {
      let hangUp = async () => {};
      const live = await httpHouse({}, house => ({
        ...house,
        people: {
          ...house.people,
          async give(aggregate, request) {
            const outcome = await house.people.give(aggregate, request);
            if (request.command.type === 'recordLook' && request.command.data.action === action)
              await hangUp();
            return outcome;
          },
        },
      }));
      try {
        const base = await live.app.listen({ port: 0, host: '127.0.0.1' });
        const person = await live.person('auditor');
        const ask = asker(live.app, person.token);
        const { body } = await ask('POST', '/v1/audit/sessions', { reason: 'an impatient auditor' });
        const headers = { 'audit-session': String(body.id) };
        const closed = new Promise<void>(resolve => {
          live.app.server.once('connection', socket => socket.once('close', () => setImmediate(resolve)));
        });
        const request = get(`${base}/v1/audit/${action}`, {
          headers: { ...headers, authorization: `Bearer ${person.token}` },
          agent: false,
        });
        request.on('error', () => {});
        hangUp = () => {
          request.destroy();
          return closed;
        };
        await vi.waitFor(
          async () => {
            const { body } = await ask('GET', '/v1/audit/looks', undefined, headers);
            expect(body.looks).toContainEqual(expect.objectContaining({ action, outcome: 'cutOff' }));
          },
          { timeout: 20_000, interval: 20 },
        );
        expect(live.lines.filter(line => line.includes('a request failed'))).toEqual([]);
      } finally {
        await live.close();
      }
    },
  );
});
