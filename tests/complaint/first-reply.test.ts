import { describe, expect, it } from 'vitest';
import { agent, at, customer, event, lead, person, qa } from '../given-when-then.ts';
import { decision, received, reply } from './complaints.ts';

const integration = person(0x30, 'integration');
const acknowledged = received().did('acknowledge', { channel: 'email' }, agent, '2026-09-30 09:00');
const onTheMatter = {
  direction: 'outbound',
  channel: 'email',
  purpose: 'onTheMatter',
  text: 'Please send photos',
} as const;

describe('the acknowledgement', () => {
  it('is met by telling the customer that the complaint is received', () => {
    received()
      .when('acknowledge', { channel: 'email', number: 'CMP-2026-000001' }, agent, '2026-09-30 11:00')
      .then(
        event('ComplaintAcknowledged'),
        event('SlaClockMet', { clock: 'acknowledgement' }, '2026-09-30 11:00'),
      );
  });

  it('is met by the channel itself', () => {
    received()
      .when('acknowledge', { channel: 'email', automatic: true }, integration, '2026-09-29 16:00')
      .then(
        event('ComplaintAcknowledged', { automatic: true }),
        event('SlaClockMet', { clock: 'acknowledgement' }),
      );
  });

  it('is met by an automatic message that gives the number, and the first reply is not', () => {
    received()
      .when(
        'recordMessage',
        { direction: 'outbound', channel: 'email', purpose: 'acknowledgement' },
        integration,
        '2026-09-29 16:01',
      )
      .then(
        event('MessageRecorded', { author: { kind: 'automatic' } }),
        event('SlaClockMet', { clock: 'acknowledgement' }),
      );
  });

  it('is given once', () => {
    acknowledged
      .when('acknowledge', { channel: 'email' }, agent, '2026-09-30 10:00')
      .thenRejected('alreadyAcknowledged');
  });

  it('is met by the first reply as well', () => {
    received()
      .when('sendPreliminaryReply', reply, agent, '2026-09-30 10:00')
      .then(
        event('ComplaintPreliminarilyReplied'),
        event('SlaClockMet', { clock: 'acknowledgement' }),
        event('SlaClockMet', { clock: 'firstReply' }, '2026-09-30 10:00'),
      );
  });
});

describe('the first reply', () => {
  it('is in time at its due instant', () => {
    acknowledged
      .when('sendPreliminaryReply', reply, agent, '2026-09-30 16:00')
      .then(
        event('ComplaintPreliminarilyReplied'),
        event('SlaClockMet', { clock: 'firstReply', dueAt: at('2026-09-30 16:00') }),
      );
  });

  it('is late a millisecond after, and records breach, escalation and fulfilment in one decision', () => {
    const dueAt = at('2026-09-30 16:00');
    acknowledged
      .when('sendPreliminaryReply', reply, agent, dueAt + 1)
      .then(
        event('ComplaintPreliminarilyReplied'),
        event(
          'SlaClockBreached',
          { clock: 'firstReply', dueAt, detectedAt: dueAt + 1, dueInClosedTime: false },
          '2026-09-30 16:00',
        ),
        event('SlaClockEscalated', { level: 1 }, '2026-09-30 16:00'),
        event('SlaClockFulfilled', { at: dueAt + 1, lateMs: 1 }),
      );
  });

  it('records its fulfilment alone when the breach was told already', () => {
    acknowledged
      .passed('2026-09-30 16:00')
      .when('sendPreliminaryReply', reply, agent, '2026-09-30 17:00')
      .then(event('ComplaintPreliminarilyReplied'), event('SlaClockFulfilled', { lateMs: 3_600_000 }));
  });

  it('is given once', () => {
    acknowledged
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 10:00')
      .when('sendPreliminaryReply', reply, agent, '2026-09-30 11:00')
      .thenRejected('alreadyReplied');
  });

  it('promises the next news in the future', () => {
    acknowledged
      .when(
        'sendPreliminaryReply',
        { ...reply, nextNewsAt: at('2026-09-30 10:00') },
        agent,
        '2026-09-30 10:00',
      )
      .thenRejected('newsInThePast');
  });

  it('is met by a message on the matter that a person sent: asking for photos counts', () => {
    acknowledged
      .when('recordMessage', onTheMatter, agent, '2026-09-30 10:00')
      .then(
        event('MessageRecorded', { author: { kind: 'user', userId: agent.id } }),
        event('SlaClockMet', { clock: 'firstReply' }),
      );
  });

  it('is met by the decision, with an acknowledgement that is open', () => {
    received()
      .when('communicateDecision', decision, qa, '2026-09-30 10:00')
      .then(
        event('ComplaintDecisionCommunicated'),
        event('SlaClockMet', { clock: 'acknowledgement' }),
        event('SlaClockMet', { clock: 'firstReply' }),
        event('SlaClockMet', { clock: 'decision' }),
      );
  });

  it.each([
    ['an automatic mail', { ...onTheMatter, author: { kind: 'automatic' } }],
    ['a call that nobody answered', { ...onTheMatter, channel: 'phone', outcome: 'unanswered' }],
    ['a message on something else', { ...onTheMatter, purpose: 'other' }],
    ['a report of progress', { ...onTheMatter, purpose: 'progress' }],
  ] as const)('is not met by %s', (_what, message) => {
    acknowledged.when('recordMessage', message, agent, '2026-09-30 10:00').then(event('MessageRecorded'));
  });

  it('is not met by what a mail system sends without saying who wrote it', () => {
    acknowledged
      .when('recordMessage', onTheMatter, integration, '2026-09-30 10:00')
      .then(event('MessageRecorded', { author: { kind: 'automatic' } }));
  });

  it('is not met by an internal note', () => {
    acknowledged.when('addNote', { text: 'Photos?' }, agent, '2026-09-30 10:00').then(event('NoteAdded'));
  });

  it('is not met by an assignment', () => {
    acknowledged
      .when('assign', { assigneeId: agent.id }, agent, '2026-09-30 10:00')
      .then(event('CaseAssigned', { assigneeId: agent.id }));
  });

  it('is not met by what the customer writes', () => {
    acknowledged
      .when(
        'recordMessage',
        { direction: 'inbound', channel: 'email', chase: true },
        customer,
        '2026-09-30 10:00',
      )
      .then(event('MessageRecorded', { chase: true, author: { kind: 'contact' } }));
  });
});

describe('a message that bounces', () => {
  const bounce = { direction: 'inbound', channel: 'email', outcome: 'bounced' } as const;
  const sent = acknowledged.did('recordMessage', onTheMatter, agent, '2026-09-30 10:00');
  const { messageId } = sent.last('MessageRecorded');

  it('takes back what it met, and the promise runs again', () => {
    sent
      .when('recordMessage', { ...bounce, bounceOf: messageId }, integration, '2026-09-30 15:00')
      .then(
        event('MessageRecorded'),
        event('SlaMetRescinded', { clock: 'firstReply', because: 'bounced' }, '2026-09-30 15:00'),
      );
  });

  it('leaves the promise breached at its true due instant when that has passed', () => {
    sent
      .when('recordMessage', { ...bounce, bounceOf: messageId }, integration, '2026-09-30 17:00')
      .then(
        event('MessageRecorded'),
        event('SlaMetRescinded', { clock: 'firstReply' }, '2026-09-30 17:00'),
        event(
          'SlaClockBreached',
          { clock: 'firstReply', detectedAt: at('2026-09-30 17:00') },
          '2026-09-30 16:00',
        ),
        event('SlaClockEscalated', { level: 1 }, '2026-09-30 16:00'),
      );
  });

  it('leaves the promise to another message that arrived, were it later', () => {
    const again = sent.did('recordMessage', onTheMatter, agent, '2026-09-30 11:00');
    again
      .when('recordMessage', { ...bounce, bounceOf: messageId }, integration, '2026-09-30 17:00')
      .then(
        event('MessageRecorded'),
        event('SlaMetRescinded', { clock: 'firstReply' }),
        event('SlaClockMet', { clock: 'firstReply' }, '2026-09-30 11:00'),
      );
    const taken = { stepRevision: again.revisionOf('MessageRecorded'), reason: 'Another case' };
    again
      .did('retractStep', taken, lead, '2026-09-30 12:00')
      .when('recordMessage', { ...bounce, bounceOf: messageId }, integration, '2026-09-30 15:00')
      .then(event('MessageRecorded'), event('SlaMetRescinded', { clock: 'firstReply' }));
  });

  it('records no second breach of a promise that was breached before', () => {
    const late = acknowledged
      .passed('2026-09-30 16:00')
      .did('recordMessage', onTheMatter, agent, '2026-09-30 17:00');
    const bounced = late.did(
      'recordMessage',
      { ...bounce, bounceOf: late.last('MessageRecorded').messageId },
      integration,
      '2026-09-30 18:00',
    );
    expect(bounced.events.filter(e => e.type === 'SlaClockBreached')).toHaveLength(1);
    expect(bounced.clock('firstReply').status).toBe('breached');
  });

  it('lets the reply be sent again when it was the reply', () => {
    const replied = acknowledged.did('sendPreliminaryReply', reply, agent, '2026-09-30 10:00');
    const bounced = replied.did(
      'recordMessage',
      { ...bounce, bounceOf: replied.last('ComplaintPreliminarilyReplied').messageId },
      integration,
      '2026-09-30 11:00',
    );
    bounced
      .when('sendPreliminaryReply', reply, agent, '2026-09-30 12:00')
      .then(event('ComplaintPreliminarilyReplied'), event('SlaClockMet', { clock: 'firstReply' }));
  });

  it('must be known', () => {
    acknowledged
      .when('recordMessage', { ...bounce, bounceOf: customer.id }, agent, '2026-09-30 10:00')
      .thenRejected('noSuchMessage');
  });

  it('must be named', () => {
    acknowledged.when('recordMessage', bounce, agent, '2026-09-30 10:00').thenRejected('bounceOfWhat');
  });
});

describe('a customer', () => {
  it('writes inbound messages only', () => {
    received().when('recordMessage', onTheMatter, customer, '2026-09-30 10:00').thenRejected('onlyInbound');
  });

  it('is counted when it asks where its answer is', () => {
    const chased = received().did(
      'recordMessage',
      { direction: 'inbound', channel: 'phone', chase: true },
      agent,
      '2026-09-30 10:00',
    );
    expect(chased.state.chases).toBe(1);
  });
});

describe('a step that is retracted', () => {
  const replied = received().did('sendPreliminaryReply', reply, agent, '2026-09-30 10:00');
  const retraction = {
    stepRevision: replied.revisionOf('ComplaintPreliminarilyReplied'),
    reason: 'Sent to nobody',
  };

  it('takes back every promise that it met', () => {
    replied
      .when('retractStep', retraction, lead, '2026-09-30 10:30')
      .then(
        event('StepRetracted', { stepType: 'ComplaintPreliminarilyReplied' }),
        event('SlaMetRescinded', { clock: 'acknowledgement', because: 'retracted' }),
        event('SlaMetRescinded', { clock: 'firstReply', because: 'retracted' }),
      );
  });

  it('leaves them breached at their true due instants when those have passed', () => {
    const late = replied.did('retractStep', retraction, lead, '2026-09-30 16:30');
    expect(late.clock('acknowledgement').breach?.dueAt).toBe(at('2026-09-30 11:00'));
    expect(late.clock('firstReply').breach?.dueAt).toBe(at('2026-09-30 16:00'));
  });

  it('is retracted once', () => {
    replied
      .did('retractStep', retraction, lead, '2026-09-30 10:30')
      .when('retractStep', retraction, lead, '2026-09-30 10:31')
      .thenRejected('alreadyRetracted');
  });

  it('must be a step', () => {
    replied
      .when('retractStep', { ...retraction, stepRevision: 1 }, lead, '2026-09-30 10:30')
      .thenRejected('noSuchStep');
  });

  it('waits for what builds on it', () => {
    const asked = received().did(
      'askRemoteJudgement',
      { question: 'Must we go?' },
      agent,
      '2026-09-30 09:00',
    );
    const judge = person(0x27, 'marketing', {
      qualifications: [{ name: 'remoteJudgement', validUntil: at('2026-12-31 23:59') }],
    });
    const judged = asked.did(
      'judgeRemotely',
      { mustGoOnSite: true, basis: ['photos'], reasons: 'Cannot be seen' },
      judge,
      '2026-09-30 10:00',
    );
    const stepRevision = judged.revisionOf('ComplaintRemoteJudgementAsked');
    judged
      .when('retractStep', { stepRevision, reason: 'Wrong case' }, lead, '2026-09-30 11:00')
      .thenRejected('laterStepsBuildOnIt', { retractFirst: [judged.revisionOf('ComplaintJudgedRemotely')] });
  });

  it('cancels the promise that it started', () => {
    const asked = received().did(
      'askRemoteJudgement',
      { question: 'Must we go?' },
      agent,
      '2026-09-30 09:00',
    );
    asked
      .when(
        'retractStep',
        { stepRevision: asked.revisionOf('ComplaintRemoteJudgementAsked'), reason: 'Wrong case' },
        lead,
        '2026-09-30 10:00',
      )
      .then(
        event('StepRetracted'),
        event(
          'SlaClockCancelled',
          { clock: 'remoteJudgement', because: 'startRetracted' },
          '2026-09-30 10:00',
        ),
      );
  });

  it('leaves its promise to the decision that stands: kept by it, however late', () => {
    const closed = replied
      .did('communicateDecision', decision, qa, '2026-10-08 10:00')
      .did('close', {}, agent, '2026-10-08 11:00');
    closed
      .when('retractStep', retraction, lead, '2026-10-08 12:00')
      .then(
        event('StepRetracted'),
        event('SlaMetRescinded', { clock: 'acknowledgement' }),
        event('SlaClockBreached', { clock: 'acknowledgement' }, '2026-09-30 11:00'),
        event('SlaClockEscalated'),
        event('SlaClockFulfilled', { clock: 'acknowledgement' }, '2026-10-08 10:00'),
        event('SlaMetRescinded', { clock: 'firstReply' }),
        event('SlaClockBreached', { clock: 'firstReply' }, '2026-09-30 16:00'),
        event('SlaClockEscalated'),
        event('SlaClockFulfilled', { clock: 'firstReply' }, '2026-10-08 10:00'),
      );
  });
});
