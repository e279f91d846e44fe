import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { lifecycleByName } from '../../domain/lifecycles.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { loadConfig } from '../../src/config.ts';
import type { CommandRequest } from '../../src/engine/command-request.ts';
import { foldOn, newCase } from '../../src/engine/folded-case.ts';
import { type House, openHouse } from '../../src/engine/open-house.ts';
import { retakeDecision } from '../../src/engine/retake-decision.ts';
import { agent, HOUR_MS } from './house.ts';

/** A Wednesday, 12:00 in Shanghai, from which time goes on as usual. */
const NOON = Date.parse('2026-03-04T12:00:00+08:00');
const begunAt = Date.now();
const clock = { now: () => NOON + Date.now() - begunAt };

const houses: House[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(folder: string): Promise<House> {
  const house = await openHouse(loadConfig({ REDRESS_DATA: folder }), {
    clock,
    log: { warn() {}, error() {} },
  });
  houses.push(house);
  return house;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'redress-house-'));
  folders.push(folder);
  return folder;
}

function complaintOf(): AnyLifecycle {
  const found = lifecycleByName('complaint');
  if (found === undefined) throw new Error('no complaints');
  return found;
}
const complaint = complaintOf();
const actor = agent({ roles: ['agent', 'lead'], teamId: uuidv4() });

async function give(house: House, type: string, data: object, more: Partial<CommandRequest> = {}) {
  const definition = complaint.commands[type];
  if (definition === undefined) throw new Error(type);
  const outcome = await house.handler.handle({
    lifecycle: complaint,
    command: { type, data: definition.schema.parse(data) as AnyCommand['data'] },
    actor,
    commandId: uuidv4(),
    keyed: false,
    correlationId: uuidv4(),
    ...more,
  });
  if (outcome.outcome !== 'accepted') throw new Error(`${type}: ${JSON.stringify(outcome)}`);
  return outcome;
}

const received = (more: object = {}) => ({
  kind: 'product',
  complainant: { name: 'Nord Jackets' },
  channel: 'phone',
  siteRegion: 'province',
  description: 'The sliders come off, says 陈经理 on 13800138000',
  ...more,
});

const stream = (house: House, caseId: string) => house.store.readStream(`complaint-${caseId}`);

/** Decides every decision of a stream again, and compares. */
function retakeAll(house: House, events: readonly StoredEvent[]): number {
  let folded = newCase(complaint);
  let decisions = 0;
  for (const [at, event] of events.entries()) {
    const opened = events.map(e => house.sealer.open(e));
    const first = opened[at];
    if (first?.metadata.command !== undefined) {
      decisions++;
      const then = opened.slice(at).filter(e => e.metadata.commandId === first.metadata.commandId);
      expect(retakeDecision(complaint, first, folded.state, house.policies)).toMatchObject({
        outcome: 'accepted',
        events: then.map(e => ({ type: e.type, data: e.data, occurredAt: e.metadata.occurredAt })),
      });
    }
    folded = foldOn(complaint, folded, [event], '');
  }
  return decisions;
}

describe('a house with complaints', () => {
  it('keeps a complaint’s promises by itself, and can explain every decision again', {
    timeout: 30_000,
  }, async () => {
    const folder = newFolder();
    const house = await start(folder);
    const receivedAt = clock.now() - 26 * HOUR_MS;
    const { caseId } = await give(house, 'receive', received({ receivedAt }));
    const types = async () => (await stream(house, caseId)).map(e => e.type);
    await vi.waitFor(
      async () => expect((await types()).filter(type => type === 'SlaClockBreached')).toHaveLength(2),
      15_000,
    );
    const breaches = (await stream(house, caseId)).filter(e => e.type === 'SlaClockBreached');
    expect(breaches.map(e => [e.data.clock, e.metadata.occurredAt - receivedAt])).toEqual([
      // 4 working hours from Tuesday 10:00 end at 15:30.
      ['acknowledgement', 5.5 * HOUR_MS],
      ['firstReply', 24 * HOUR_MS],
    ]);
    const { position } = await give(
      house,
      'recordMessage',
      { direction: 'outbound', channel: 'email', purpose: 'onTheMatter', text: 'Please send photos' },
      { caseId },
    );
    expect(await types()).toContain('SlaClockFulfilled');
    expect(retakeAll(house, await stream(house, caseId))).toBeGreaterThanOrEqual(5);
    expect(await house.views.waitFor(position, 10_000)).toBe(true);
    expect(house.views.numberOf(caseId)).toBe('CMP-2026-000001');
    expect(await house.ready()).toMatchObject({ ready: true, reasons: [], warnings: [] });
  });

  it('merges two complaints into one by its workflow', { timeout: 30_000 }, async () => {
    const folder = newFolder();
    const house = await start(folder);
    const { caseId: survivorId } = await give(house, 'receive', received());
    const { caseId } = await give(house, 'receive', received());
    await give(house, 'mergeInto', { survivorId }, { caseId });
    await house.workflowsSettled();
    expect((await stream(house, survivorId)).map(e => e.type)).toContain('CaseAbsorbed');
    expect(await house.handler.load(complaint, caseId)).toMatchObject({ state: { phase: 'merged' } });
    await house.close();
    const again = await start(folder);
    await again.workflowsSettled();
    const absorbed = (await stream(again, survivorId)).filter(e => e.type === 'CaseAbsorbed');
    expect(absorbed).toHaveLength(1);
  });

  it('forgets what was erased, and goes on with the case', { timeout: 30_000 }, async () => {
    const folder = newFolder();
    const house = await start(folder);
    const { caseId } = await give(house, 'receive', received());
    const whole = async (of: House) => JSON.stringify((await stream(of, caseId)).map(e => of.sealer.open(e)));
    expect(await whole(house)).toContain('13800138000');
    await house.eraseSubject(caseId);
    expect(await whole(house)).not.toContain('13800138000');
    expect(await whole(house)).toContain('[erased]');
    await give(house, 'addNote', { text: 'erased on request' }, { caseId });
    await house.close();
    const again = await start(folder);
    expect(await whole(again)).not.toContain('13800138000');
    expect(await again.handler.load(complaint, caseId)).toMatchObject({ state: { phase: 'received' } });
    retakeAll(again, await stream(again, caseId));
  });
});

describe('a log that is gone', () => {
  it.each([
    ['missing', (file: string) => rmSync(file)],
    ['empty', (file: string) => writeFileSync(file, '')],
  ])('stops every start, when its file is %s: what is written would hide the loss', async (_what, lose) => {
    const folder = newFolder();
    const house = await start(folder);
    await give(house, 'receive', received());
    await houses.pop()?.close();
    lose(join(folder, 'events.db'));
    for (const name of ['events.db-wal', 'events.db-shm']) rmSync(join(folder, name), { force: true });
    await expect(start(folder)).rejects.toThrow(/the log is gone/);
    await expect(start(folder)).rejects.toThrow(/the log is gone/);
  });
});
