import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnyCommand } from '../../domain/case/lifecycle.ts';
import { defineWorkflow } from '../../domain/case/workflow.ts';
import { uuidOf } from '../../domain/log/envelope.ts';
import type { CommandOutcome, CommandRequest } from '../../src/engine/command-request.ts';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { DataFolderBusyError } from '../../src/store/data-folder.ts';
import { StoreUnavailableError } from '../../src/store/event-store.ts';
import { agent, HOUR_MS } from './house.ts';
import { parcel } from './parcel-lifecycle.ts';
import { openPlainViews } from './plain-views.ts';

const folders: string[] = [];
const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'redress-engine-'));
  folders.push(folder);
  return folder;
}

const takeOver = defineWorkflow({
  name: 'take-over',
  on: ['ParcelMerged'],
  react: ({ streamId, data }) => [
    {
      step: 'absorb',
      lifecycle: 'complaint',
      caseId: String(data.survivorId),
      command: { type: 'absorb', data: { loserId: uuidOf(streamId), label: 'x' } },
    },
  ],
});

/** A Wednesday, 12:00 in Shanghai, from which time goes on as usual. */
const NOON = Date.parse('2026-03-04T12:00:00+08:00');
const begunAt = Date.now();
const clock = { now: () => NOON + Date.now() - begunAt };

async function start(folder: string) {
  const engine = await openEngine(
    { dataFolder: folder, masterKeyFile: join(folder, 'master.key'), timeZone: 'Asia/Shanghai' },
    {
      clock,
      log: { warn() {}, error() {} },
      lifecycles: [parcel],
      workflows: [takeOver],
      openViews: openPlainViews,
    },
  );
  engines.push(engine);
  return engine;
}

function send(
  engine: Engine,
  command: AnyCommand,
  more: Partial<CommandRequest> = {},
): Promise<CommandOutcome> {
  return engine.handler.handle({
    lifecycle: parcel,
    command,
    actor: agent(),
    commandId: uuidv4(),
    keyed: false,
    correlationId: uuidv4(),
    ...more,
  });
}

async function open(engine: Engine, data: AnyCommand['data'] = {}): Promise<string> {
  const outcome = await send(engine, { type: 'open', data: { label: 'A1', ...data } });
  if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
  return outcome.caseId;
}

const stream = (engine: Engine, caseId: string) => engine.store.readStream(`parcel-${caseId}`);

describe('an engine', () => {
  it('keeps what it acknowledged over a restart, and knows its commands again', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const commandId = uuidv4();
    const command = { type: 'open', data: { label: 'A1', description: 'lost' } };
    const outcome = await send(first, command, { commandId, keyed: true });
    await first.close();
    const second = await start(folder);
    const again = await send(second, command, { commandId, keyed: true });
    expect(again).toMatchObject({ outcome: 'accepted', replayed: true });
    expect('caseId' in again && 'caseId' in outcome && again.caseId === outcome.caseId).toBe(true);
    const other = { type: 'open', data: { label: 'A1', description: 'found' } };
    expect(await send(second, other, { commandId, keyed: true })).toEqual({ outcome: 'keyReused' });
  });

  it('owns its data folder alone', async () => {
    const folder = newFolder();
    await start(folder);
    await expect(start(folder)).rejects.toThrow(DataFolderBusyError);
  });

  it('gives the folder back when it cannot start', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'master.key'), 'nonsense', { mode: 0o600 });
    await expect(start(folder)).rejects.toThrow(/master key/);
    rmSync(join(folder, 'master.key'));
    await expect(start(folder)).resolves.toBeDefined();
  });

  it('has a policy, a calendar, defect categories and a team from its first start, once', async () => {
    const folder = newFolder();
    await (await start(folder)).close();
    const engine = await start(folder);
    const types = (await engine.store.readAll('', 100)).map(e => e.type);
    expect(types).toEqual([
      'LogCreated',
      'PolicyPublished',
      'CalendarPublished',
      'DefectCategoriesPublished',
      'TeamRegistered',
    ]);
    expect(engine.policies.policyAt(clock.now()).version).toBe(1);
    expect(engine.policies.calendarKnownAt('cn', clock.now()).isWorkingDay('2026-10-01')).toBe(false);
    expect(engine.directory.teams()).toHaveLength(1);
  });

  it('fires by itself what is overdue, once, over restarts', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const receivedAt = clock.now() - 25 * HOUR_MS;
    const caseId = await open(first, { receivedAt });
    const fired = async (engine: Engine) => (await stream(engine, caseId)).slice(2).map(e => e.type);
    await vi.waitFor(async () => expect(await fired(first)).toContain('SlaClockEscalated'), 10_000);
    await first.close();
    const second = await start(folder);
    await open(second);
    await second.close();
    const third = await start(folder);
    expect(await fired(third)).toEqual(['SlaClockWarned', 'SlaClockBreached', 'SlaClockEscalated']);
    expect((await stream(third, caseId))[3]?.metadata.occurredAt).toBe(receivedAt + 24 * HOUR_MS);
  });

  it('runs workflows, also for what came in just before it stopped', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const survivorId = await open(first);
    const caseId = await open(first);
    await send(first, { type: 'mergeInto', data: { survivorId } }, { caseId });
    await first.close();
    const second = await start(folder);
    await second.workflowsSettled();
    expect((await stream(second, survivorId)).map(e => e.type)).toEqual([
      'ParcelMissed',
      'SlaClockStarted',
      'ParcelAbsorbed',
    ]);
  });

  it('finishes what it has taken before it stops, and takes no more', async () => {
    const folder = newFolder();
    const engine = await start(folder);
    const caseId = await open(engine);
    const taken = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? send(engine, { type: 'note', data: { text: `${i}` } }, { caseId })
        : send(engine, { type: 'open', data: { label: `${i}` } }),
    );
    const closed = engine.close();
    expect((await Promise.all(taken)).map(o => o.outcome)).toEqual(taken.map(() => 'accepted'));
    await closed;
    await expect(open(engine)).rejects.toThrow(StoreUnavailableError);
    const again = await start(folder);
    expect(await stream(again, caseId)).toHaveLength(22);
  });
});

describe('an erased subject', () => {
  it('is gone from every event and command, while its cases go on', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const ownerId = uuidv4();
    const caseId = await open(first, { ownerId, ownerName: '王小明', description: 'at the gate' });
    const other = await open(first, { ownerId: uuidv4(), ownerName: '李四' });
    expect(await first.eraseSubject(ownerId)).toBe(1);
    await first.eraseSubject(caseId);

    const check = async (engine: Engine) => {
      const opened = (await stream(engine, caseId)).map(event => engine.sealer.open(event));
      expect(opened[0]?.data).toMatchObject({ ownerId, ownerName: '[erased]', description: '[erased]' });
      expect(opened[0]?.metadata.command?.data).toMatchObject({
        ownerName: '[erased]',
        description: '[erased]',
      });
      const [untouched] = await stream(engine, other);
      expect(untouched && engine.sealer.open(untouched).data.ownerName).toBe('李四');
      expect(await engine.handler.load(parcel, caseId)).toMatchObject({
        state: { phase: 'missed', label: 'A1' },
      });
    };
    await check(first);
    expect(await send(first, { type: 'note', data: { text: 'later' } }, { caseId })).toMatchObject({
      outcome: 'accepted',
    });
    const noted = (await stream(first, caseId)).at(-1);
    expect(noted?.data.text).toBe('[erased]');
    expect(noted?.sealed).toEqual([]);
    await first.close();
    const second = await start(folder);
    await check(second);
  });
});

describe('readiness', () => {
  it('is true of a house where all is well', async () => {
    const engine = await start(newFolder());
    expect(await engine.ready()).toMatchObject({ ready: true, reasons: [], warnings: [] });
  });

  it('tells of an import that was cut off, and that the service stops', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const importId = uuidv4();
    first.heldCases.begin({
      importId,
      source: 'desk',
      startedAt: clock.now(),
      streamIds: [`parcel-${uuidv4()}`],
    });
    expect((await first.ready()).warnings).toEqual([]);
    await first.close();
    const second = await start(folder);
    expect((await second.ready()).warnings).toEqual([
      'the import of desk was cut off, and the timers of its 1 cases wait: run it again, or give it up',
    ]);
    const closing = second.close();
    expect(await second.ready()).toMatchObject({ ready: false, reasons: ['the service is stopping'] });
    await closing;
  });
});
