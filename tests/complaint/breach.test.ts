import { describe, expect, it } from 'vitest';
import { resultOf } from '../../domain/sla/clock.ts';
import { agent, at, event, ids, lead, qa } from '../given-when-then.ts';
import { decision, received, reply } from './complaints.ts';

const acknowledged = received().did('acknowledge', { channel: 'email' }, agent, '2026-09-30 09:00');
const assigned = acknowledged.did('assign', { assigneeId: agent.id }, agent, '2026-09-30 09:00');
const breached = assigned.passed('2026-09-30 16:00');

describe('a warning', () => {
  it('goes to the assignee at its set instant, however late its timer fires', () => {
    assigned
      .whenFired(assigned.timer('warn', 'firstReply', '0.8'), '2026-09-30 15:00')
      .then(
        event(
          'SlaClockWarned',
          { threshold: 0.8, recipients: [{ userId: agent.id, role: 'assignee' }] },
          '2026-09-30 11:12',
        ),
      );
  });

  it('goes to whoever is on duty while nobody is assigned', () => {
    acknowledged
      .whenFired(acknowledged.timer('warn', 'firstReply', '0.8'))
      .then(event('SlaClockWarned', { recipients: [{ userId: ids.onDuty, role: 'onDuty' }] }));
  });

  it('before closed time goes to whoever is on duty as well', () => {
    const eve = received({}, '2026-09-30 15:00').did(
      'assign',
      { assigneeId: agent.id },
      agent,
      '2026-09-30 15:00',
    );
    eve.whenFired(eve.timer('warn', 'firstReply', 'closedTime')).then(
      event(
        'SlaClockWarned',
        {
          threshold: 'closedTime',
          recipients: [
            { userId: agent.id, role: 'assignee' },
            { userId: ids.onDuty, role: 'onDuty' },
          ],
        },
        '2026-09-30 17:30',
      ),
    );
  });

  it('is given once', () => {
    const timer = assigned.timer('warn', 'firstReply', '0.8');
    assigned.fired(timer).whenFired(timer, '2026-09-30 12:00').then();
  });

  it('does not fire before its instant', () => {
    assigned
      .whenFired(assigned.timer('warn', 'firstReply', '0.8'), '2026-09-30 11:00')
      .thenRejected('timerNotDue');
  });

  it('is not given for a promise that was kept', () => {
    const timer = assigned.timer('warn', 'firstReply', '0.8');
    assigned
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 10:00')
      .whenFired(timer, '2026-09-30 12:00')
      .then();
  });
});

describe('a breach', () => {
  it('lies at the due instant, however late it is found', () => {
    assigned
      .whenFired(assigned.timer('breach', 'firstReply'), '2026-10-01 09:00')
      .then(
        event(
          'SlaClockBreached',
          { dueAt: at('2026-09-30 16:00'), detectedAt: at('2026-10-01 09:00') },
          '2026-09-30 16:00',
        ),
        event(
          'SlaClockEscalated',
          { level: 1, recipients: [{ userId: ids.lead, role: 'lead' }] },
          '2026-09-30 16:00',
        ),
      );
  });

  it('says when it fell into closed time', () => {
    const eve = received({}, '2026-09-30 15:00');
    eve
      .whenFired(eve.timer('breach', 'firstReply'))
      .then(event('SlaClockBreached', { dueInClosedTime: true }), event('SlaClockEscalated'));
  });

  it('goes to the person on duty and the team’s lead while nobody is assigned', () => {
    acknowledged.whenFired(acknowledged.timer('breach', 'firstReply')).then(
      event('SlaClockBreached'),
      event('SlaClockEscalated', {
        recipients: [
          { userId: ids.onDuty, role: 'onDuty' },
          { userId: ids.lead, role: 'lead' },
        ],
      }),
    );
  });

  it('is never recorded of a promise that was kept before its timer fired', () => {
    const timer = assigned.timer('breach', 'firstReply');
    assigned
      .did(
        'sendPreliminaryReply',
        { ...reply, occurredAt: at('2026-09-30 15:00') },
        agent,
        '2026-09-30 16:30',
      )
      .whenFired(timer, '2026-09-30 17:00')
      .then();
  });

  it('is recorded once', () => {
    const timer = assigned.timer('breach', 'firstReply');
    assigned.fired(timer).whenFired(timer, '2026-09-30 17:00').then();
  });

  it('goes to the head of quality 4 hours later, around the clock as the promise is', () => {
    breached
      .whenFired(breached.timer('escalate', 'firstReply'))
      .then(
        event(
          'SlaClockEscalated',
          { level: 2, recipients: [{ userId: ids.head, role: 'qaHead' }] },
          '2026-09-30 20:00',
        ),
      );
  });

  it('of a promise in working time goes there 4 working hours later', () => {
    const late = received({}, '2026-09-30 09:00').passed('2026-10-10 10:00');
    expect(late.due('decision')).toBe('2026-10-13 09:00');
    const over = late.passed('2026-10-13 09:00');
    expect(over.timer('escalate', 'decision').at).toBe(at('2026-10-13 14:30'));
  });

  it('is escalated no further once the promise is fulfilled', () => {
    const timer = breached.timer('escalate', 'firstReply');
    breached
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 17:00')
      .whenFired(timer, '2026-09-30 21:00')
      .then();
  });

  it('that no timer told yet is not lost when the case is withdrawn', () => {
    acknowledged
      .when('withdraw', {}, agent, '2026-09-30 17:00')
      .then(
        event('SlaClockBreached', { clock: 'firstReply' }, '2026-09-30 16:00'),
        event('SlaClockEscalated'),
        event('SlaClockCancelled', { clock: 'firstReply', because: 'withdrawn' }),
        event('SlaClockCancelled', { clock: 'decision' }),
        event('SlaClockCancelled', { clock: 'closing' }),
        event('CaseWithdrawn'),
      );
  });

  it('that no timer told yet is not lost when the step is waived', () => {
    acknowledged
      .when('waiveStep', { step: 'firstReply', reason: 'Solved by phone' }, lead, '2026-09-30 17:00')
      .then(
        event('StepWaived'),
        event('SlaClockBreached', { clock: 'firstReply' }),
        event('SlaClockEscalated'),
        event('SlaClockCancelled', { clock: 'firstReply', because: 'stepWaived' }),
      );
  });

  it('counts as late even if the promise was cancelled after it', () => {
    const gone = breached.did('withdraw', {}, agent, '2026-09-30 17:00');
    expect(resultOf(gone.clock('firstReply'))).toBe('late');
  });
});

describe('a breach that is rescinded', () => {
  const inTime = breached.did(
    'sendPreliminaryReply',
    { ...reply, occurredAt: at('2026-09-30 15:30') },
    agent,
    '2026-09-30 17:00',
  );
  const evidence = { clock: 'firstReply', cycle: 1, evidence: 'Mail 4711' } as const;

  it('was of a promise kept in time and recorded late', () => {
    expect(inTime.clock('firstReply').result?.lateMs).toBe(-30 * 60_000);
    inTime
      .when('rescindBreach', evidence, lead, '2026-09-30 17:10')
      .then(event('SlaBreachRescinded', { because: 'keptInTime', evidence: 'Mail 4711' }));
  });

  it('counts as met and is listed', () => {
    expect(
      resultOf(inTime.did('rescindBreach', evidence, lead, '2026-09-30 17:10').clock('firstReply')),
    ).toBe('metAfterRescinding');
  });

  it('is not rescinded when the promise was late', () => {
    breached
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 16:30')
      .when('rescindBreach', evidence, lead, '2026-09-30 17:10')
      .thenRejected('notKeptInTime');
  });

  it('is not rescinded twice', () => {
    inTime
      .did('rescindBreach', evidence, lead, '2026-09-30 17:10')
      .when('rescindBreach', evidence, lead, '2026-09-30 17:11')
      .thenRejected('notKeptInTime');
  });

  it('is not rescinded by the assignee', () => {
    inTime
      .when(
        'rescindBreach',
        evidence,
        { ...agent, role: 'lead', roles: ['agent', 'lead'] },
        '2026-09-30 17:10',
      )
      .thenRejected('assigneeMayNot');
  });

  it('must exist', () => {
    inTime
      .when('rescindBreach', { ...evidence, cycle: 2 }, lead, '2026-09-30 17:10')
      .thenRejected('noSuchClock');
  });
});

describe('a promise with its step waived', () => {
  it('is cancelled', () => {
    acknowledged
      .when('waiveStep', { step: 'decision', reason: 'Goodwill' }, lead, '2026-09-30 10:00')
      .then(event('StepWaived'), event('SlaClockCancelled', { clock: 'decision', because: 'stepWaived' }));
  });

  it('is not waived twice', () => {
    acknowledged
      .did('waiveStep', { step: 'decision', reason: 'Goodwill' }, lead, '2026-09-30 10:00')
      .when('waiveStep', { step: 'decision', reason: 'Goodwill' }, lead, '2026-09-30 10:00')
      .thenRejected('alreadyWaived');
  });

  it('can be waived again after a reopening started it again', () => {
    acknowledged
      .did('waiveStep', { step: 'firstReply', reason: 'Solved by phone' }, lead, '2026-09-30 10:00')
      .did('communicateDecision', decision, qa, '2026-09-30 11:00')
      .did('close', {}, agent, '2026-09-30 12:00')
      .did('reopen', { reason: 'Came apart again' }, agent, '2026-10-08 09:00')
      .when('waiveStep', { step: 'firstReply', reason: 'Solved by phone' }, lead, '2026-10-08 10:00')
      .then(event('StepWaived'), event('SlaClockCancelled', { clock: 'firstReply', cycle: 2 }));
  });

  it('must be one that can be done without', () => {
    acknowledged
      .when('waiveStep', { step: 'closing', reason: 'No' }, lead, '2026-09-30 10:00')
      .thenRejected('notWaivable', { step: 'closing' });
  });
});
