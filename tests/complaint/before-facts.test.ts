import { describe, expect, it } from 'vitest';
import {
  agent,
  at,
  customer,
  event,
  idOf,
  judge,
  lead,
  person,
  qa,
  qaHead,
  system,
} from '../given-when-then.ts';
import { decision, firstItem, received } from './complaints.ts';

const classification = {
  responsibleParty: { kind: 'department', code: 'assembly' },
  severity: 'major',
} as const;
const inAssembly = person(0x41, 'contributor', { department: 'assembly' });
const remedyId = idOf(0x1_0100);
const credit = { kind: 'credit', amount: { amountMinor: 1_000, currency: 'CNY' } } as const;
const document = 'CN-9';
const evidence = 'Mail 4';
const story = received({ items: [{ batch: 'B-1' }] });
const decided = story.did('communicateDecision', decision, qa, '2026-09-30 14:00');
const offered = story.did('offerRemedy', credit, agent, '2026-09-30 14:00');
const taken = offered.did('acceptRemedy', { remedyId, evidence }, agent, '2026-09-30 15:00');
const earlier = (what: string) => ({ occurredAt: at(`2026-09-30 ${what}`) });
const NOW = '2026-09-30 16:00';

describe('a step is not dated before what it rests on:', () => {
  it('a closing, before the decision', () => {
    decided
      .when('close', earlier('13:59'), agent, NOW)
      .thenRejected('beforeFact', { fact: 'ComplaintDecisionCommunicated' });
    decided.when('close', earlier('14:00'), agent, NOW).then(event('SlaClockMet'), event('CaseClosed'));
  });

  it('a closing, before a remedy was given', () => {
    taken
      .did('communicateDecision', decision, qa, '2026-09-30 15:00')
      .did('fulfilRemedy', { remedyId, document }, agent, '2026-09-30 15:30')
      .when('close', earlier('15:29'), agent, NOW)
      .thenRejected('beforeFact', { fact: 'ComplaintRemedyFulfilled' });
  });

  it('a closing, before the contest that began its promise', () => {
    decided
      .did('contest', { grounds: 'No' }, customer, '2026-09-30 15:00')
      .did('waiveStep', { step: 'decision', reason: 'Agreed by phone' }, lead, '2026-09-30 15:10')
      .when('close', earlier('14:30'), agent, NOW)
      .thenRejected('beforePromise', { clock: 'closing' });
  });

  it('but a sample that came back later says nothing of the closing', () => {
    decided
      .did('recordSample', { step: 'returned', holder: 'customer' }, agent, '2026-09-30 15:00')
      .when('close', earlier('14:30'), agent, NOW)
      .then(event('SlaClockMet'), event('CaseClosed'));
  });

  it('a reopening, before the end', () => {
    decided
      .did('close', {}, agent, '2026-09-30 15:00')
      .when('reopen', { reason: 'Again', ...earlier('14:59') }, agent, NOW)
      .thenRejected('beforeFact', { fact: 'ending' });
  });

  it('an answer to a remedy, before the offer', () => {
    for (const command of ['acceptRemedy', 'rejectRemedy'] as const)
      offered
        .when(command, { remedyId, evidence, ...earlier('13:59') }, agent, NOW)
        .thenRejected('beforeFact', { fact: 'offer' });
  });

  it('a remedy given or waived, before it was accepted', () => {
    taken
      .when('fulfilRemedy', { remedyId, document, ...earlier('14:59') }, agent, NOW)
      .thenRejected('beforeFact', { fact: 'acceptance' });
    taken
      .when('waiveRemedy', { remedyId, reason: 'No need', ...earlier('14:59') }, agent, NOW)
      .thenRejected('beforeFact', { fact: 'acceptance' });
  });

  it('an answer to a large remedy, before its approval', () => {
    story
      .did(
        'offerRemedy',
        { ...credit, amount: { amountMinor: 600_000, currency: 'CNY' } },
        agent,
        '2026-09-30 14:00',
      )
      .did('approveRemedy', { remedyId }, lead, '2026-09-30 15:00')
      .when('acceptRemedy', { remedyId, evidence, ...earlier('14:30') }, agent, NOW)
      .thenRejected('beforeFact', { fact: 'approval' });
  });

  it('a judgement and an arrival, before they were asked for', () => {
    story
      .did('askRemoteJudgement', { question: 'Must we go?' }, agent, '2026-09-30 14:00')
      .did('waiveStep', { step: 'remoteJudgement', reason: 'Urgent' }, lead, '2026-09-30 14:10')
      .when(
        'judgeRemotely',
        { mustGoOnSite: true, basis: ['photos'], reasons: 'Seen', ...earlier('13:00') },
        judge,
        NOW,
      )
      .thenRejected('beforeFact', { fact: 'question' });
    story
      .did('waiveStep', { step: 'remoteJudgement', reason: 'Near' }, lead, '2026-09-30 13:50')
      .did('decideOnSite', { people: [qa.id], purpose: 'Look' }, qa, '2026-09-30 14:00')
      .when('cancelOnSite', { reason: 'No need', ...earlier('13:55') }, qa, NOW)
      .thenRejected('beforeFact', { fact: 'visit' });
  });

  it('a dispute, a ruling and another classification, before the classification', () => {
    const classified = story.did('classify', { items: [classification] }, qa, '2026-09-30 14:00');
    classified
      .when('reclassify', { items: [classification], reason: 'Again', ...earlier('13:59') }, qa, NOW)
      .thenRejected('beforeFact', { fact: 'classification' });
    classified
      .when('disputeResponsibility', { grounds: 'Not us', ...earlier('13:59') }, inAssembly, NOW)
      .thenRejected('beforeFact', { fact: 'classification' });
    classified
      .did('disputeResponsibility', { grounds: 'Not us' }, inAssembly, '2026-09-30 15:00')
      .when(
        'ruleOnResponsibility',
        {
          itemId: firstItem,
          shares: [{ party: classification.responsibleParty, percent: 100 }],
          reasons: 'It is',
          ...earlier('14:59'),
        },
        qaHead,
        NOW,
      )
      .thenRejected('beforeFact', { fact: 'dispute' });
  });

  it('a step taken back, before it was taken', () => {
    const stepRevision = decided.revisionOf('ComplaintDecisionCommunicated');
    decided
      .when('retractStep', { stepRevision, reason: 'A slip', ...earlier('13:59') }, lead, NOW)
      .thenRejected('beforeFact', { fact: 'step' });
  });

  it('a resumption, before the pause', () => {
    story
      .did('pauseClock', { reason: 'awaitingCustomer' }, agent, '2026-09-30 14:00')
      .when('resumeClock', earlier('13:59'), agent, NOW)
      .thenRejected('beforeFact', { fact: 'pause' });
  });
});

describe('a part of a case', () => {
  it('is split off by the case alone', () => {
    const splitFrom = idOf(0x99);
    expect(() => received({ splitFrom })).toThrow('partsAreSplitOff');
    expect(received({ splitFrom }, undefined, {}, system).state.phase).toBe('received');
  });
});
