import { describe, expect, it } from 'vitest';
import { openClock } from '../../domain/sla/clock.ts';
import { agent, at, event, judge, lead, qa, qaHead, system, technician } from '../given-when-then.ts';
import { decision, firstItem, received, reply, secondItem } from './complaints.ts';

describe('a fact that lies before the promise it should keep', () => {
  const reopened = received()
    .did('communicateDecision', decision, qa, '2026-09-30 10:00')
    .did('close', {}, agent, '2026-09-30 11:00')
    .did('reopen', { reason: 'It happened again' }, agent, '2026-09-30 14:00');

  it('is refused as a reply from before the reopening', () => {
    const early = { ...reply, occurredAt: at('2026-09-30 13:00') };
    reopened.when('sendPreliminaryReply', early, agent, '2026-09-30 15:00').thenRejected('beforePromise');
  });

  it('keeps nothing as a message from before the reopening', () => {
    const early = {
      direction: 'outbound',
      channel: 'phone',
      purpose: 'onTheMatter',
      occurredAt: at('2026-09-30 13:00'),
    } as const;
    reopened.when('recordMessage', early, agent, '2026-09-30 15:00').then(event('MessageRecorded'));
  });

  it('is refused as a closing from before the reopening, or before a contest', () => {
    const early = { occurredAt: at('2026-09-30 13:00') };
    reopened
      .did('communicateDecision', decision, qa, '2026-09-30 15:00')
      .when('close', early, agent, '2026-09-30 16:00')
      .thenRejected('beforePromise', { clock: 'closing', startedAt: at('2026-09-30 14:00') });
    received()
      .did('communicateDecision', decision, qa, '2026-09-30 10:00')
      .did('contest', { grounds: 'Not so' }, agent, '2026-09-30 14:00')
      .did('review', { outcome: 'upheld', reasons: 'It was' }, qaHead, '2026-09-30 15:00')
      .when('closeWithoutAgreement', { ...early, note: 'No end' }, lead, '2026-09-30 16:00')
      .thenRejected('beforePromise');
  });

  it('is refused as a contest from before the decision', () => {
    const early = { grounds: 'Not so', occurredAt: at('2026-09-30 09:00') };
    received()
      .did('communicateDecision', decision, qa, '2026-09-30 10:00')
      .when('contest', early, agent, '2026-09-30 11:00')
      .thenRejected('beforeDecision');
  });
});

describe('what two steps kept', () => {
  it('stays kept by the other when one is retracted', () => {
    const both = received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-29 17:00')
      .did('communicateDecision', decision, qa, '2026-09-30 10:00');
    const retraction = {
      stepRevision: both.revisionOf('ComplaintPreliminarilyReplied'),
      reason: 'Wrong case',
    };
    both
      .when('retractStep', retraction, lead, '2026-09-30 11:00')
      .then(
        event('StepRetracted'),
        event('SlaMetRescinded', { clock: 'acknowledgement' }),
        event('SlaClockMet', { clock: 'acknowledgement' }, '2026-09-30 10:00'),
        event('SlaMetRescinded', { clock: 'firstReply' }),
        event('SlaClockMet', { clock: 'firstReply' }, '2026-09-30 10:00'),
      );
  });

  it('runs again when the decision of one item bounces, whichever of two was told last', () => {
    const two = received({ items: [{ batch: 'B-1' }, { batch: 'B-2' }] });
    const one = (itemId: string) => ({
      ...decision,
      items: [{ itemId, outcome: 'notAccepted' as const, cause: 'Overloaded' }],
    });
    const told = two
      .did('communicateDecision', one(firstItem), qa, '2026-09-30 10:00')
      .did('communicateDecision', one(secondItem), qa, '2026-09-30 11:00');
    expect(openClock(told.state.clocks, 'decision')).toBeUndefined();
    const bounced = told.did(
      'recordMessage',
      {
        direction: 'inbound',
        channel: 'email',
        outcome: 'bounced',
        bounceOf: told.state.decisionsTold[0]?.messageId ?? '',
      },
      agent,
      '2026-09-30 12:00',
    );
    expect(openClock(bounced.state.clocks, 'decision')?.status).toBe('running');
  });
});

describe('a part that is split off long after the receipt', () => {
  it('keeps the old receipt, and owes a decision but no second first reply', () => {
    const part = received(
      { splitFrom: '0190f3a1-0000-7000-8000-00000000aaaa', receivedAt: at('2026-09-29 16:00') },
      '2026-11-10 10:00',
      {},
      system,
    );
    expect(part.state.receivedAt).toBe(at('2026-09-29 16:00'));
    expect(part.state.clocks.map(c => c.clock)).toEqual(['decision', 'closing']);
  });
});

describe('who may', () => {
  it('close: not any member of staff, but the assignee', () => {
    const decided = received().did('communicateDecision', decision, qa, '2026-09-30 10:00');
    const given = decided.did('assign', { assigneeId: agent.id }, agent, '2026-09-30 10:30');
    given.when('close', {}, technician, '2026-09-30 11:00').thenRejected('notAssignee');
  });

  it('judge remotely: by any qualification that holds, an older one that ended notwithstanding', () => {
    const renewed = {
      ...judge,
      qualifications: [
        { name: 'remoteJudgement' as const, validUntil: at('2025-12-31 23:59') },
        { name: 'remoteJudgement' as const, validUntil: at('2027-12-31 23:59') },
      ],
    };
    received()
      .did('askRemoteJudgement', { question: 'Must we go?' }, qa, '2026-09-30 09:00')
      .when(
        'judgeRemotely',
        { mustGoOnSite: true, basis: ['photos'], reasons: 'Clear' },
        renewed,
        '2026-09-30 10:00',
      )
      .then(event('ComplaintJudgedRemotely'), event('SlaClockMet', { clock: 'remoteJudgement' }));
  });

  it('approve: not on behalf of whoever made the offer', () => {
    const offered = received().did(
      'offerRemedy',
      { kind: 'credit', amount: { amountMinor: 900_000, currency: 'CNY' } },
      agent,
      '2026-09-30 09:00',
    );
    const { remedyId = '' } = offered.state.remedies[0] ?? {};
    const substitute = { ...lead, onBehalfOf: agent.id };
    offered
      .when('approveRemedy', { remedyId }, substitute, '2026-09-30 10:00')
      .thenRejected('offererMayNotApprove');
  });
});

describe('a remedy told with the decision', () => {
  it('says what it is worth, if it is money', () => {
    const items = [
      { outcome: 'accepted' as const, cause: 'Our fault', remedies: [{ kind: 'credit' as const }] },
    ];
    received()
      .when('communicateDecision', { ...decision, items }, qa, '2026-09-30 10:00')
      .thenRejected('amountNeeded');
  });
});
