import { describe, expect, it } from 'vitest';
import { complaint } from '../../domain/complaint/complaint.ts';
import { resultOf } from '../../domain/sla/clock.ts';
import {
  agent,
  at,
  customer,
  event,
  given,
  lead,
  local,
  person,
  qa,
  qaHead,
  system,
} from '../given-when-then.ts';
import { decision, received, reply } from './complaints.ts';

const decided = received()
  .did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00')
  .did('communicateDecision', decision, qa, '2026-10-08 10:00');
const contested = decided.did('contest', { grounds: 'It was not our machine' }, customer, '2026-10-09 10:00');
const closed = decided.did('close', {}, agent, '2026-10-09 10:00');
const fromCustomer = { direction: 'inbound', channel: 'email', text: 'It came apart again' } as const;

describe('a contest', () => {
  it('cancels the closing and starts the next cycles of decision and closing', () => {
    decided.when('contest', { grounds: 'It was not our machine' }, customer, '2026-10-09 10:00').then(
      event('ComplaintContested'),
      event('SlaClockCancelled', { clock: 'closing', cycle: 1, because: 'contested' }),
      event('SlaClockStarted', {
        clock: 'decision',
        cycle: 2,
        schedule: { dueAt: at('2026-10-15 10:00') },
      }),
      event('SlaClockStarted', { clock: 'closing', cycle: 2, schedule: { dueAt: at('2026-10-22 10:00') } }),
    );
  });

  it('leaves the decision its result', () => {
    expect(resultOf(contested.clock('decision', 1))).toBe('met');
  });

  it('is a phase', () => {
    expect(contested.state.phase).toBe('contested');
  });

  it('needs a decision', () => {
    received()
      .when('contest', { grounds: 'No' }, customer, '2026-09-30 09:00')
      .thenRejected('nothingToContest');
  });

  it('after the closing is a reopening', () => {
    closed
      .when('contest', { grounds: 'No' }, customer, '2026-10-10 09:00')
      .thenRejected('caseEnded', { how: 'closed' });
  });

  it('waits for a review before there is a new decision', () => {
    contested.when('communicateDecision', decision, qa, '2026-10-10 09:00').thenRejected('reviewFirst');
  });

  it('is met by the decision after the review, in its own cycle', () => {
    contested
      .did('review', { outcome: 'changed', reasons: 'The crimping was cold' }, qaHead, '2026-10-10 09:00')
      .when('communicateDecision', decision, qa, '2026-10-10 10:00')
      .then(event('ComplaintDecisionCommunicated'), event('SlaClockMet', { clock: 'decision', cycle: 2 }));
  });

  it('is closed without agreement only after a review', () => {
    contested
      .when('closeWithoutAgreement', { note: 'No agreement' }, lead, '2026-10-10 09:00')
      .thenRejected('reviewFirst');
    contested
      .did('review', { outcome: 'upheld', reasons: 'Nothing new' }, qaHead, '2026-10-10 09:00')
      .when('closeWithoutAgreement', { note: 'No agreement' }, lead, '2026-10-10 10:00')
      .then(
        event('SlaClockMet', { clock: 'closing', cycle: 2, mode: 'withoutAgreement' }),
        event('SlaClockCancelled', { clock: 'decision', cycle: 2, because: 'caseClosed' }),
        event('CaseClosed', { mode: 'withoutAgreement' }),
      );
  });
});

describe('a review', () => {
  const review = { outcome: 'upheld', reasons: 'Nothing new' } as const;

  it('is by somebody without a decision of theirs in the case', () => {
    contested.when('review', review, qa, '2026-10-10 09:00').thenRejected('involved');
  });

  it('is by somebody without a finding of theirs in the case', () => {
    const finder = person(0x40, 'qa');
    received()
      .did('recordFindings', { onSite: false, rootCause: 'Cold crimping' }, finder, '2026-09-30 09:00')
      .did('communicateDecision', decision, qa, '2026-10-08 10:00')
      .did('contest', { grounds: 'No' }, customer, '2026-10-09 10:00')
      .when('review', review, finder, '2026-10-10 09:00')
      .thenRejected('involved');
  });

  it('needs a contest, and comes once', () => {
    decided.when('review', review, qaHead, '2026-10-10 09:00').thenRejected('notContested');
    contested
      .did('review', review, qaHead, '2026-10-10 09:00')
      .when('review', review, lead, '2026-10-10 10:00')
      .thenRejected('alreadyReviewed');
  });
});

describe('a closing', () => {
  it('meets its promise, with the mode', () => {
    decided
      .when('close', {}, agent, '2026-10-09 10:00')
      .then(
        event('SlaClockMet', { clock: 'closing', mode: 'closed' }),
        event('CaseClosed', { mode: 'closed', satisfaction: 'notGiven' }),
      );
  });

  it('cancels what is open', () => {
    decided
      .did('askRemoteJudgement', { question: 'Still?' }, agent, '2026-10-09 09:00')
      .when('close', {}, agent, '2026-10-09 10:00')
      .then(
        event('SlaClockMet', { clock: 'closing' }),
        event('SlaClockCancelled', { clock: 'remoteJudgement', because: 'caseClosed' }),
        event('CaseClosed'),
      );
  });

  it('needs a decision, or that step waived', () => {
    const open = received();
    open.when('close', {}, agent, '2026-09-30 10:00').thenRejected('decisionFirst');
    open
      .did('waiveStep', { step: 'decision', reason: 'Goodwill' }, lead, '2026-09-29 17:00')
      .when('close', {}, agent, '2026-09-30 10:00')
      .then(
        event('SlaClockMet', { clock: 'closing' }),
        event('SlaClockCancelled', { clock: 'acknowledgement' }),
        event('SlaClockCancelled', { clock: 'firstReply' }),
        event('CaseClosed'),
      );
  });

  it('takes the customer’s satisfaction from the customer only', () => {
    decided
      .when('close', { satisfaction: 5 }, agent, '2026-10-09 10:00')
      .thenRejected('satisfactionIsTheCustomers');
    decided
      .did('recordMessage', fromCustomer, agent, '2026-10-09 09:00')
      .when('close', { satisfaction: 5 }, agent, '2026-10-09 10:00')
      .then(event('SlaClockMet'), event('CaseClosed', { satisfaction: 5 }));
  });

  it('ends what can be done but for what comes after', () => {
    closed
      .when(
        'classify',
        { items: [{ responsibleParty: { kind: 'customerUse' }, severity: 'minor' }] },
        agent,
        '2026-10-10 09:00',
      )
      .thenRejected('caseEnded');
    closed.when('close', {}, agent, '2026-10-10 09:00').thenRejected('caseEnded');
    closed
      .when(
        'addToNegativeCases',
        { title: 'Cold crimping', lesson: 'Check the heater' },
        qa,
        '2026-10-10 09:00',
      )
      .then(event('ComplaintAddedToNegativeCases'));
  });
});

describe('a reopening', () => {
  it('starts the next cycles of first reply, decision and closing from its instant', () => {
    closed.when('reopen', { reason: 'It came apart again' }, customer, '2026-10-12 09:00').then(
      event('CaseReopened', { by: 'command' }),
      event('SlaClockStarted', {
        clock: 'firstReply',
        cycle: 2,
        schedule: { dueAt: at('2026-10-13 09:00') },
      }),
      event('SlaClockStarted', {
        clock: 'decision',
        cycle: 2,
        schedule: { dueAt: at('2026-10-19 09:00') },
      }),
      event('SlaClockStarted', { clock: 'closing', cycle: 2, schedule: { dueAt: at('2026-10-26 09:00') } }),
    );
  });

  it('comes with any inbound message', () => {
    closed
      .when('recordMessage', fromCustomer, agent, '2026-10-12 09:00')
      .then(
        event('MessageRecorded'),
        event('CaseReopened', { by: 'message' }),
        event('SlaClockStarted', { clock: 'firstReply' }),
        event('SlaClockStarted', { clock: 'decision' }),
        event('SlaClockStarted', { clock: 'closing' }),
      );
  });

  it('does not come with a message of ours', () => {
    closed
      .when(
        'recordMessage',
        { direction: 'outbound', channel: 'email', purpose: 'onTheMatter' },
        agent,
        '2026-10-12 09:00',
      )
      .then(event('MessageRecorded'));
  });

  it('by a message from before the closing counts from the closing', () => {
    const early = closed.did(
      'recordMessage',
      { ...fromCustomer, occurredAt: at('2026-10-09 09:00') },
      agent,
      '2026-10-09 11:00',
    );
    expect(local(early.clock('firstReply').startedAt)).toBe('2026-10-09 10:00');
  });

  it('owes a new reply and a new decision', () => {
    const reopened = closed.did('reopen', { reason: 'Again' }, customer, '2026-10-12 09:00');
    expect(reopened.state.phase).toBe('reopened');
    expect(reopened.possible).toEqual(
      expect.arrayContaining(['sendPreliminaryReply', 'communicateDecision']),
    );
    expect(reopened.possible).not.toContain('close');
  });

  it('is possible for 30 days, to the last instant', () => {
    closed
      .when('reopen', { reason: 'Again' }, customer, at('2026-11-08 10:00') + 1)
      .thenRejected('reopeningPeriodOver');
    expect(
      closed.did('reopen', { reason: 'Again' }, customer, '2026-11-08 10:00').state.ended,
    ).toBeUndefined();
  });

  it('after the period a message opens a new case instead, linked', () => {
    closed.when('recordMessage', fromCustomer, agent, '2026-11-09 10:00').then(
      event('MessageRecorded'),
      event('CaseToBeContinued', { receivedAt: at('2026-11-09 10:00') }),
      event('ComplaintSuccessorPrepared', {
        relation: 'continuation',
        complainant: { name: 'Bao Bags' },
        description: 'It came apart again',
        receivedAt: at('2026-11-09 10:00'),
      }),
    );
    const successor = given(complaint).did(
      'receive',
      {
        kind: 'product',
        complainant: { name: 'Bao Bags' },
        channel: 'email',
        siteRegion: 'local',
        description: 'Again',
        continues: agent.id,
      },
      { ...system, via: 'workflow' },
      '2026-11-09 10:00',
    );
    expect(successor.state.linkedTo).toEqual([agent.id]);
  });

  it('needs an end, and one that is not for good', () => {
    decided.when('reopen', { reason: 'Again' }, customer, '2026-10-09 10:00').thenRejected('notEnded');
    decided
      .did('voidEntry', { reason: 'A test' }, lead, '2026-10-09 10:00')
      .when('reopen', { reason: 'Again' }, agent, '2026-10-09 11:00')
      .thenRejected('voidedForGood');
  });
});

describe('a withdrawal', () => {
  it('cancels every promise', () => {
    decided
      .when('withdraw', { reason: 'Settled by phone' }, customer, '2026-10-09 10:00')
      .then(event('SlaClockCancelled', { clock: 'closing', because: 'withdrawn' }), event('CaseWithdrawn'));
  });

  it('can be reopened', () => {
    const back = decided
      .did('withdraw', {}, customer, '2026-10-09 10:00')
      .did('reopen', { reason: 'Not settled' }, customer, '2026-10-10 09:00');
    expect(back.clock('firstReply').cycle).toBe(2);
  });
});

describe('an entry that is voided', () => {
  const voided = decided.did('voidEntry', { reason: 'A test' }, lead, '2026-10-09 10:00');

  it('cancels every promise', () => {
    received()
      .when('voidEntry', { reason: 'A test' }, lead, '2026-09-29 16:30')
      .then(
        event('SlaClockCancelled', { clock: 'acknowledgement', because: 'voided' }),
        event('SlaClockCancelled', { clock: 'firstReply' }),
        event('SlaClockCancelled', { clock: 'decision' }),
        event('SlaClockCancelled', { clock: 'closing' }),
        event('CaseVoided'),
      );
  });

  it('keeps a breach that no timer told yet', () => {
    const late = received().did('voidEntry', { reason: 'A test' }, lead, '2026-10-30 10:00');
    expect(late.clock('firstReply')).toMatchObject({
      status: 'cancelled',
      breach: { dueAt: at('2026-09-30 16:00') },
    });
  });

  it('is voided once', () => {
    voided
      .when('voidEntry', { reason: 'A test' }, lead, '2026-10-09 11:00')
      .thenRejected('caseEnded', { how: 'voided' });
  });

  it('is not opened again by a message', () => {
    voided.when('recordMessage', fromCustomer, agent, '2026-10-09 11:00').then(event('MessageRecorded'));
  });
});
