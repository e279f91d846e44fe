import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import type { Actor } from '../../domain/case/actor.ts';
import { type AnyCommand, type AnyLifecycle, registered } from '../../domain/case/lifecycle.ts';
import { complaint } from '../../domain/complaint/complaint.ts';
import type { CommandHandler } from '../../src/engine/command-handler.ts';
import { memoryRunnerFile, type RunnerFile } from '../../src/engine/runner-file.ts';
import { startWorkflowRunner } from '../../src/engine/workflow-runner.ts';
import { recurrence } from '../../workflows/recurrence.ts';
import { house, TEAM_LEAD } from '../engine/house.ts';
import { VirtualTime } from '../engine/virtual-time.ts';
import { agent, at, idOf, lead, qa } from '../given-when-then.ts';

const lifecycles = [registered(complaint), registered(afterSales)];
const [ofComplaints, ofRequests] = lifecycles as [AnyLifecycle, AnyLifecycle];
const PRODUCT = '5VS-CFC';

/** A house with the real lifecycles, whose workflow runs when it is told to. */
function world() {
  const of = house({ parts: { lifecycles } });
  const file = memoryRunnerFile();
  const problems: string[] = [];
  let given = 0;
  const give = async (
    lifecycle: AnyLifecycle,
    type: string,
    data: object,
    by: Actor,
    caseId?: string,
  ): Promise<string> => {
    const command: AnyCommand = {
      type,
      data: lifecycle.commands[type]?.schema.parse(data) as AnyCommand['data'],
    };
    const commandId = uuidv5(String(given++), idOf(0xffff));
    const target = caseId === undefined ? {} : { caseId };
    const outcome = await of.send(command, { lifecycle, actor: by, commandId, ...target });
    if (outcome.outcome !== 'accepted') throw new Error(`${type}: ${JSON.stringify(outcome)}`);
    return outcome.caseId;
  };
  /** Runs the workflow to the end of the log; `handler` may break on the way. */
  const run = async (handler: Pick<CommandHandler, 'handle'> = of.handler, at: RunnerFile = file) => {
    const runner = startWorkflowRunner({
      store: of.store,
      handler,
      sealer: of.sealer,
      lifecycles,
      workflows: [],
      rememberingWorkflows: [recurrence],
      file: at,
      alarm: new VirtualTime(0).alarm,
      log: {
        warn: (_: object, text: string) => problems.push(text),
        error: (_: object, text: string) => problems.push(text),
      },
    });
    await runner.settled();
    await runner.close();
  };
  const now = (time: string) => {
    of.clock.at = at(time);
  };
  const received = (product = PRODUCT) =>
    give(
      ofComplaints,
      'receive',
      {
        kind: 'product',
        complainant: { name: 'Nanyang' },
        channel: 'phone',
        siteRegion: 'local',
        items: [{ product: { code: product } }],
        description: 'd',
      },
      agent,
    );
  const classified = (caseId: string, defectCategory = 'plating', type = 'classify') =>
    give(
      ofComplaints,
      type,
      {
        items: [{ responsibleParty: { kind: 'notEstablished' }, severity: 'minor', defectCategory }],
        ...(type === 'classify' ? {} : { reason: 'r' }),
      },
      qa,
      caseId,
    );
  const reported = (defectCategory = 'plating', product = PRODUCT) =>
    give(
      ofRequests,
      'report',
      {
        customer: { name: 'Bao' },
        channel: 'phone',
        siteRegion: 'local',
        product: { code: product },
        defectCategory,
        fault: 'f',
      },
      agent,
    );
  const events = (lifecycle: AnyLifecycle, caseId: string) =>
    of.store.readStream(`${lifecycle.category}-${caseId}`);
  const found = async (lifecycle: AnyLifecycle, caseId: string) =>
    (await events(lifecycle, caseId)).filter(e => e.type === 'RecurrenceFound').map(e => e.data);
  return { of, file, problems, give, run, now, received, classified, reported, events, found };
}

describe('a fault that recurs', () => {
  test('is linked to the last case before it, both ways, and the lead told', async () => {
    const w = world();
    w.now('2026-03-02 10:00');
    const first = await w.reported();
    w.now('2026-03-20 10:00');
    const second = await w.received();
    await w.classified(second);
    w.now('2026-04-10 10:00');
    const third = await w.reported();
    await w.run();
    expect(await w.found(ofComplaints, second)).toEqual([
      {
        of: { lifecycle: 'after-sales-request', caseId: first, receivedAt: at('2026-03-02 10:00') },
        itemId: expect.any(String),
        productCode: PRODUCT,
        defectCategory: 'plating',
        told: { role: 'lead', userId: TEAM_LEAD },
      },
    ]);
    expect(await w.found(ofRequests, third)).toMatchObject([
      { of: { lifecycle: 'complaint', caseId: second } },
    ]);
    const links = (await w.events(ofRequests, first)).filter(e => e.type === 'CaseLinked');
    expect(links.map(e => e.data)).toEqual([
      { to: { kind: 'case', caseId: second }, relation: 'recurrence' },
    ]);
    expect(w.problems).toEqual([]);
  });

  test('of another product, another category or none that says anything is none', async () => {
    const w = world();
    w.now('2026-03-02 10:00');
    await w.reported('plating');
    const others = [await w.reported('plating', '3NY'), await w.reported('colourDeviation')];
    others.push(await w.reported('other'), await w.reported('other'));
    await w.run();
    for (const caseId of others) expect(await w.found(ofRequests, caseId)).toEqual([]);
  });

  test('is one within the policy’s window from receipt to receipt, to the instant', async () => {
    for (const [laterMs, times] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const w = world();
      w.now('2026-03-02 10:00');
      await w.reported();
      w.of.clock.at += 180 * 86_400_000 + laterMs;
      const second = await w.reported();
      await w.run();
      expect(await w.found(ofRequests, second)).toHaveLength(times);
    }
  });

  test('is found when the earlier case is the later one to be classified', async () => {
    const w = world();
    w.now('2026-03-02 10:00');
    const first = await w.received();
    w.now('2026-03-05 10:00');
    const second = await w.received();
    await w.classified(second);
    w.now('2026-03-09 10:00');
    await w.classified(first);
    await w.run();
    expect(await w.found(ofComplaints, first)).toEqual([]);
    expect(await w.found(ofComplaints, second)).toMatchObject([{ of: { caseId: first } }]);
  });

  test('is found anew when it is classified otherwise, and once however often it is classified the same', async () => {
    const w = world();
    w.now('2026-03-02 10:00');
    const [plating, colour] = [await w.reported('plating'), await w.reported('colourDeviation')];
    w.now('2026-03-05 10:00');
    const later = await w.received();
    await w.classified(later, 'plating');
    await w.classified(later, 'plating', 'reclassify');
    await w.classified(later, 'colourDeviation', 'reclassify');
    await w.classified(later, 'plating', 'reclassify');
    await w.run();
    expect((await w.found(ofComplaints, later)).map(data => data.of)).toMatchObject([
      { caseId: plating },
      { caseId: colour },
    ]);
  });

  test('has nothing to do with a case that should not exist', async () => {
    const w = world();
    w.now('2026-03-02 10:00');
    const first = await w.reported();
    await w.give(ofRequests, 'voidEntry', { reason: 'a test' }, lead, first);
    w.now('2026-03-05 10:00');
    const second = await w.reported();
    await w.run();
    expect(await w.found(ofRequests, second)).toEqual([]);
  });

  test('is told once, wherever the runner was killed and however often it starts over', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ after: fc.nat(5), lost: fc.boolean() }), { maxLength: 6 }),
        async kills => {
          const w = world();
          w.now('2026-03-02 10:00');
          const cases: string[] = [];
          for (let n = 0; n < 3; n++) cases.push(await w.reported());
          let file = w.file;
          for (const { after, lost } of kills) {
            let left = after;
            // The command may have been accepted, or not, when the process dies; what came after is not kept.
            await w.run(
              {
                async handle(request) {
                  if (left === 0) throw new Error('killed before');
                  left--;
                  const outcome = await w.of.handler.handle(request);
                  if (left === 0) throw new Error('killed after');
                  return outcome;
                },
              },
              file,
            );
            if (lost) file = memoryRunnerFile();
          }
          await w.run(w.of.handler, file);
          const [first, second, third] = cases as [string, string, string];
          expect(await w.found(ofRequests, first)).toEqual([]);
          expect(await w.found(ofRequests, second)).toMatchObject([{ of: { caseId: first } }]);
          expect(await w.found(ofRequests, third)).toHaveLength(1);
          const all = await w.of.store.readAll('', 1_000);
          expect(all.filter(e => e.type === 'RecurrenceFound')).toHaveLength(2);
          expect(all.filter(e => e.type === 'CaseLinked')).toHaveLength(2);
        },
      ),
      { numRuns: 30 },
    );
  });
});
