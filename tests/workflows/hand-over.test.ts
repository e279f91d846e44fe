import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnyCommand } from '../../domain/case/lifecycle.ts';
import { registered } from '../../domain/case/lifecycle.ts';
import { difficultProblem } from '../../domain/difficult-problem/difficult-problem.ts';
import { ERASED } from '../../domain/log/personal.ts';
import { sampleRequest } from '../../domain/sample-request/sample-request.ts';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { handOverToSales } from '../../workflows/hand-over-to-sales.ts';
import { hardProblem } from '../../workflows/hard-problem.ts';
import { sampleConcluded } from '../../workflows/sample-concluded.ts';
import { at, customer, idOf, lead, marketing, qa } from '../given-when-then.ts';
import { marketingContactId, nanyang, response, specialist } from '../technical-liaison/liaison-stories.ts';
import { World } from './world.ts';

const workflows = [handOverToSales, sampleConcluded, hardProblem];

function assessed(assessment: AnyCommand['data']) {
  const world = new World([
    registered(technicalLiaison),
    registered(sampleRequest),
    registered(difficultProblem),
  ]);
  const data = { ...response, customer: nanyang, receivedAt: at('2026-03-02 10:00') };
  const liaisonId = world.give(
    'technical-liaison',
    { type: 'recordResponse', data },
    specialist,
    '2026-03-02 10:00',
  );
  const assess = { type: 'assess', data: assessment };
  world.give('technical-liaison', assess, specialist, '2026-03-02 11:00', liaisonId);
  return { world, liaisonId };
}

function handedOver() {
  const { world, liaisonId } = assessed({ result: 'mouldOrSample' });
  const data = {
    need: 'mouldAndSample',
    description: '5号隐形, 水洗',
    product: { code: '5VS-CFC' },
    quantity: { value: 20, unit: 'piece' },
    marketingContactId,
    teamId: idOf(0xb),
  };
  world.give(
    'technical-liaison',
    { type: 'handOverToSales', data },
    specialist,
    '2026-03-02 13:30',
    liaisonId,
  );
  return { world, liaisonId };
}

function sampleOf(world: World): string {
  return world.cases('sample-request')[0]?.caseId ?? '';
}

describe('a hand-over to sales', () => {
  test('opens a sample request for the marketing technical contact, linked both ways', () => {
    const { world, liaisonId } = handedOver();
    world.react(workflows, '2026-03-02 13:31');
    const sampleId = sampleOf(world);
    expect(world.state(sampleId)).toMatchObject({
      phase: 'opened',
      customer: nanyang,
      productCode: '5VS-CFC',
      assigneeId: marketingContactId,
      teamId: idOf(0xb),
      linkedTo: [liaisonId],
    });
    expect(world.last('SampleRequestOpened').data).toMatchObject({
      need: 'mouldAndSample',
      description: '5号隐形, 水洗',
      quantity: { value: 20, unit: 'piece' },
    });
    expect(world.state(liaisonId)).toMatchObject({ phase: 'handedOver', linkedTo: [sampleId] });
    expect(world.refused).toEqual([]);
  });

  test('does so once, wherever it was killed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { maxLength: 4 }), crashes => {
        const { world, liaisonId } = handedOver();
        for (const after of crashes) {
          world.reactTo(handOverToSales, world.last('TechnicalLiaisonHandedOver'), '2026-03-02 13:31', after);
        }
        world.react(workflows, '2026-03-02 13:31');
        expect(world.react(workflows, '2026-03-02 13:32')).toBe(0);
        expect(world.cases('sample-request')).toHaveLength(1);
        expect(world.state(liaisonId).linkedTo).toHaveLength(1);
      }),
    );
  });

  test('whose description was erased opens one without it', () => {
    const { world } = handedOver();
    const event = world.last('TechnicalLiaisonHandedOver');
    const erased = { ...event, data: { ...event.data, description: ERASED } };
    world.reactTo(handOverToSales, erased, '2026-03-02 13:31');
    expect(world.last('SampleRequestOpened').data).toMatchObject({ description: ERASED });
  });

  test('is reopened to its liaison by every judgement', () => {
    const { world, liaisonId } = handedOver();
    world.react(workflows, '2026-03-02 13:31');
    const sampleId = sampleOf(world);
    const give = (type: string, data: AnyCommand['data'], by: typeof marketing, now: string) =>
      world.give('sample-request', { type, data }, by, now, sampleId);
    const parcel = { courier: '顺丰', courierNumber: 'SF1' };
    give('quote', {}, marketing, '2026-03-03 10:00');
    give('startMaking', {}, marketing, '2026-03-03 11:00');
    give('send', parcel, marketing, '2026-03-06 11:00');
    give('judge', { judgement: 'changesWanted' }, customer, '2026-03-09 11:00');
    world.react(workflows, '2026-03-09 11:01');
    expect(world.state(liaisonId)).toMatchObject({
      phase: 'handedOver',
      handOvers: [{ sampleRequestId: sampleId, result: 'changesWanted' }],
    });
    give('startMaking', {}, marketing, '2026-03-10 11:00');
    give('send', parcel, marketing, '2026-03-12 11:00');
    give('judge', { judgement: 'accepted' }, customer, '2026-03-16 11:00');
    give('close', {}, marketing, '2026-03-16 12:00');
    world.react(workflows, '2026-03-16 12:01');
    expect(world.state(liaisonId)).toMatchObject({
      phase: 'sampleJudged',
      handOvers: [{ result: 'accepted' }],
    });
    world.give('technical-liaison', { type: 'close', data: {} }, specialist, '2026-03-16 13:30', liaisonId);
    expect(world.state(liaisonId).phase).toBe('closed');
    expect(world.refused).toEqual([]);
  });

  test('is over for the liaison when sales drops it', () => {
    const { world, liaisonId } = handedOver();
    world.react(workflows, '2026-03-02 13:31');
    const withdraw = { type: 'withdraw', data: { reason: 'order lost' } };
    world.give('sample-request', withdraw, marketing, '2026-03-05 10:00', sampleOf(world));
    world.react(workflows, '2026-03-05 10:01');
    expect(world.state(liaisonId)).toMatchObject({
      phase: 'sampleJudged',
      handOvers: [{ result: 'dropped' }],
    });
  });

  test('a sample request that marketing opened tells nobody', () => {
    const { world } = assessed({ result: 'productInformation' });
    const data = { need: 'sample', description: 'd', customer: nanyang };
    const sampleId = world.give('sample-request', { type: 'open', data }, marketing, '2026-03-03 10:00');
    world.give('sample-request', { type: 'withdraw', data: {} }, marketing, '2026-03-03 11:00', sampleId);
    expect(world.react(workflows, '2026-03-03 11:01')).toBe(0);
  });
});

describe('a liaison that shows a hard problem', () => {
  const shown = {
    result: 'productShortcoming',
    hardProblem: { description: '水洗后拉头脱落', teamId: idOf(0xb) },
  };

  test('raises a difficult problem for the team named, linked both ways', () => {
    const { world, liaisonId } = assessed(shown);
    world.react(workflows, '2026-03-02 11:01');
    const problem = world.cases('difficult-problem')[0];
    expect(problem?.state).toMatchObject({
      phase: 'raised',
      foundIn: 'case',
      origin: { lifecycle: 'technical-liaison', caseId: liaisonId },
      teamId: idOf(0xb),
      linkedTo: [liaisonId],
    });
    expect(problem?.state.clocks.map(c => c.clock)).toEqual(['firstResponse', 'progress']);
    expect(world.state(liaisonId).linkedTo).toEqual([problem?.caseId]);
  });

  test('does so once, and one that shows none raises none', () => {
    const { world } = assessed(shown);
    world.react(workflows, '2026-03-02 11:01');
    expect(world.react(workflows, '2026-03-02 11:02')).toBe(0);
    expect(world.cases('difficult-problem')).toHaveLength(1);
    const { world: calm } = assessed({ result: 'productShortcoming' });
    expect(calm.react(workflows, '2026-03-02 11:01')).toBe(0);
  });

  test('a problem that somebody raised from a case is linked to it, one of production to none', () => {
    const { world, liaisonId } = assessed({ result: 'productShortcoming' });
    const raise = (data: AnyCommand['data']) =>
      world.give('difficult-problem', { type: 'raise', data }, qa, '2026-03-03 10:00');
    const origin = { lifecycle: 'technical-liaison', caseId: liaisonId };
    const problemId = raise({ foundIn: 'case', origin, description: 'd' });
    raise({ foundIn: 'production', description: 'd' });
    world.react(workflows, '2026-03-03 10:01');
    expect(world.state(liaisonId).linkedTo).toEqual([problemId]);
    expect(world.events(problemId)).not.toContain('CaseLinked');
  });

  test('a problem of a case that there is not is linked to nothing', () => {
    const { world } = assessed({ result: 'productShortcoming' });
    const origin = { lifecycle: 'technical-liaison', caseId: idOf(0x99) };
    const data = { foundIn: 'case', origin, description: 'd' };
    world.give(
      'difficult-problem',
      { type: 'raise', data },
      { ...lead, roles: ['lead', 'qa'] },
      '2026-03-03 10:00',
    );
    world.react(workflows, '2026-03-03 10:01');
    expect(world.refused).toEqual([{ command: 'link', reason: 'notFound' }]);
  });
});
