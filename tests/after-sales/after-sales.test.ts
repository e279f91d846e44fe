import { describe, expect, it } from 'vitest';
import { afterSales } from '../../domain/after-sales/after-sales.ts';
import { resultOf } from '../../domain/sla/clock.ts';
import {
  agent,
  at,
  customer,
  event,
  given,
  ids,
  lead,
  local,
  system,
  technician,
} from '../given-when-then.ts';

const fault = {
  customer: { name: 'Bao Bags' },
  channel: 'phone',
  siteRegion: 'province',
  fault: 'The machine jams at the slider',
  product: { code: 'YM-3' },
  order: 'SO-77',
} as const;
/** A Friday before a Saturday that is worked for National Day, and a Sunday that is not. */
const reported = given(afterSales).did('report', fault, agent, '2026-10-09 10:00');
const answer = { channel: 'phone', text: 'Please send photos' } as const;
const remotely = { channel: 'phone', work: 'Reset the slider feed' } as const;
const onSite = { people: [technician.id], work: 'Changed the feed' };
const answered = reported.did('answer', answer, agent, '2026-10-09 11:00');
const resolved = answered.did('resolveRemotely', remotely, technician, '2026-10-09 15:00');
const fromCustomer = { direction: 'inbound', channel: 'phone' } as const;

describe('a report', () => {
  it('starts the answer within 24 hours and the resolution within 48 together', () => {
    given(afterSales)
      .when('report', fault, agent, '2026-10-09 10:00')
      .then(
        event('AfterSalesReported', { registeredLate: false }),
        event('SlaClockStarted', { clock: 'answer', schedule: { dueAt: at('2026-10-10 10:00') } }),
        event('SlaClockStarted', { clock: 'onSiteResolution', schedule: { dueAt: at('2026-10-11 10:00') } }),
      );
  });

  it('warns on Saturday of what falls due on Sunday', () => {
    const { warnings } = reported.clock('onSiteResolution').schedule;
    expect(warnings.map(w => [w.threshold, local(w.at)])).toEqual([
      ['closedTime', '2026-10-10 17:30'],
      [0.8, '2026-10-11 00:24'],
    ]);
  });

  it('that is urgent asks for it, unless a lead reports', () => {
    const urgent = { ...fault, priority: 'urgent' } as const;
    const asked = given(afterSales).did('report', urgent, customer, '2026-10-09 10:00');
    expect(asked.state).toMatchObject({ priority: 'normal', urgencyRequested: true });
    const confirmed = given(afterSales).did(
      'report',
      urgent,
      { ...agent, roles: ['agent', 'lead'] },
      '2026-10-09 10:00',
    );
    expect(confirmed.state).toMatchObject({ priority: 'urgent', urgencyRequested: false });
  });

  it('comes once', () => {
    reported.when('report', fault, agent, '2026-10-09 11:00').thenRejected('alreadyReported');
  });
});

describe('the answer', () => {
  it('is met by the first message on the matter by a named person', () => {
    reported
      .when('answer', answer, agent, '2026-10-10 10:00')
      .then(event('AfterSalesAnswered'), event('SlaClockMet', { clock: 'answer' }, '2026-10-10 10:00'));
  });

  it('is late after 24 hours, on a Saturday too', () => {
    reported
      .when('answer', answer, agent, at('2026-10-10 10:00') + 1)
      .then(
        event('AfterSalesAnswered'),
        event('SlaClockBreached', { clock: 'answer' }, '2026-10-10 10:00'),
        event('SlaClockEscalated', { level: 1 }),
        event('SlaClockFulfilled', { lateMs: 1 }),
      );
  });

  it('is met by a resolution as well', () => {
    reported
      .when('resolveRemotely', remotely, technician, '2026-10-09 15:00')
      .then(
        event('AfterSalesResolvedRemotely'),
        event('SlaClockMet', { clock: 'answer' }),
        event('SlaClockMet', { clock: 'onSiteResolution', mode: 'remote' }),
        event('CaseTimerStarted', { timer: 'confirmation' }),
      );
  });

  it('is given once', () => {
    answered.when('answer', answer, agent, '2026-10-09 12:00').thenRejected('notPossibleNow');
  });

  it('taken back is owed again, though nobody resolved it yet', () => {
    const stepRevision = answered.revisionOf('AfterSalesAnswered');
    answered
      .when('retractStep', { stepRevision, reason: 'Other customer' }, lead, '2026-10-09 12:00')
      .then(event('StepRetracted'), event('SlaMetRescinded', { clock: 'answer' }));
  });

  it('taken back is still given by the resolution', () => {
    const stepRevision = resolved.revisionOf('AfterSalesAnswered');
    resolved
      .when('retractStep', { stepRevision, reason: 'Other customer' }, lead, '2026-10-09 16:00')
      .then(
        event('StepRetracted'),
        event('SlaMetRescinded', { clock: 'answer' }),
        event('SlaClockMet', { clock: 'answer' }, '2026-10-09 15:00'),
      );
  });

  it('that bounced can be given again', () => {
    const { messageId } = answered.last('AfterSalesAnswered');
    answered
      .did(
        'recordMessage',
        { ...fromCustomer, outcome: 'bounced', bounceOf: messageId },
        agent,
        '2026-10-09 12:00',
      )
      .when('answer', answer, agent, '2026-10-09 13:00')
      .then(event('AfterSalesAnswered'), event('SlaClockMet', { clock: 'answer' }));
  });
});

describe('a resolution', () => {
  it('on site meets the same promise, with its mode', () => {
    answered
      .did('dispatch', { people: [technician.id] }, agent, '2026-10-09 12:00')
      .did('recordArrival', {}, technician, '2026-10-10 09:00')
      .when('resolveOnSite', { work: 'Changed the feed' }, technician, '2026-10-10 11:00')
      .then(
        event('AfterSalesResolvedOnSite', { people: [technician.id] }),
        event('SlaClockMet', { clock: 'onSiteResolution', mode: 'onSite' }),
        event('CaseTimerStarted'),
      );
  });

  it('asks the customer for its word: reminded after 3 working days, taken at its silence after 7', () => {
    const { remindAt, endsAt } = resolved.last('CaseTimerStarted');
    expect([...remindAt, endsAt ?? 0].map(local)).toEqual(['2026-10-13 15:00', '2026-10-19 15:00']);
  });

  it('is confirmed by silence', () => {
    const silent = resolved.passed('2026-10-19 15:00');
    expect(silent.last('AfterSalesConfirmed')).toEqual({ by: 'silence' });
    expect(silent.state.phase).toBe('confirmed');
  });

  it('is confirmed by the customer, whose silence then means nothing', () => {
    resolved
      .when('confirm', {}, customer, '2026-10-10 09:00')
      .then(
        event('AfterSalesConfirmed', { by: 'customer' }),
        event('CaseTimerEnded', { because: 'confirmed' }),
      );
  });

  it('is confirmed once', () => {
    resolved
      .did('confirm', {}, customer, '2026-10-10 09:00')
      .when('confirm', {}, customer, '2026-10-10 10:00')
      .thenRejected('notPossibleNow');
  });

  it('is not confirmed before it was there', () => {
    resolved
      .when('confirm', { occurredAt: at('2026-10-09 14:59') }, customer, '2026-10-10 09:00')
      .thenRejected('beforeResolution');
  });

  it('taken back waits for no word any more, and is owed again', () => {
    const stepRevision = resolved.revisionOf('AfterSalesResolvedRemotely');
    const taken = resolved.did(
      'retractStep',
      { stepRevision, reason: 'Jams again' },
      lead,
      '2026-10-09 16:00',
    );
    expect(taken.clock('onSiteResolution').status).toBe('running');
    expect(taken.pending.filter(t => t.name === 'confirmation')).toEqual([]);
    expect(taken.state.phase).toBe('answered');
  });

  it('that was told in a mail that bounced is owed again', () => {
    const { messageId } = resolved.last('AfterSalesResolvedRemotely');
    const bounced = resolved.did(
      'recordMessage',
      { ...fromCustomer, outcome: 'bounced', bounceOf: messageId },
      agent,
      '2026-10-09 16:00',
    );
    expect(bounced.possible).toContain('resolveRemotely');
    expect(bounced.pending.filter(t => t.name === 'confirmation')).toEqual([]);
  });

  it('needs people, named or sent before', () => {
    answered
      .when('resolveOnSite', { work: 'Changed the feed' }, technician, '2026-10-10 11:00')
      .thenRejected('peopleNeeded');
    answered
      .when('resolveOnSite', onSite, technician, '2026-10-10 11:00')
      .then(event('AfterSalesResolvedOnSite'), event('SlaClockMet'), event('CaseTimerStarted'));
  });

  it('an arrival needs somebody on the way, unless it is urgent', () => {
    answered
      .when('recordArrival', { people: [technician.id] }, technician, '2026-10-10 09:00')
      .thenRejected('notPossibleNow');
    answered
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-10-09 12:00')
      .when('recordArrival', { people: [technician.id] }, technician, '2026-10-10 09:00')
      .then(event('TechnicianArrived'));
  });
});

describe('a dispute', () => {
  const disputed = resolved.did('dispute', { reason: 'Jams again' }, customer, '2026-10-12 09:00');

  it('makes the result disputed, and starts 48 hours anew', () => {
    resolved.when('dispute', { reason: 'Jams again' }, customer, '2026-10-12 09:00').then(
      event('AfterSalesDisputed'),
      event('SlaClockDisputed', { clock: 'onSiteResolution', cycle: 1 }),
      event('CaseTimerEnded', { because: 'disputed' }),
      event('SlaClockStarted', {
        clock: 'onSiteResolution',
        cycle: 2,
        schedule: { dueAt: at('2026-10-14 09:00') },
      }),
    );
    expect(resultOf(disputed.clock('onSiteResolution', 1))).toBe('disputed');
  });

  it('leaves a breach a breach', () => {
    const late = answered
      .passed('2026-10-11 10:00')
      .did('resolveRemotely', remotely, technician, '2026-10-11 12:00')
      .did('dispute', { reason: 'Jams again' }, customer, '2026-10-12 09:00');
    expect(resultOf(late.clock('onSiteResolution', 1))).toBe('late');
  });

  it('disputes what was breached, kept in time and rescinded: that counts as met', () => {
    const inTime = answered
      .passed('2026-10-11 10:00')
      .did(
        'resolveRemotely',
        { ...remotely, occurredAt: at('2026-10-11 09:00') },
        technician,
        '2026-10-12 09:00',
      )
      .did(
        'rescindBreach',
        { clock: 'onSiteResolution', cycle: 1, evidence: 'Call 9' },
        lead,
        '2026-10-12 09:10',
      )
      .did('dispute', { reason: 'Jams again' }, customer, '2026-10-12 10:00');
    expect(resultOf(inTime.clock('onSiteResolution', 1))).toBe('disputed');
  });

  it('goes back to answered', () => {
    expect(disputed.state.phase).toBe('answered');
  });

  it('needs a resolution', () => {
    answered.when('dispute', { reason: 'Jams' }, customer, '2026-10-09 12:00').thenRejected('notPossibleNow');
  });

  it('is met by the next resolution, in its own cycle', () => {
    disputed
      .when('resolveOnSite', onSite, technician, '2026-10-13 09:00')
      .then(
        event('AfterSalesResolvedOnSite'),
        event('SlaClockMet', { clock: 'onSiteResolution', cycle: 2, mode: 'onSite' }),
        event('CaseTimerStarted', { timer: 'confirmation', cycle: 2 }),
      );
  });

  it('stands on the resolution, which cannot be taken back from under it', () => {
    disputed
      .when(
        'retractStep',
        { stepRevision: disputed.revisionOf('AfterSalesResolvedRemotely'), reason: 'Mistake' },
        lead,
        '2026-10-12 10:00',
      )
      .thenRejected('laterStepsBuildOnIt');
  });
});

describe('the end', () => {
  const closed = resolved.did('close', {}, agent, '2026-10-10 10:00');

  it('needs a resolution, or that step waived', () => {
    answered.when('close', {}, agent, '2026-10-09 12:00').thenRejected('notResolved');
    answered
      .did('waiveStep', { step: 'resolution', reason: 'The machine was sold' }, lead, '2026-10-09 12:00')
      .when('close', {}, agent, '2026-10-09 13:00')
      .then(event('CaseClosed', { mode: 'closed' }));
  });

  it('ends the wait for a word', () => {
    resolved
      .when('close', {}, agent, '2026-10-10 10:00')
      .then(event('CaseTimerEnded', { because: 'caseClosed' }), event('CaseClosed'));
  });

  it('reopened owes an answer and a resolution again', () => {
    closed.when('reopen', { reason: 'Jams again' }, customer, '2026-10-12 09:00').then(
      event('CaseReopened'),
      event('SlaClockStarted', { clock: 'answer', cycle: 2, schedule: { dueAt: at('2026-10-13 09:00') } }),
      event('SlaClockStarted', {
        clock: 'onSiteResolution',
        cycle: 2,
        schedule: { dueAt: at('2026-10-14 09:00') },
      }),
    );
    const reopened = closed.did('reopen', { reason: 'Jams again' }, customer, '2026-10-12 09:00');
    expect(reopened.state.phase).toBe('reopened');
    reopened
      .when('answer', answer, agent, '2026-10-12 10:00')
      .then(event('AfterSalesAnswered'), event('SlaClockMet', { clock: 'answer', cycle: 2 }));
  });

  it('reopened is not answered by what was said before', () => {
    closed
      .did('reopen', { reason: 'Jams again' }, customer, '2026-10-12 09:00')
      .when('answer', { ...answer, occurredAt: at('2026-10-10 11:00') }, agent, '2026-10-12 10:00')
      .thenRejected('beforePromise');
  });

  it('after 30 days a message opens a new request instead, linked', () => {
    closed.when('recordMessage', { ...fromCustomer, text: 'Jams again' }, agent, '2026-11-09 10:01').then(
      event('MessageRecorded'),
      event('CaseToBeContinued'),
      event('AfterSalesSuccessorPrepared', {
        customer: { name: 'Bao Bags' },
        fault: 'Jams again',
        product: { code: 'YM-3' },
      }),
    );
    const next = given(afterSales).did(
      'report',
      { ...fault, continues: ids.case, teamId: ids.team },
      { ...system, via: 'workflow' },
      '2026-11-09 10:01',
    );
    expect(next.state.linkedTo).toEqual([ids.case]);
  });

  it('takes nothing more', () => {
    closed.when('dispute', { reason: 'Jams' }, customer, '2026-10-12 09:00').thenRejected('caseEnded');
  });
});

describe('what waits for the customer', () => {
  it('pauses the resolution, not the answer', () => {
    reported
      .when('pauseClock', { reason: 'awaitingCustomer' }, agent, '2026-10-09 11:00')
      .then(event('SlaClockPaused', { clock: 'onSiteResolution' }), event('CaseTimerStarted'));
  });
});
