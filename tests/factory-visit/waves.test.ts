import { describe, expect, it } from 'vitest';
import { resultOf } from '../../domain/sla/clock.ts';
import type { ClockName } from '../../domain/sla/events.ts';
import { agent, at, customer, event, idOf, ids, lead, local, marketing, system } from '../given-when-then.ts';
import { contactId, held, heldOn, host, hosted } from './visit.ts';

const said = { evaluation: 'Still content.', orders: ['PO-201', 'PO-202'] };
const call = { channel: 'phone', contactId } as const;
const open = held.passed('2026-09-30 08:30');

/** Opening and due instant of each wave, in the house's zone. */
function windowsOf(story: typeof held) {
  return (['wave1', 'wave3', 'wave6'] as const satisfies readonly ClockName[]).map(name => {
    const { opensAt = 0, dueAt } = story.clock(name).schedule;
    return `${local(opensAt)} – ${local(dueAt)}`;
  });
}

describe('the three waves', () => {
  it('are clamped to the end of the month, each counted from the visit', () => {
    // 31 August 2025: 30 September; 30 November, a Sunday; 28 February 2026, a Saturday that is worked.
    expect(windowsOf(heldOn('2025-08-31', { assessedAt: '2025-08-11 09:00' }))).toEqual([
      '2025-09-30 08:30 – 2025-10-20 17:30',
      '2025-12-01 08:30 – 2025-12-12 17:30',
      '2026-02-28 08:30 – 2026-03-12 17:30',
    ]);
  });

  it('roll over National Day', () => {
    // 1 October 2026 is a day off until the 7th; Saturday the 10th is worked and counts.
    expect(windowsOf(heldOn('2026-09-01', { assessedAt: '2026-08-24 09:00' }))[0]).toBe(
      '2026-10-08 08:30 – 2026-10-20 17:30',
    );
  });

  it('roll over Spring Festival', () => {
    // 17 February 2026 lies in the days off from the 15th to the 23rd; Saturday the 28th is worked.
    expect(windowsOf(heldOn('2025-11-17', { assessedAt: '2025-11-03 09:00' }))[1]).toBe(
      '2026-02-24 08:30 – 2026-03-06 17:30',
    );
  });

  it('are provisional past the last day that the calendar knows', () => {
    expect(held.clock('wave3').schedule.provisional).toBe(false);
    expect(held.clock('wave6').schedule.provisional).toBe(true);
  });

  it('open by a timer, told to the assignee or whoever is on duty', () => {
    held
      .whenFired(held.timer('openWave', 'wave1'))
      .then(
        event(
          'FollowUpWaveOpened',
          { clock: 'wave1', cycle: 1, recipients: [{ role: 'onDuty' }] },
          '2026-09-30 08:30',
        ),
      );
    const assigned = held.did('assign', { assigneeId: agent.id }, lead, '2026-09-01 09:00');
    assigned
      .whenFired(assigned.timer('openWave', 'wave1'))
      .then(event('FollowUpWaveOpened', { recipients: [{ userId: agent.id, role: 'assignee' }] }));
    const organisation = { onDuty: [ids.onDuty], heads: [], away: { [agent.id]: marketing.id } };
    const away = assigned.with({ organisation });
    away
      .whenFired(away.timer('openWave', 'wave1'))
      .then(event('FollowUpWaveOpened', { recipients: [{ userId: marketing.id, role: 'substitute' }] }));
  });

  it('open late at their true instant, and once', () => {
    const timer = held.timer('openWave', 'wave1');
    held.whenFired(timer, '2026-10-02 10:00').then(event('FollowUpWaveOpened', {}, '2026-09-30 08:30'));
    held.fired(timer).whenFired(timer).then();
    held.whenFired(timer, at('2026-09-30 08:30') - 1).thenRejected('timerNotDue');
  });

  it('warn from their opening on: at four fifths of the window', () => {
    // Ten days of 7.5 hours; eight of them have passed at the close of 15 October.
    expect(held.clock('wave1').schedule.warnings).toEqual([{ threshold: 0.8, at: at('2026-10-15 17:30') }]);
    const kinds = held.pending.filter(t => t.name === 'wave1').map(t => t.kind);
    expect(kinds).toEqual(['openWave', 'warn', 'breach']);
  });

  it('that nobody follows up are missed, each at its own instant', () => {
    const story = held.passed('2026-12-14 12:00');
    const missed = story.events.filter(e => e.type === 'SlaClockBreached');
    expect(missed.map(e => [e.data.clock, local(e.occurredAt)])).toEqual([
      ['wave1', '2026-10-19 17:30'],
      ['wave3', '2026-12-11 17:30'],
    ]);
  });

  it('tell the marketing director four working hours after they were missed', () => {
    const levels = held
      .passed('2026-10-20 14:00')
      .events.flatMap(e =>
        e.type === 'SlaClockEscalated'
          ? [[e.data.level, e.data.recipients.map(r => r.role), local(e.occurredAt)]]
          : [],
      );
    expect(levels).toEqual([
      [1, ['onDuty', 'lead'], '2026-10-19 17:30'],
      [2, ['marketingDirector'], '2026-10-20 14:00'],
    ]);
  });
});

describe('a follow-up', () => {
  it('meets its wave and no other', () => {
    open
      .when('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-09 10:00')
      .then(
        event('FactoryVisitFollowedUp', { wave: 1, cycle: 1, ...said }),
        event('SlaClockMet', { clock: 'wave1', mode: 'feedback' }),
      );
    const story = open.did('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-09 10:00');
    expect(windowsOf(story).slice(1)).toEqual(windowsOf(held).slice(1));
    expect(story.state.phase).toBe('followUp');
  });

  it('can be the customer’s own', () => {
    open
      .when('recordFollowUp', { wave: 1, ...said }, customer, '2026-10-09 10:00')
      .then(event('FactoryVisitFollowedUp'), event('SlaClockMet'));
  });

  it('before the wave opens is feedback on the visit', () => {
    held
      .when('recordFollowUp', { wave: 1, ...said }, marketing, at('2026-09-30 08:30') - 1)
      .thenRejected('waveNotOpen', { wave: 1, opensAt: at('2026-09-30 08:30') });
    const { decision } = held.when('recordFollowUp', { wave: 3, ...said }, marketing, '2026-10-09 10:00');
    expect(decision).toMatchObject({
      reason: 'waveNotOpen',
      details: { possible: expect.arrayContaining(['recordFeedback']) },
    });
    open
      .when(
        'recordFollowUp',
        { wave: 1, ...said, occurredAt: at('2026-09-29 17:00') },
        marketing,
        '2026-09-30 10:00',
      )
      .thenRejected('waveNotOpen');
  });

  it('counts from the opening instant to the due instant, both included', () => {
    held
      .when('recordFollowUp', { wave: 1, ...said }, marketing, '2026-09-30 08:30')
      .then(event('FactoryVisitFollowedUp'), event('SlaClockMet'));
    open
      .when('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-19 17:30')
      .then(event('FactoryVisitFollowedUp'), event('SlaClockMet'));
    open
      .when('recordFollowUp', { wave: 1, ...said }, marketing, at('2026-10-19 17:30') + 1)
      .then(
        event('FactoryVisitFollowedUp'),
        event('SlaClockBreached', { clock: 'wave1' }, '2026-10-19 17:30'),
        event('SlaClockEscalated'),
        event('SlaClockFulfilled', { lateMs: 1, mode: 'feedback' }),
      );
  });

  it('that comes late moves no later wave, and stays a breach', () => {
    const story = open
      .passed('2026-10-20 09:00')
      .did('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-20 10:00');
    expect(resultOf(story.clock('wave1'))).toBe('late');
    expect(windowsOf(story).slice(1)).toEqual(windowsOf(held).slice(1));
  });

  it('is recorded once a wave', () => {
    open
      .did('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-09 10:00')
      .when('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-09 11:00')
      .thenRejected('waveHasResult', { wave: 1, result: 'met', mode: 'feedback' });
  });

  it('needs a visit that was held', () => {
    hosted
      .when('recordFollowUp', { wave: 1, ...said }, marketing, '2026-08-31 16:00')
      .thenRejected('noSuchWave', { wave: 1, phase: 'hostsAssigned' });
    const stepRevision = held.revisionOf('FactoryVisitCompleted');
    held
      .did('retractStep', { stepRevision, reason: 'Another visit.' }, lead, '2026-09-01 10:00')
      .when('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-09 10:00')
      .thenRejected('waveHasResult', { result: 'cancelled' });
  });
});

describe('a customer who wants no follow-up', () => {
  it('has declined one wave, not the next', () => {
    open
      .when('declineFollowUp', { wave: 1, reason: 'Too busy.' }, customer, '2026-10-09 10:00')
      .then(
        event('FactoryVisitFollowUpDeclined', { wave: 1, cycle: 1 }),
        event('SlaClockMet', { clock: 'wave1', mode: 'declined' }),
      );
    const story = open.did('declineFollowUp', { wave: 1 }, customer, '2026-10-09 10:00');
    expect(windowsOf(story).slice(1)).toEqual(windowsOf(held).slice(1));
    expect(story.clock('wave3').status).toBe('running');
  });
});

describe('a customer who does not answer', () => {
  it('was contacted when two tries were made on different days', () => {
    const once = open.did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-08 10:00');
    expect(once.clock('wave1').status).toBe('running');
    const twice = once.did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-08 16:00');
    expect(twice.clock('wave1').status).toBe('running');
    twice
      .when('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-09 09:00')
      .then(
        event('FactoryVisitContactAttempted', { wave: 1, cycle: 1, channel: 'phone' }),
        event('SlaClockMet', { clock: 'wave1', mode: 'contactedWithoutAnswer' }, '2026-10-09 09:00'),
      );
  });

  it('was contacted at the later of two tries, in whatever order they are recorded', () => {
    const later = open.did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-09 09:00');
    later
      .when(
        'recordContactAttempt',
        { wave: 1, ...call, occurredAt: at('2026-10-08 16:00') },
        marketing,
        '2026-10-09 10:00',
      )
      .then(
        event('FactoryVisitContactAttempted', {}, '2026-10-08 16:00'),
        event('SlaClockMet', { mode: 'contactedWithoutAnswer' }, '2026-10-09 09:00'),
      );
  });

  it('counts days by the calendar’s zone: an evening and the morning after are two', () => {
    open
      .did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-08 23:59')
      .when('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-09 00:01')
      .then(event('FactoryVisitContactAttempted'), event('SlaClockMet'));
  });

  it('was tried before a merge that was undone, too', () => {
    const linkedCase = {
      caseId: idOf(0x95),
      lifecycle: 'factory-visit',
      revision: 3,
      phase: 'held',
      receivedAt: at('2026-08-10 08:00'),
      clocks: [],
      takenOver: [],
    };
    const again = open
      .did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-08 10:00')
      .did('mergeInto', { survivorId: linkedCase.caseId }, agent, '2026-10-08 11:00', { linkedCase })
      .did('unmerge', {}, agent, '2026-10-08 14:00');
    expect(again.clock('wave1')).toMatchObject({ cycle: 2, status: 'running' });
    expect(again.due('wave1')).toBe('2026-10-19 17:30');
    again
      .when('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-09 10:00')
      .then(
        event('FactoryVisitContactAttempted', { cycle: 2 }),
        event('SlaClockMet', { clock: 'wave1', cycle: 2, mode: 'contactedWithoutAnswer' }),
      );
  });

  it('was not tried before the wave opened', () => {
    held
      .when('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-09-29 10:00')
      .thenRejected('waveNotOpen');
  });

  it('tried for one wave is not for another', () => {
    const story = held
      .passed('2026-11-30 09:00')
      .did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-11-30 10:00')
      .did('recordContactAttempt', { wave: 3, ...call }, marketing, '2026-12-01 10:00');
    expect(story.clock('wave1').status).toBe('breached');
    expect(story.clock('wave3').status).toBe('running');
  });

  it('is to be tried again when a try is taken back, the last one first', () => {
    const first = open.did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-08 10:00');
    const both = first.did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-09 10:00');
    const firstRevision = first.revisionOf('FactoryVisitContactAttempted');
    both
      .when('retractStep', { stepRevision: firstRevision, reason: 'Wrong number.' }, lead, '2026-10-09 11:00')
      .thenRejected('laterStepsStand');
    const stepRevision = both.revisionOf('FactoryVisitContactAttempted');
    both
      .when('retractStep', { stepRevision, reason: 'Wrong number.' }, lead, '2026-10-09 11:00')
      .then(event('StepRetracted'), event('SlaMetRescinded', { clock: 'wave1' }));
  });

  it('keeps the visit from being unheld', () => {
    const tried = open.did('recordContactAttempt', { wave: 1, ...call }, marketing, '2026-10-08 10:00');
    tried
      .when(
        'retractStep',
        { stepRevision: held.revisionOf('FactoryVisitCompleted'), reason: 'x' },
        lead,
        '2026-10-08 11:00',
      )
      .thenRejected('laterStepsStand', { later: [{ step: 'FactoryVisitContactAttempted' }] });
  });
});

describe('the task of a wave', () => {
  it('is opened once, with whom to call and until when', () => {
    open.when('openFollowUpTask', { wave: 1, cycle: 1 }, system, '2026-09-30 08:31').then(
      event('FactoryVisitFollowUpTaskOpened', {
        wave: 1,
        cycle: 1,
        contactId,
        dueAt: at('2026-10-19 17:30'),
      }),
    );
    const given = open.did('openFollowUpTask', { wave: 1, cycle: 1 }, system, '2026-09-30 08:31');
    given.when('openFollowUpTask', { wave: 1, cycle: 1 }, system, '2026-09-30 08:32').then();
    expect(given.state.phase).toBe('followUp');
  });

  it('is not opened when the wave has its result already, or the visit has ended', () => {
    open
      .did('declineFollowUp', { wave: 1 }, customer, '2026-09-30 08:30')
      .when('openFollowUpTask', { wave: 1, cycle: 1 }, system, '2026-09-30 08:31')
      .then();
    open
      .did('withdraw', {}, agent, '2026-09-30 08:30')
      .when('openFollowUpTask', { wave: 1, cycle: 1 }, system, '2026-09-30 08:31')
      .then();
    open.when('openFollowUpTask', { wave: 1, cycle: 2 }, system, '2026-09-30 08:31').then();
  });
});

describe('the closing of a visit', () => {
  it('waits for the result of wave 6', () => {
    const almost = held
      .passed('2026-10-01 09:00')
      .did('recordFollowUp', { wave: 1, ...said }, marketing, '2026-10-08 10:00');
    expect(almost.possible).not.toContain('close');
    almost
      .when('close', {}, agent, '2026-10-09 10:00')
      .thenRejected('waveSixWithoutResult', { wave: 6, dueAt: at('2027-03-12 17:30') });
    almost
      .when('closeWithoutAgreement', { note: 'x' }, lead, '2026-10-09 10:00')
      .thenRejected('waveSixWithoutResult');
    const done = almost
      .passed('2027-03-01 09:00')
      .did('recordFollowUp', { wave: 6, ...said }, marketing, '2027-03-02 10:00');
    expect(done.possible).toContain('close');
    done.when('close', { satisfaction: 'notGiven' }, agent, '2027-03-02 11:00').then(
      // Wave 3 was missed: what is still open of it ends here, and it stays a breach.
      event('SlaClockCancelled', { clock: 'wave3', because: 'caseClosed' }),
      event('CaseClosed', { mode: 'closed' }),
    );
    expect(resultOf(done.did('close', {}, agent, '2027-03-02 11:00').clock('wave3'))).toBe('late');
  });

  it('takes a missed wave 6 for a result', () => {
    const missed = held.passed('2027-03-12 17:31');
    expect(missed.possible).toContain('close');
    missed
      .when('close', {}, agent, '2027-03-15 10:00')
      .then(
        event('SlaClockCancelled', { clock: 'wave1' }),
        event('SlaClockCancelled', { clock: 'wave3' }),
        event('SlaClockCancelled', { clock: 'wave6' }),
        event('CaseClosed'),
      );
  });

  it('starts no wave again when the visit is reopened', () => {
    const closed = held.passed('2027-03-12 17:31').did('close', {}, agent, '2027-03-15 10:00');
    closed.when('reopen', { reason: 'A question.' }, agent, '2027-03-16 10:00').then(event('CaseReopened'));
    const again = closed.did('reopen', { reason: 'x' }, agent, '2027-03-16 10:00');
    again
      .when('recordFeedback', { evaluation: 'Fine.' }, host, '2027-03-16 11:00')
      .then(event('FactoryVisitFeedbackRecorded'));
    again.when('close', {}, agent, '2027-03-16 12:00').then(event('CaseClosed'));
  });

  it('leaves nothing to do on a visit that has ended', () => {
    const closed = held.passed('2027-03-12 17:31').did('close', {}, agent, '2027-03-15 10:00');
    closed
      .when('recordFollowUp', { wave: 6, ...said }, marketing, '2027-03-15 11:00')
      .thenRejected('caseEnded', {
        possible: expect.arrayContaining(['reopen']),
      });
  });
});
