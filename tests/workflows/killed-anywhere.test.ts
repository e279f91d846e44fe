import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../domain/case/actor.ts';
import type { AnyCommand } from '../../domain/case/lifecycle.ts';
import { lifecycleByName, lifecycles } from '../../domain/lifecycles.ts';
import { categoryOf } from '../../domain/log/envelope.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import type { CommandHandler } from '../../src/engine/command-handler.ts';
import { memoryRunnerFile } from '../../src/engine/runner-file.ts';
import { timerRequest } from '../../src/engine/timer-request.ts';
import { startWorkflowRunner } from '../../src/engine/workflow-runner.ts';
import { rememberingWorkflows, workflows } from '../../workflows/index.ts';
import { house } from '../engine/house.ts';
import { VirtualTime } from '../engine/virtual-time.ts';
import { agent, at, customer, idOf, ids, lead, marketing, person, qa } from '../given-when-then.ts';
import { specialist } from '../technical-liaison/liaison-stories.ts';

const director = person(0x30, 'marketingDirector');
const host = person(0x31, 'technicalService', { roles: ['technicalService', 'agent'] });

/** A house in memory whose workflows run when they are told to, and die when they are told to. */
function world() {
  const of = house({ parts: { lifecycles } });
  const file = memoryRunnerFile();
  const problems: string[] = [];
  let given = 0;
  let left = Number.POSITIVE_INFINITY;
  const handler: Pick<CommandHandler, 'handle'> = {
    async handle(request) {
      if (left === 0) throw new Error('killed before');
      left--;
      const outcome = await of.handler.handle(request);
      if (left === 0) throw new Error('killed after');
      return outcome;
    },
  };
  const run = async (commands: number): Promise<void> => {
    left = commands;
    const log = {
      warn: (about: object, text: string) => problems.push(`${text}: ${JSON.stringify(about)}`),
      error: () => {},
    };
    const runner = startWorkflowRunner({
      store: of.store,
      handler,
      sealer: of.sealer,
      lifecycles,
      workflows,
      rememberingWorkflows,
      file,
      alarm: new VirtualTime(0).alarm,
      log,
    });
    await runner.settled();
    await runner.close();
  };
  const give = async (name: string, type: string, data: object, by: Actor, caseId?: string) => {
    const lifecycle = lifecycleByName(name);
    if (lifecycle === undefined) throw new Error(`no ${name}`);
    const parsed = lifecycle.commands[type]?.schema.parse(data) as AnyCommand['data'];
    const outcome = await of.send(
      { type, data: parsed },
      {
        lifecycle,
        actor: by,
        commandId: uuidv5(String(given++), idOf(0xffff)),
        ...(caseId === undefined ? {} : { caseId }),
      },
    );
    if (outcome.outcome !== 'accepted') throw new Error(`${type}: ${JSON.stringify(outcome)}`);
    return outcome.caseId;
  };
  /** Fires what is due of a case by an instant, as the timekeeper would. */
  const pass = async (name: string, caseId: string, time: string) => {
    const lifecycle = lifecycleByName(name);
    if (lifecycle === undefined) throw new Error(`no ${name}`);
    of.clock.at = at(time);
    const loaded = await of.handler.load(lifecycle, caseId);
    for (const timer of loaded === undefined ? [] : pendingTimers(loaded.state)) {
      if (timer.at > of.clock.at) continue;
      await of.handler.handle(timerRequest(of.store.logId, lifecycle, caseId, timer));
    }
  };
  /** The one open case of a kind that a workflow opened. */
  const opened = async (category: string): Promise<readonly string[]> => {
    const all = await of.store.readAll('', 10_000);
    const first = all.filter(e => e.revision === 0 && categoryOf(e.streamId) === category);
    return first.map(e => e.streamId.slice(category.length + 1));
  };
  return { of, give, run, pass, opened, problems };
}

const answer = {
  kind: 'requirement',
  contactPosition: 'technical',
  channel: 'email',
  text: 't',
};
const complained = {
  kind: 'product',
  complainant: { name: 'Nanyang' },
  channel: 'phone',
  siteRegion: 'local',
  items: [{ product: { code: '5VS' } }, { product: { code: '3NY' } }],
  description: 'd',
};
const classification = {
  responsibleParty: { kind: 'notEstablished' },
  severity: 'minor',
  defectCategory: 'plating',
};

/** A story in which every workflow has something to do; `kills` says after how many commands each run dies. */
async function told(kills: readonly number[]) {
  const w = world();
  const left = [...kills];
  const settled = async () => {
    for (const after of left.splice(0, 4)) await w.run(after);
    await w.run(Number.POSITIVE_INFINITY);
  };
  const now = (time: string) => {
    w.of.clock.at = at(time);
  };

  now('2026-03-02 10:00');
  const customers = [{ customer: { name: 'A' } }, { customer: { name: 'B' } }];
  const period = { from: '2026-03-01', to: '2026-03-31' };
  const roundData = { name: 'Round', period, customers, teamId: ids.team };
  const round = await w.give('liaison-round', 'scheduleRound', roundData, specialist);
  await w.give('liaison-round', 'openRound', {}, specialist, round);
  await settled();
  const [first = ''] = await w.opened('technicalLiaison');
  const responded = { ...answer, receivedAt: w.of.clock.at, marketingContactId: idOf(0x77) };
  await w.give('technical-liaison', 'recordResponse', responded, specialist, first);
  const hard = { result: 'mouldOrSample', hardProblem: { description: 'd' } };
  await w.give('technical-liaison', 'assess', hard, specialist, first);
  const need = { need: 'sample', description: 'd' };
  await w.give('technical-liaison', 'handOverToSales', need, specialist, first);
  await w.give('liaison-round', 'closeRound', {}, specialist, round);
  await settled();
  const [sample = ''] = await w.opened('sampleRequest');
  await w.give('sample-request', 'withdraw', {}, marketing, sample);

  const [one, two] = [
    await w.give('complaint', 'receive', complained, agent),
    await w.give('complaint', 'receive', complained, agent),
  ];
  await w.give('complaint', 'classify', { items: [classification] }, qa, one);
  now('2026-03-03 10:00');
  await w.give('complaint', 'classify', { items: [classification] }, qa, two);
  await w.give('complaint', 'showHardProblem', { description: 'd' }, qa, two);
  const three = await w.give('complaint', 'receive', complained, agent);
  await w.give('complaint', 'mergeInto', { survivorId: two, reason: 'r' }, agent, three);
  await settled();

  const visitors = { contactIds: [], headcount: 2 };
  const application = { purpose: 'tour', customer: { name: 'A' }, channel: 'email', visitors };
  const visit = await w.give('factory-visit', 'apply', application, marketing);
  const days = { plannedFrom: '2026-03-04', plannedTo: '2026-03-04' };
  await w.give('factory-visit', 'assess', { grade: 'A', services: [], ...days }, agent, visit);
  await w.give('factory-visit', 'approve', {}, director, visit);
  await w.give('factory-visit', 'assignHosts', { counterparts: [host.id] }, agent, visit);
  now('2026-03-04 17:00');
  const held = { heldFrom: '2026-03-04', heldTo: '2026-03-04' };
  await w.give('factory-visit', 'complete', held, host, visit);
  await w.pass('factory-visit', visit, '2026-04-07 10:00');

  const fault = { customer: { name: 'Bao' }, channel: 'phone', siteRegion: 'local', fault: 'f' };
  const request = await w.give('after-sales-request', 'report', fault, agent);
  await w.give('after-sales-request', 'withdraw', {}, customer, request);
  await w.give('complaint', 'withdraw', {}, customer, one);
  await w.give('technical-liaison', 'closeWithoutAgreement', { note: 'n' }, lead, first);
  now('2026-06-01 10:00');
  const late = { direction: 'inbound', channel: 'phone', text: 't' };
  for (const [name, caseId] of [
    ['after-sales-request', request],
    ['complaint', one],
    ['technical-liaison', first],
    ['sample-request', sample],
  ] as const) {
    await w.give(name, 'recordMessage', late, agent, caseId);
  }
  await settled();
  const all = await w.of.store.readAll('', 10_000);
  const counted = new Map<string, number>();
  for (const { streamId, type, metadata } of all) {
    const key = `${categoryOf(streamId)} ${type} by ${metadata.actor.via}`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  const reacted = new Set(all.filter(e => workflows.some(each => each.on.includes(e.type))).map(e => e.type));
  return { counted: Object.fromEntries([...counted].sort()), reacted, problems: w.problems };
}

describe('every workflow', () => {
  test('has something to do in the story, and is refused nothing', async () => {
    const { reacted, problems, counted } = await told([]);
    expect(problems).toEqual([]);
    for (const { name, on } of [...workflows, ...rememberingWorkflows]) {
      expect([name, on.some(type => reacted.has(type))]).toEqual([name, true]);
    }
    expect(counted).toMatchObject({
      'technicalLiaison TechnicalLiaisonFormSent by workflow': 2,
      'liaisonRound LiaisonRoundAnswered by workflow': 1,
      'technicalLiaison CaseClosed by workflow': 1,
      'sampleRequest SampleRequestOpened by workflow': 2,
      'technicalLiaison TechnicalLiaisonSampleConcluded by workflow': 1,
      'difficultProblem DifficultProblemRaised by workflow': 2,
      'complaint CaseAbsorbed by workflow': 1,
      'complaint RecurrenceFound by workflow': 1,
      'factoryVisit FactoryVisitFollowUpTaskOpened by workflow': 1,
      'complaint ComplaintReceived by workflow': 1,
      'afterSalesRequest AfterSalesReported by workflow': 1,
      'technicalLiaison TechnicalLiaisonOpened by workflow': 1,
    });
  });

  test('does its work once, killed between any two steps as often as you like', async () => {
    const { counted: whole } = await told([]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(6), { minLength: 1, maxLength: 16 }), async kills => {
        const { counted, problems } = await told(kills);
        expect(counted).toEqual(whole);
        expect(problems).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
