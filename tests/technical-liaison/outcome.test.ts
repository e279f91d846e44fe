import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { anyNumbers, surviveAnything } from '../arbitrary-commands.ts';
import { at, event, given, idOf, ids, lead } from '../given-when-then.ts';
import { answered, formSent, marketingContactId, nanyang, specialist, workflow } from './liaison-stories.ts';

const liaison = answered(at('2026-03-02 10:00'), '2026-03-02 10:00');
const assessed = (result: 'mouldOrSample' | 'productShortcoming') =>
  liaison.did('assess', { result }, specialist, '2026-03-02 11:00');
const wanted = { need: 'sample', description: '5号隐形, 水洗' } as const;
const handedOver = assessed('mouldOrSample').did(
  'handOverToSales',
  { ...wanted, marketingContactId },
  specialist,
  '2026-03-02 13:30',
);
const { handOverId } = handedOver.last('TechnicalLiaisonHandedOver');
const sampleRequestId = idOf(0x71);

describe('an assessment', () => {
  test('follows an answer, and may be given anew', () => {
    formSent
      .when('assess', { result: 'productInformation' }, specialist, '2026-03-02 11:00')
      .thenRejected('notPossibleNow', { phase: 'formSent' });
    const first = assessed('productShortcoming');
    expect(first.state.phase).toBe('assessed');
    first
      .when('assess', { result: 'marketInformation' }, specialist, '2026-03-02 12:00')
      .then(event('TechnicalLiaisonAssessed', { result: 'marketInformation' }));
  });

  test('leaves the first reply owed', () => {
    expect(assessed('productShortcoming').clock('firstReply').status).toBe('running');
    expect(assessed('productShortcoming').possible).toContain('replyPreliminarily');
  });

  test('may show a hard problem, once, for another team or its own', () => {
    const hardProblem = { description: '水洗后拉头脱落' };
    liaison
      .when('assess', { result: 'productShortcoming', hardProblem }, specialist, '2026-03-02 11:00')
      .then(event('TechnicalLiaisonAssessed', { hardProblem: { ...hardProblem, teamId: ids.team } }));
    const raised = liaison.did(
      'assess',
      { result: 'productShortcoming', hardProblem: { ...hardProblem, teamId: idOf(0xb) } },
      specialist,
      '2026-03-02 11:00',
    );
    expect(raised.last('TechnicalLiaisonAssessed').hardProblem?.teamId).toBe(idOf(0xb));
    raised
      .when('assess', { result: 'productShortcoming', hardProblem }, specialist, '2026-03-02 12:00')
      .thenRejected('hardProblemAlreadyRaised');
  });
});

describe('a hand-over to sales', () => {
  test('carries what sales needs, and leaves the liaison open with its first reply owed', () => {
    assessed('mouldOrSample')
      .when('handOverToSales', { ...wanted, marketingContactId }, specialist, '2026-03-02 13:30')
      .then(
        event('TechnicalLiaisonHandedOver', {
          ...wanted,
          customer: nanyang,
          marketingContactId,
          teamId: ids.team,
        }),
      );
    expect(handedOver.state.phase).toBe('handedOver');
    expect(handedOver.clock('firstReply').status).toBe('running');
  });

  test('goes to the marketing technical contact that is known, and to nobody else', () => {
    assessed('mouldOrSample')
      .when('handOverToSales', wanted, specialist, '2026-03-02 13:30')
      .thenRejected('marketingContactNeeded');
    assessed('mouldOrSample')
      .did(
        'correctDetails',
        { field: 'marketingContactId', to: marketingContactId, reason: 'now known' },
        lead,
        '2026-03-02 13:00',
      )
      .when('handOverToSales', wanted, specialist, '2026-03-02 13:30')
      .then(event('TechnicalLiaisonHandedOver', { marketingContactId }));
  });

  test('needs an assessment that says so, but for an urgent case', () => {
    assessed('productShortcoming')
      .when('handOverToSales', { ...wanted, marketingContactId }, specialist, '2026-03-02 13:30')
      .thenRejected('notPossibleNow', { phase: 'assessed' });
    liaison
      .did('markUrgent', { reason: 'the line stands still' }, lead, '2026-03-02 11:00')
      .when('handOverToSales', { ...wanted, marketingContactId }, specialist, '2026-03-02 13:30')
      .then(event('TechnicalLiaisonHandedOver'));
  });

  test('is one at a time', () => {
    handedOver
      .when('handOverToSales', { ...wanted, marketingContactId }, specialist, '2026-03-03 13:30')
      .thenRejected('notPossibleNow', { phase: 'handedOver' });
  });
});

describe('what became of the sample', () => {
  const concluded = (result: 'accepted' | 'changesWanted' | 'refused' | 'dropped') =>
    handedOver.did(
      'recordSampleResult',
      { handOverId, sampleRequestId, result },
      workflow,
      '2026-03-20 10:00',
    );

  test.each(['accepted', 'refused', 'dropped'] as const)(
    '%s: the liaison may close or hand over again',
    result => {
      const told = concluded(result);
      expect(told.state.phase).toBe('sampleJudged');
      expect(told.state.handOvers).toMatchObject([{ handOverId, sampleRequestId, result }]);
      expect(told.possible).toEqual(
        expect.arrayContaining(['close', 'handOverToSales', 'decline', 'recordSolution']),
      );
    },
  );

  test('changes wanted: sales goes on with it', () => {
    const told = concluded('changesWanted');
    expect(told.state.phase).toBe('handedOver');
    expect(told.possible).not.toContain('handOverToSales');
    const accepted = told.did(
      'recordSampleResult',
      { handOverId, sampleRequestId, result: 'accepted' },
      workflow,
      '2026-03-27 10:00',
    );
    expect(accepted.state.phase).toBe('sampleJudged');
  });

  test('is taken down by a liaison that was closed meanwhile, and only of a hand-over it made', () => {
    handedOver
      .did('close', {}, specialist, '2026-03-05 10:00')
      .when(
        'recordSampleResult',
        { handOverId, sampleRequestId, result: 'accepted' },
        workflow,
        '2026-03-20 10:00',
      )
      .then(event('TechnicalLiaisonSampleConcluded', { result: 'accepted' }));
    handedOver
      .when(
        'recordSampleResult',
        { handOverId: idOf(0x99), sampleRequestId, result: 'accepted' },
        workflow,
        '2026-03-20 10:00',
      )
      .thenRejected('noSuchHandOver');
    given(technicalLiaison)
      .when(
        'recordSampleResult',
        { handOverId, sampleRequestId, result: 'accepted' },
        workflow,
        '2026-03-20 10:00',
      )
      .thenRejected('noSuchCase');
  });

  test('a last judgement that was corrected is taken down again', () => {
    concluded('accepted')
      .when(
        'recordSampleResult',
        { handOverId, sampleRequestId, result: 'refused' },
        workflow,
        '2026-03-21 10:00',
      )
      .then(event('TechnicalLiaisonSampleConcluded', { result: 'refused' }));
  });

  test('a request that ends after its judgement adds nothing', () => {
    concluded('accepted')
      .when(
        'recordSampleResult',
        { handOverId, sampleRequestId, result: 'dropped' },
        workflow,
        '2026-03-21 10:00',
      )
      .then();
  });
});

describe('solution, project and refusal', () => {
  const open = assessed('productShortcoming');

  test('follow an assessment', () => {
    for (const step of [
      liaison.when('recordSolution', { solution: 's' }, specialist, '2026-03-02 11:00'),
      liaison.when('startProject', { projectNumber: 'RD-26-014' }, specialist, '2026-03-02 11:00'),
      liaison.when('decline', { reason: 'r' }, specialist, '2026-03-02 11:00'),
    ]) {
      step.thenRejected('notPossibleNow', { phase: 'answered' });
    }
    liaison
      .did('waiveStep', { step: 'assessment', reason: 'plain' }, lead, '2026-03-02 10:30')
      .when('recordSolution', { solution: 's' }, specialist, '2026-03-02 11:00')
      .then(event('TechnicalLiaisonSolved'));
  });

  test('meet no first reply', () => {
    open
      .when('recordSolution', { solution: '改用尼龙' }, specialist, '2026-03-02 12:00')
      .then(event('TechnicalLiaisonSolved', { solution: '改用尼龙' }));
    open
      .when('decline', { reason: '无法生产' }, specialist, '2026-03-02 12:00')
      .then(event('TechnicalLiaisonDeclined', { reason: '无法生产' }));
  });

  test('a project is registered with its number, once, and solves it in the end', () => {
    const project = open.did('startProject', { projectNumber: 'RD-26-014' }, specialist, '2026-03-02 12:00');
    expect(project.state.phase).toBe('projectStarted');
    expect(project.state.outcomes).toMatchObject([{ projectNumber: 'RD-26-014' }]);
    project
      .when('startProject', { projectNumber: 'RD-26-015' }, specialist, '2026-03-02 13:00')
      .thenRejected('notPossibleNow');
    const solved = project.did('recordSolution', { solution: 's' }, specialist, '2026-03-30 10:00');
    expect(solved.state.phase).toBe('solved');
    solved.when('decline', { reason: 'r' }, specialist, '2026-03-30 11:00').thenRejected('notPossibleNow');
  });

  test('taken back, the liaison is where it was', () => {
    const solved = open.did('recordSolution', { solution: 's' }, specialist, '2026-03-02 12:00');
    const stepRevision = solved.revisionOf('TechnicalLiaisonSolved');
    const back = solved.did('retractStep', { stepRevision, reason: 'wrong case' }, lead, '2026-03-02 13:00');
    expect(back.state.phase).toBe('assessed');
  });
});

describe('closing', () => {
  test('needs an outcome or a lead who does without, and ends what is open', () => {
    liaison.when('close', {}, specialist, '2026-03-02 12:00').thenRejected('noOutcome');
    liaison
      .did('waiveStep', { step: 'outcome', reason: 'sorted out' }, lead, '2026-03-02 12:00')
      .when('close', {}, specialist, '2026-03-02 12:00')
      .then(event('SlaClockCancelled', { because: 'caseClosed' }), event('CaseClosed', { mode: 'closed' }));
    handedOver
      .when('close', { satisfaction: 5 }, specialist, '2026-03-02 14:00')
      .then(event('SlaClockCancelled'), event('CaseClosed', { satisfaction: 5 }));
  });

  test('ends every step, and a reopening asks for an outcome again', () => {
    const closed = assessed('productShortcoming')
      .did('recordSolution', { solution: 's' }, specialist, '2026-03-02 12:00')
      .did('close', {}, specialist, '2026-03-02 14:00');
    closed
      .when('assess', { result: 'marketInformation' }, specialist, '2026-03-03 10:00')
      .thenRejected('caseEnded', { how: 'closed' });
    const reopened = closed.did('reopen', { reason: 'not solved' }, lead, '2026-03-04 10:00');
    expect(reopened.state.phase).toBe('answered');
    reopened.when('close', {}, specialist, '2026-03-04 11:00').thenRejected('noOutcome');
  });
});

test('an urgent liaison keeps its due time, as the policy has no urgent target for it', () => {
  const urgent = liaison.did('markUrgent', { reason: 'the line stands still' }, lead, '2026-03-02 11:00');
  expect(urgent.state.priority).toBe('urgent');
  expect(urgent.due('firstReply')).toBe('2026-03-03 10:00');
});

test('whatever is sent to a liaison, it decides, and by its own schemas', () => {
  const words = ['customer', 'kind', 'marketingContactId', 'firstReply', 'outcome', 'assessment'];
  fc.assert(
    fc.property(anyNumbers, numbers => {
      surviveAnything(technicalLiaison, numbers, words);
    }),
  );
}, 120_000);
