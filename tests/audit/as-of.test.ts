import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caseAsOf } from '../../domain/audit/as-of.ts';
import { differences } from '../../domain/audit/differences.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import { categoryOf, type RecordedEvent } from '../../domain/log/envelope.ts';
import { foldOn, newCase } from '../../src/engine/folded-case.ts';
import { chances } from '../bench/big-log.ts';
import { type Ask, asker, type HttpHouse, httpHouse, receive } from '../http/http-house.ts';
import { demoEvents } from './demo-events.ts';

const HOUR_MS = 3_600_000;

describe('a case as it was', () => {
  it('is the case as it is, at the end of time and of knowledge', async () => {
    for (const [lifecycle, events] of await demoStreams()) {
      const past = caseAsOf(lifecycle, events, { at: 8e15, knownAt: 8e15, asLived: false });
      const { state } = foldOn(lifecycle, newCase(lifecycle), events, '');
      expect(past).toMatchObject({ outcome: 'case', later: 0, unknown: 0 });
      expect(past.outcome === 'case' && past.state).toStrictEqual(state);
    }
  });

  it('is told, or named as not there yet, at every instant of every history, and never breaks', async () => {
    const random = chances(20_261_124);
    let cases = 0;
    for (const [lifecycle, events] of await demoStreams()) {
      const times = events.flatMap(({ metadata }) => [metadata.occurredAt, metadata.decidedAt]);
      for (let index = 0; index < 12; index++) {
        const pick = () => (times[Math.floor(random() * times.length)] ?? 0) + (index % 3) - 1;
        const moment = { at: pick(), knownAt: pick(), asLived: true };
        const past = caseAsOf(lifecycle, events, moment);
        if (past.outcome === 'case') {
          cases++;
          for (const { metadata } of past.events) {
            expect(metadata.occurredAt).toBeLessThanOrEqual(moment.at);
            expect(metadata.decidedAt).toBeLessThanOrEqual(moment.knownAt);
          }
        } else expect(past.outcome).toBe('beforeCase');
      }
    }
    expect(cases).toBeGreaterThan(50);
  });

  async function demoStreams() {
    const all = await demoEvents({ seed: 7, cases: 25, now: Date.parse('2026-11-20T10:00:00+08:00') });
    const streams = Map.groupBy(all, ({ streamId }: RecordedEvent) => streamId);
    return [...streams].flatMap(([streamId, events]) => {
      const lifecycle = lifecycles.find(({ category }) => category === categoryOf(streamId));
      return lifecycle === undefined ? [] : [[lifecycle, events] as const];
    });
  }
});

describe('the past of a case over the interface', () => {
  let server: HttpHouse;
  let auditor: Ask;
  let headers: Record<string, string>;
  let caseId: string;
  const now = Date.now();
  const text = (at: number) => encodeURIComponent(new Date(at).toISOString());
  const ask = (path: string) => auditor('GET', `/v1/audit/cases/${caseId}/${path}`, undefined, headers);
  beforeAll(async () => {
    server = await httpHouse();
    auditor = asker(server.app, (await server.person('auditor')).token);
    const agent = asker(server.app, (await server.person('agent', 'lead')).token);
    // Happened three hours ago, and is written down now.
    caseId = await receive(agent, { receivedAt: new Date(now - 3 * HOUR_MS).toISOString() });
    await agent('POST', `/v1/complaints/${caseId}/add-note`, { text: 'called' });
    await agent('POST', `/v1/complaints/${caseId}/reopen`, { reason: 'why not' });
    await agent('POST', `/v1/complaints/${caseId}/withdraw`, {});
    const { body } = await auditor('POST', '/v1/audit/sessions', { reason: 'spot check' });
    headers = { 'audit-session': String(body.id) };
  });
  afterAll(() => server.close());

  it('tells what had happened by then, as far as is known now', async () => {
    const { status, body } = await ask(`as-of?at=${text(now - HOUR_MS)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ case: { id: caseId, phase: 'received', closed: false }, unknownEvents: 0 });
    expect(body.laterEvents).toBeGreaterThan(0);
    expect((await ask('as-of')).body).toMatchObject({ case: { phase: 'withdrawn' }, laterEvents: 0 });
  });

  it('names an instant before the case, and one at which nobody knew of it', async () => {
    const early = await ask(`as-of?at=${text(now - 4 * HOUR_MS)}`);
    expect(early).toMatchObject({ status: 404, body: { type: 'urn:redress:problem:before-case' } });
    expect(early.body.detail).toMatch(/is before the case: it began .*and was known here from/);
    const unknown = await ask(`as-of?at=${text(now - HOUR_MS)}&knownAt=${text(now - HOUR_MS)}`);
    expect(unknown.status).toBe(404);
    expect(unknown.body.detail).toMatch(/^Nothing was known of the case at/);
  });

  it('tells what differs between two times, and the events between', async () => {
    const { body } = await ask(`diff?from=${text(now - HOUR_MS)}`);
    expect(body.changes).toContainEqual({ path: '/phase', from: 'received', to: 'withdrawn' });
    expect(body.changes).toContainEqual(
      expect.objectContaining({ path: '/clocks/firstReply 1/status', from: 'running', to: 'cancelled' }),
    );
    expect((body.added as { type: string }[]).map(({ type }) => type)).toContain('CaseWithdrawn');
    expect(body.removed).toEqual([]);
  });

  it('explains the promises as they were', async () => {
    const { status, body } = await ask(`promises?at=${text(now - HOUR_MS)}`);
    expect(status).toBe(200);
    const promises = body.promises as { clock: string; status: string }[];
    expect(promises.find(({ clock }) => clock === 'firstReply')).toMatchObject({ status: 'running' });
  });

  it('tells who did what, when, by which channel and why, and what was refused, in the order of the log', async () => {
    const { body } = await ask('trail');
    const entries = body.entries as { type: string; command?: { type: string }; actor: { via: string } }[];
    expect(entries.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['ComplaintReceived', 'NoteAdded', 'CommandRejected', 'CaseWithdrawn']),
    );
    expect(entries[0]).toMatchObject({ command: { type: 'receive' }, actor: { via: 'http' } });
    expect(JSON.stringify(body)).not.toContain('called');
  });
});

describe('the differences of two documents', () => {
  it('are named by where they are, on both sides', () => {
    expect(differences({ a: 1, b: [1, 2], 'c/d': { e: null } }, { a: 2, b: [1], 'c/d': {}, f: 'x' })).toEqual(
      [
        { path: '/a', from: 1, to: 2 },
        { path: '/b/1', from: 2 },
        { path: '/c~1d/e', from: null },
        { path: '/f', to: 'x' },
      ],
    );
    expect(differences({ a: [{ b: 1 }] }, { a: [{ b: 1 }] })).toEqual([]);
  });
});
