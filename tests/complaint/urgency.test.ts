import { describe, expect, it } from 'vitest';
import { complaint } from '../../domain/complaint/complaint.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import type { PolicyLine } from '../../domain/sla/policy.ts';
import { agent, at, customer, event, given, lead, local, qa } from '../given-when-then.ts';
import { decision, received, reply, zippersCameApart } from './complaints.ts';

const HOUR_MS = 3_600_000;
const replied = received().did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00');
const urgent = replied.did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-30 10:00');
const calm = { reason: 'The line runs' } as const;

describe('urgency', () => {
  it('is asked for by anybody and changes nothing by itself', () => {
    replied
      .when('markUrgent', { reason: 'The line stands still' }, customer, '2026-09-30 10:00')
      .then(event('UrgencyRequested'));
  });

  it('is confirmed by a lead: decided within one working day from then, closed within two', () => {
    replied
      .did('markUrgent', { reason: 'The line stands still' }, customer, '2026-09-30 09:30')
      .when('confirmUrgent', {}, lead, '2026-09-30 10:00')
      .then(
        event('UrgencyConfirmed'),
        event(
          'SlaClockRescheduled',
          { clock: 'decision', because: 'urgent', schedule: { dueAt: at('2026-10-08 10:00') } },
          '2026-09-30 10:00',
        ),
        event('SlaClockRescheduled', {
          clock: 'closing',
          because: 'urgent',
          schedule: { dueAt: at('2026-10-09 10:00') },
        }),
      );
  });

  it('is confirmed by a lead’s own word at once', () => {
    replied
      .when('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-30 10:00')
      .then(
        event('UrgencyRequested'),
        event('UrgencyConfirmed'),
        event('SlaClockRescheduled', { clock: 'decision' }),
        event('SlaClockRescheduled', { clock: 'closing' }),
      );
  });

  it('never puts a deadline off', () => {
    const late = replied.did('markUrgent', { reason: 'The line stands still' }, lead, '2026-10-12 15:00');
    expect(late.due('decision')).toBe('2026-10-12 16:00');
  });

  it('computes the warnings that were not given anew', () => {
    const { warnings } = urgent.clock('decision').schedule;
    // 10.5 working hours from the receipt to the new deadline; four fifths of them end 6.9 hours into the 30th.
    expect(warnings.map(w => [w.threshold, local(w.at)])).toEqual([[0.8, '2026-09-30 16:54']]);
  });

  it('cannot be asked for twice, unless by a lead', () => {
    const asked = replied.did(
      'markUrgent',
      { reason: 'The line stands still' },
      customer,
      '2026-09-30 09:30',
    );
    asked
      .when('markUrgent', { reason: 'Still' }, customer, '2026-09-30 10:00')
      .thenRejected('alreadyRequested');
    expect(asked.possible).toContain('markUrgent');
  });

  it('cannot be confirmed when nobody asked', () => {
    replied.when('confirmUrgent', {}, lead, '2026-09-30 10:00').thenRejected('notRequested');
  });

  it('cannot be marked or confirmed twice', () => {
    urgent.when('markUrgent', { reason: 'Again' }, lead, '2026-09-30 11:00').thenRejected('alreadyUrgent');
    urgent.when('confirmUrgent', {}, lead, '2026-09-30 11:00').thenRejected('alreadyUrgent');
  });

  it('goes to both escalation levels at once', () => {
    urgent
      .whenFired(urgent.timer('breach', 'decision'))
      .then(
        event('SlaClockBreached', { clock: 'decision' }, '2026-10-08 10:00'),
        event('SlaClockEscalated', { level: 1 }, '2026-10-08 10:00'),
        event('SlaClockEscalated', { level: 2, recipients: [{ role: 'qaHead' }] }, '2026-10-08 10:00'),
      );
  });

  it('holds for what begins while it lasts', () => {
    const contested = urgent
      .did('communicateDecision', decision, qa, '2026-10-08 09:00')
      .did('contest', { grounds: 'It was not our machine' }, customer, '2026-10-08 10:00');
    expect(contested.due('decision')).toBe('2026-10-09 10:00');
  });
});

describe('urgency of the first reply', () => {
  const withinTheHour = (clock: 'firstReply' | 'acknowledgement'): PolicyLine => ({
    lifecycle: 'complaint',
    clock,
    when: { priority: 'urgent' },
    target: { kind: 'elapsed', duration: 'PT1H' },
    warnAt: [0.8],
  });
  const policy = { ...defaultPolicy(), lines: [...defaultPolicy().lines, withinTheHour('firstReply')] };
  const hurried = received({}, '2026-09-29 16:00', { policy }).did(
    'markUrgent',
    { reason: 'The line stands still' },
    lead,
    '2026-09-29 16:20',
  );

  it('takes the acknowledgement along, which is never due later', () => {
    expect(hurried.due('firstReply')).toBe('2026-09-29 17:20');
    expect(hurried.due('acknowledgement')).toBe('2026-09-29 17:20');
  });

  it('gives back to both what was taken, the acknowledgement by the 4 hours that are left at least', () => {
    const calmed = hurried.did('lowerUrgent', calm, lead, '2026-09-29 16:30');
    expect(calmed.due('firstReply')).toBe('2026-09-30 16:00');
    expect(calmed.due('acknowledgement')).toBe('2026-09-30 11:30');
  });

  it('given back on a Saturday leaves the acknowledgement no later than the reply', () => {
    const lines = [...defaultPolicy().lines, withinTheHour('acknowledgement')];
    const calmed = received({}, '2026-10-17 10:00', { policy: { ...policy, lines } })
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-10-17 10:10')
      .did('lowerUrgent', calm, lead, '2026-10-17 10:20');
    expect(calmed.due('firstReply')).toBe('2026-10-18 10:00');
    expect(calmed.due('acknowledgement')).toBe('2026-10-18 10:00');
  });
});

describe('back to normal', () => {
  it('is the deadline as if it had never been urgent', () => {
    const calmed = urgent.did('lowerUrgent', calm, lead, '2026-10-08 09:00');
    expect(calmed.due('decision')).toBe('2026-10-12 16:00');
    expect(calmed.due('closing')).toBe('2026-10-19 16:00');
  });

  it('leaves 4 working hours at least', () => {
    const calmed = replied
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-10-12 15:00')
      .did('lowerUrgent', calm, lead, '2026-10-12 15:30');
    expect(calmed.due('decision')).toBe('2026-10-13 10:30');
  });

  it('is the ordinary promise of what began while it was urgent', () => {
    const calmed = urgent
      .did('communicateDecision', decision, qa, '2026-10-08 09:00')
      .did('contest', { grounds: 'It was not our machine' }, customer, '2026-10-08 10:00')
      .did('lowerUrgent', calm, lead, '2026-10-08 11:00');
    expect(calmed.due('decision')).toBe('2026-10-14 10:00');
  });

  it('moves nothing that urgency did not hurry', () => {
    const calmed = received({}, '2026-09-29 16:00')
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-09-29 16:30')
      .did('lowerUrgent', calm, lead, '2026-09-30 15:30');
    expect(calmed.due('firstReply')).toBe('2026-09-30 16:00');
    const begunUrgent = given(complaint)
      .did(
        'receive',
        { ...zippersCameApart, priority: 'urgent' },
        { ...agent, roles: ['agent', 'lead'] },
        '2026-09-29 16:00',
      )
      .did('lowerUrgent', calm, lead, '2026-09-30 15:30');
    expect(begunUrgent.due('firstReply')).toBe('2026-09-30 16:00');
  });

  it('keeps the appointments made in between', () => {
    const calmed = urgent
      .did(
        'agreeAppointment',
        { clock: 'decision', dueAt: at('2026-10-14 12:00'), evidence: 'mail' },
        agent,
        '2026-09-30 11:00',
      )
      .did('lowerUrgent', calm, lead, '2026-09-30 12:00');
    expect(calmed.due('decision')).toBe('2026-10-14 12:00');
  });

  it('refuses a request that nobody confirmed', () => {
    const asked = replied.did(
      'markUrgent',
      { reason: 'The line stands still' },
      customer,
      '2026-09-30 09:30',
    );
    asked.when('lowerUrgent', calm, lead, '2026-09-30 10:00').then(event('UrgencyLowered'));
  });

  it('needs urgency', () => {
    replied.when('lowerUrgent', calm, lead, '2026-09-30 10:00').thenRejected('notUrgent');
  });
});

describe('urgency that comes during a pause', () => {
  const paused = replied.did('pauseClock', { reason: 'awaitingThirdParty' }, agent, '2026-09-30 16:30');
  const hurried = paused.did('markUrgent', { reason: 'The line stands still' }, lead, '2026-10-09 10:00');

  it('acts on the time left: no more than one working day', () => {
    expect(hurried.clock('decision').pause?.leftMs).toBe(7.5 * HOUR_MS);
    expect(hurried.did('resumeClock', {}, agent, '2026-10-12 09:00').due('decision')).toBe(
      '2026-10-13 09:00',
    );
  });

  it('leaves a warning before the new deadline', () => {
    const { warnings } = hurried.did('resumeClock', {}, agent, '2026-10-12 09:00').clock('decision').schedule;
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.at).toBeLessThan(at('2026-10-13 09:00'));
  });

  it('is taken back whole: as if it had never been urgent, with its pause', () => {
    const calmed = hurried
      .did('lowerUrgent', calm, lead, '2026-10-09 11:00')
      .did('resumeClock', {}, agent, '2026-10-12 09:00');
    const never = paused.did('resumeClock', {}, agent, '2026-10-12 09:00');
    expect(never.due('decision')).toBe('2026-10-15 17:30');
    expect(calmed.due('decision')).toBe('2026-10-15 17:30');
  });

  it('is taken back whole after the pause too', () => {
    const calmed = hurried
      .did('resumeClock', {}, agent, '2026-10-12 09:00')
      .did('lowerUrgent', calm, lead, '2026-10-12 10:00');
    expect(calmed.due('decision')).toBe('2026-10-15 17:30');
  });
});

describe('a warning that is computed anew', () => {
  it('counts no time in which the promise stood still', () => {
    const resumed = replied
      .did('pauseClock', { clock: 'decision', reason: 'awaitingCustomer' }, agent, '2026-09-30 10:00')
      .did('recordMessage', { direction: 'inbound', channel: 'email' }, agent, '2026-10-08 10:00');
    const warnedAt = (story: typeof resumed) =>
      story.clock('decision').schedule.warnings.map(w => [w.threshold, local(w.at)]);
    // Three hours before the pause, and 27 of the 34.5 that were left: four fifths of 37.5.
    expect(warnedAt(resumed)).toEqual([[0.8, '2026-10-12 16:00']]);
    const calmed = resumed
      .did('markUrgent', { reason: 'The line stands still' }, lead, '2026-10-09 09:00')
      .did('lowerUrgent', calm, lead, '2026-10-09 11:00');
    expect(calmed.due('decision')).toBe(resumed.due('decision'));
    expect(warnedAt(calmed)).toEqual(warnedAt(resumed));
  });
});

describe('an appointment', () => {
  const agreed = { clock: 'decision', dueAt: at('2026-10-20 12:00'), evidence: 'mail of the 8th' } as const;

  it('moves the promise that it concerns', () => {
    replied.when('agreeAppointment', agreed, agent, '2026-10-08 10:00').then(
      event('AppointmentAgreed', { clock: 'decision' }),
      event('SlaClockRescheduled', {
        because: 'agreedWithCustomer',
        previousDueAt: at('2026-10-12 16:00'),
        schedule: { dueAt: at('2026-10-20 12:00') },
      }),
    );
  });

  it('moves no first reply', () => {
    received()
      .when('agreeAppointment', { ...agreed, clock: 'firstReply' }, agent, '2026-09-30 10:00')
      .thenRejected('notAppointable');
  });

  it('comes before the due instant', () => {
    replied.when('agreeAppointment', agreed, agent, '2026-10-12 16:00').thenRejected('pastDue');
  });

  it('lies in the future', () => {
    replied
      .when('agreeAppointment', { ...agreed, dueAt: at('2026-10-08 10:00') }, agent, '2026-10-08 10:00')
      .thenRejected('appointmentInThePast');
  });

  it('concerns a promise that is open', () => {
    replied
      .when('agreeAppointment', { ...agreed, clock: 'onSiteArrival' }, agent, '2026-10-08 10:00')
      .thenRejected('clockNotRunning');
  });

  it('made during a pause is pushed by what is left of the pause alone', () => {
    const story = replied
      .did('pauseClock', { reason: 'awaitingThirdParty' }, agent, '2026-09-30 16:30')
      .did('agreeAppointment', { ...agreed, dueAt: at('2026-10-16 12:00') }, agent, '2026-10-09 10:00')
      .did('resumeClock', {}, agent, '2026-10-12 09:00');
    // 47 working hours from Friday 10:00 to Friday 12:00, from Monday 9:00.
    expect(story.due('decision')).toBe('2026-10-20 11:00');
  });

  it('can be made during a pause that has outlasted the deadline', () => {
    const story = replied
      .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, '2026-10-12 15:00')
      .did('agreeAppointment', agreed, agent, '2026-10-13 10:00');
    expect(story.clock('decision').schedule.dueAt).toBe(at('2026-10-20 12:00'));
  });

  it('can be had while everything is paused', () => {
    const paused = replied.did('pauseClock', { reason: 'awaitingThirdParty' }, agent, '2026-09-30 16:30');
    expect(paused.possible).toContain('agreeAppointment');
    expect(paused.possible).not.toContain('pauseClock');
  });
});
