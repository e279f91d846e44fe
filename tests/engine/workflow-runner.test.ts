import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { defineWorkflow, type Workflow } from '../../domain/case/workflow.ts';
import { uuidOf } from '../../domain/log/envelope.ts';
import type { CommandHandler } from '../../src/engine/command-handler.ts';
import { memoryRunnerFile, type RunnerFile } from '../../src/engine/runner-file.ts';
import { startWorkflowRunner, type WorkflowRunner } from '../../src/engine/workflow-runner.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { house } from './house.ts';
import { parcel } from './parcel-lifecycle.ts';
import { VirtualTime } from './virtual-time.ts';

/** What is merged is taken over by the survivor, which then searches; and a parcel is opened in its place. */
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
    {
      step: 'search',
      lifecycle: 'complaint',
      caseId: String(data.survivorId),
      command: { type: 'search', data: {} },
    },
    { step: 'open', lifecycle: 'complaint', command: { type: 'open', data: { label: 'new' } } },
  ],
});

const runners: WorkflowRunner[] = [];
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.close();
});

function run(
  of: ReturnType<typeof house>,
  options: {
    workflows?: readonly Workflow[];
    file?: RunnerFile;
    handler?: Pick<CommandHandler, 'handle'>;
    time?: VirtualTime;
    turnMs?: number;
  } = {},
) {
  const problems: string[] = [];
  const runner = startWorkflowRunner({
    store: of.store,
    handler: options.handler ?? of.handler,
    sealer: of.sealer,
    lifecycles: [parcel],
    workflows: options.workflows ?? [takeOver],
    file: options.file ?? memoryRunnerFile(),
    log: {
      warn: (_: object, text: string) => problems.push(text),
      error: (_: object, text: string) => problems.push(text),
    },
    ...(options.time === undefined ? {} : { alarm: options.time.alarm }),
    ...(options.turnMs === undefined ? {} : { turnMs: options.turnMs }),
  });
  runners.push(runner);
  return { runner, problems };
}

async function merged(of: ReturnType<typeof house>) {
  const survivorId = await of.open();
  const caseId = await of.open();
  await of.send({ type: 'mergeInto', data: { survivorId } }, { caseId });
  return { survivorId, caseId };
}

async function typesOfAll(of: ReturnType<typeof house>) {
  return (await of.store.readAll('', 100_000)).map(e => e.type).sort();
}

describe('the workflow runner', () => {
  it('settles though it is told of an event later than the log shows it', async () => {
    const of = house();
    const { store: own } = of;
    const onAppended: EventStore['onAppended'] = listener =>
      own.onAppended(position => setTimeout(() => listener(position), 100));
    const store = new Proxy(own, {
      get(_, name) {
        const member = name === 'onAppended' ? onAppended : Reflect.get(own, name);
        return typeof member === 'function' ? member.bind(own) : member;
      },
    });
    const { runner } = run({ ...of, store });
    const survivorId = await of.open();
    const caseId = await of.open();
    await runner.settled();
    await of.send({ type: 'mergeInto', data: { survivorId } }, { caseId });
    await runner.settled();
    expect((await typesOfAll(of)).filter(type => type === 'ParcelMissed')).toHaveLength(3);
  });

  it('reacts to what is in the log and to what comes, with commands of its own', async () => {
    const of = house();
    const early = await merged(of);
    const { runner } = run(of);
    await runner.settled();
    const late = await merged(of);
    await runner.settled();
    for (const { survivorId, caseId } of [early, late]) {
      const cause = (await of.stream(caseId)).at(-1);
      const [absorbed, searched] = (await of.stream(survivorId)).slice(2);
      expect(absorbed).toMatchObject({
        type: 'ParcelAbsorbed',
        metadata: {
          actor: { role: 'system', via: 'workflow' },
          causationId: cause?.eventId,
          correlationId: cause?.metadata.correlationId,
        },
      });
      expect(searched?.type).toBe('DepotSearched');
    }
  });

  it('lets everybody else have a turn while it goes through a log again', async () => {
    const of = house();
    const merges = 20;
    for (let n = 0; n < merges; n++) await merged(of);
    await run(of).runner.settled();
    const { runner } = run(of, { turnMs: 0 });
    let settled = false;
    const going = runner.settled().then(() => {
      settled = true;
    });
    let turns = 0;
    while (!settled) {
      await setImmediate();
      turns++;
    }
    await going;
    expect(turns).toBeGreaterThanOrEqual(merges);
  });

  it('does its work once, wherever it is killed and however often it starts over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 6 }), async kills => {
        const of = house();
        await merged(of);
        await merged(of);
        const file = memoryRunnerFile();
        for (const killAfter of kills) {
          let left = killAfter;
          // The command may have been accepted, or not, when the process dies; its place is never written.
          const handler: Pick<CommandHandler, 'handle'> = {
            async handle(request) {
              if (left === 0) throw new Error('killed before');
              left--;
              const outcome = await of.handler.handle(request);
              if (left === 0) throw new Error('killed after');
              return outcome;
            },
          };
          const { runner } = run(of, { file, handler, time: new VirtualTime(0) });
          await runner.settled();
          await runner.close();
        }
        await run(of, { file }).runner.settled();
        const expected = [
          'ParcelAbsorbed',
          'DepotSearched',
          'DepotSearched',
          'DepotSearched',
          'ParcelMissed',
          'SlaClockStarted',
        ];
        const before = [
          'LogCreated',
          ...Array.from({ length: 4 }, () => ['ParcelMissed', 'SlaClockStarted']).flat(),
          'ParcelMerged',
          'ParcelMerged',
        ];
        expect(await typesOfAll(of)).toEqual([...before, ...expected, ...expected].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('does nothing again when only its place was lost', async () => {
    const of = house();
    await merged(of);
    await run(of).runner.settled();
    const before = await typesOfAll(of);
    await run(of).runner.settled();
    expect(await typesOfAll(of)).toEqual(before);
  });

  it('goes on after a no, which is journalled', async () => {
    const of = house();
    const { survivorId } = await merged(of);
    await of.send({ type: 'close', data: {} }, { caseId: survivorId });
    const { runner, problems } = run(of);
    await runner.settled();
    expect(runner.status()).toMatchObject([{ workflow: 'take-over' }]);
    expect(runner.status()[0]).not.toHaveProperty('fault');
    expect(problems).toEqual(['a workflow was told no', 'a workflow was told no']);
    expect(await of.store.readStream(`rejection-${survivorId}`)).toHaveLength(2);
  });

  it('lets a workflow that fails stop alone at its event, and try again', async () => {
    const of = house();
    const time = new VirtualTime(0);
    let broken = true;
    const flaky = defineWorkflow({
      name: 'flaky',
      on: ['ParcelMerged'],
      react: () => {
        if (broken) throw new Error('a bug');
        return [];
      },
    });
    const { survivorId, caseId } = await merged(of);
    const { runner } = run(of, { workflows: [flaky, takeOver], time });
    await runner.settled();
    const cause = (await of.stream(caseId)).at(-1);
    expect((await of.stream(survivorId)).map(e => e.type)).toContain('ParcelAbsorbed');
    expect(runner.status()[0]?.fault).toEqual({ position: cause?.position, message: 'a bug' });
    await time.pass(10_000);
    expect(runner.status()[0]?.fault).toBeDefined();
    broken = false;
    await time.pass(60_000);
    expect(runner.status().map(s => s.fault)).toEqual([undefined, undefined]);
    expect(runner.status()[0]?.position).toBe(await of.store.head());
  });

  it('reacts to an imported event at its historical instant', async () => {
    const of = house();
    const survivorId = await of.open();
    const caseId = await of.open();
    const importId = '11111111-1111-4111-8111-111111111111';
    const now = of.clock.at - 1_000_000;
    await of.send({ type: 'mergeInto', data: { survivorId } }, { caseId, importId, now });
    await run(of).runner.settled();
    expect((await of.stream(survivorId))[2]?.metadata).toMatchObject({
      decidedAt: now,
      importId,
      recordedAt: of.clock.at,
    });
  });

  it('sees personal values, to hand them on under the other case’s key', async () => {
    const of = house();
    const copy = defineWorkflow({
      name: 'copy',
      on: ['ParcelMissed'],
      react: ({ data }) =>
        data.label === 'A1'
          ? [
              {
                step: 'copy',
                lifecycle: 'complaint',
                command: { type: 'open', data: { label: 'B', description: String(data.description) } },
              },
            ]
          : [],
    });
    await of.open({ description: 'in the hall' });
    await run(of, { workflows: [copy] }).runner.settled();
    const copied = (await of.store.readAll('', 100)).find(e => e.data.label === 'B');
    expect(copied?.data.description).toBe('[sealed]');
    expect(copied && of.sealer.open(copied).data.description).toBe('in the hall');
  });
});
