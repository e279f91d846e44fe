import { describe, expect, test } from 'vitest';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { agent, at, customer, event, given, ids, lead, local } from '../given-when-then.ts';
import {
  formSent,
  marketingContactId,
  nanyang,
  response,
  round,
  specialist,
  workflow,
} from './liaison-stories.ts';

describe('a form that is sent', () => {
  test('opens a liaison that promises nothing and reminds once', () => {
    given(technicalLiaison)
      .when('sendForm', { customer: nanyang, channel: 'email' }, specialist, '2026-03-02 10:00')
      .then(
        event('TechnicalLiaisonFormSent', { customer: nanyang, teamId: ids.team }, '2026-03-02 10:00'),
        // The fifth working day after Monday, at the same time.
        event('CaseTimerStarted', { timer: 'formReminder', remindAt: [at('2026-03-09 10:00')] }),
      );
    expect(formSent.state).toMatchObject({
      phase: 'formSent',
      clocks: [],
      receivedAt: at('2026-03-02 10:00'),
    });
  });

  test('is reminded across the Spring Festival by working days, the Saturday that is worked among them', () => {
    const sent = given(technicalLiaison).did(
      'sendForm',
      { customer: nanyang, channel: 'email' },
      specialist,
      '2026-02-11 09:00',
    );
    // Thursday 12, Friday 13, Saturday 14 (worked), then the 24th and the 25th.
    expect(local(sent.timer('remind').at)).toBe('2026-02-25 09:00');
  });

  test('is reminded once and no more', () => {
    const reminded = formSent.passed('2026-06-01 10:00');
    expect(reminded.events.filter(e => e.type === 'CustomerReminded')).toHaveLength(1);
    expect(reminded.pending).toEqual([]);
  });

  test('can have gone out earlier than it was recorded', () => {
    given(technicalLiaison)
      .when(
        'sendForm',
        { customer: nanyang, channel: 'email', occurredAt: at('2026-03-02 09:00') },
        specialist,
        '2026-03-02 10:00',
      )
      .then(event('TechnicalLiaisonFormSent', {}, '2026-03-02 09:00'), event('CaseTimerStarted'));
  });

  test('by fax has a record, but for one of a round, whose record is added', () => {
    const fax = { customer: nanyang, channel: 'fax', teamId: ids.team } as const;
    given(technicalLiaison)
      .when('sendForm', fax, specialist, '2026-03-02 10:00')
      .thenRejected('faxRecordNeeded', { field: 'faxRecord' });
    given(technicalLiaison)
      .when('sendForm', { ...fax, faxRecord: 'F-118' }, specialist, '2026-03-02 10:00')
      .then(event('TechnicalLiaisonFormSent', { faxRecord: 'F-118' }), event('CaseTimerStarted'));
    const ofRound = given(technicalLiaison).did('sendForm', { ...fax, round }, workflow, '2026-03-02 10:00');
    const corrected = ofRound.did(
      'correctDetails',
      { field: 'faxRecord', to: 'F-119', reason: 'went out by hand' },
      agent,
      '2026-03-02 11:00',
    );
    expect(corrected.state.faxRecord).toBe('F-119');
  });

  test('needs a team, does not lie in the future, and is one for a liaison', () => {
    const form = { customer: nanyang, channel: 'email' } as const;
    given(technicalLiaison).when('sendForm', form, workflow, '2026-03-02 10:00').thenRejected('teamNeeded');
    given(technicalLiaison)
      .when('sendForm', { ...form, occurredAt: at('2026-03-03 10:00') }, specialist, '2026-03-02 10:00')
      .thenRejected('inTheFuture');
    given(technicalLiaison)
      .when('sendForm', { ...form, occurredAt: at('2026-02-02 10:00') }, specialist, '2026-03-02 10:00')
      .thenRejected('tooFarBack');
    formSent.when('sendForm', form, specialist, '2026-03-03 10:00').thenRejected('alreadyOpen');
  });
});

describe('a form that nobody answers', () => {
  test('is closed by a person after the reminder only', () => {
    formSent
      .when('closeWithoutReply', {}, agent, '2026-03-06 10:00')
      .thenRejected('remindersFirst', { remindAt: [at('2026-03-09 10:00')] });
    formSent
      .passed('2026-03-09 10:00')
      .when('closeWithoutReply', { note: 'no answer' }, agent, '2026-03-16 10:00')
      .then(
        event('CaseTimerEnded', { because: 'caseClosed' }),
        event('CaseClosed', { mode: 'withoutReply' }),
      );
  });

  test('is closed by the end of its round at once', () => {
    formSent
      .when('closeWithoutReply', {}, workflow, '2026-03-03 10:00')
      .then(
        event('CaseTimerEnded', { timer: 'formReminder' }),
        event('CaseClosed', { mode: 'withoutReply' }),
      );
  });

  test('is left alone by the end of its round if it was answered or is closed already', () => {
    const receivedAt = at('2026-03-03 09:00');
    const got = formSent.did('recordResponse', { ...response, receivedAt }, specialist, '2026-03-03 09:30');
    got.when('closeWithoutReply', {}, workflow, '2026-03-03 10:00').then();
    const closed = formSent.did('closeWithoutReply', {}, workflow, '2026-03-03 10:00');
    closed.when('closeWithoutReply', {}, workflow, '2026-03-03 10:01').then();
    closed.when('closeWithoutReply', {}, agent, '2026-03-03 10:01').thenRejected('caseEnded');
  });

  test('can be opened again by its answer, and owes a first reply from when that arrived', () => {
    const closed = formSent.did('closeWithoutReply', {}, workflow, '2026-03-09 17:00');
    const receivedAt = at('2026-03-10 09:00');
    const again = closed.did('recordResponse', { ...response, receivedAt }, specialist, '2026-03-10 14:00');
    expect(again.events.slice(-3).map(e => e.type)).toEqual([
      'CaseReopened',
      'TechnicalLiaisonAnswered',
      'SlaClockStarted',
    ]);
    expect(again.state).toMatchObject({ phase: 'answered', receivedAt });
    expect(again.clock('firstReply').cycle).toBe(1);
    expect(again.due('firstReply')).toBe('2026-03-11 09:00');
  });

  test('that had arrived before the closing is owed its reply from then', () => {
    const closed = formSent.did('closeWithoutReply', {}, workflow, '2026-03-09 17:00');
    const receivedAt = at('2026-03-09 15:00');
    const again = closed.did('recordResponse', { ...response, receivedAt }, specialist, '2026-03-10 09:00');
    expect(again.due('firstReply')).toBe('2026-03-10 15:00');
  });

  test('is opened again by its answer within the reopening period only', () => {
    const closed = formSent.did('closeWithoutReply', {}, workflow, '2026-03-09 17:00');
    closed
      .when(
        'recordResponse',
        { ...response, receivedAt: at('2026-04-08 17:01') },
        specialist,
        '2026-04-08 17:30',
      )
      .thenRejected('reopeningPeriodOver', { until: at('2026-04-08 17:00') });
    formSent
      .did('voidEntry', { reason: 'a test' }, lead, '2026-03-02 11:00')
      .when(
        'recordResponse',
        { ...response, receivedAt: at('2026-03-03 09:00') },
        specialist,
        '2026-03-03 10:00',
      )
      .thenRejected('voidedForGood');
  });
});

describe('the answer to a form', () => {
  test('continues the liaison, stops the reminder and is copied to the marketing technical contact', () => {
    const sent = given(technicalLiaison).did(
      'sendForm',
      { customer: nanyang, channel: 'email', marketingContactId, round },
      specialist,
      '2026-03-02 10:00',
    );
    sent
      .when(
        'recordResponse',
        { ...response, receivedAt: at('2026-03-04 15:00') },
        customer,
        '2026-03-04 15:00',
      )
      .then(
        event(
          'TechnicalLiaisonAnswered',
          {
            kind: 'requirement',
            registeredLate: false,
            copiedTo: { role: 'marketingTechnicalContact', userId: marketingContactId },
            round,
          },
          '2026-03-04 15:00',
        ),
        event('CaseTimerEnded', { timer: 'formReminder', because: 'answered' }),
        event('SlaClockStarted', { clock: 'firstReply', cycle: 1 }, '2026-03-04 15:00'),
      );
  });

  test('does not lie before the form, nor say again whose it is', () => {
    formSent
      .when(
        'recordResponse',
        { ...response, receivedAt: at('2026-03-02 09:59') },
        specialist,
        '2026-03-02 11:00',
      )
      .thenRejected('beforeForm', { formSentAt: at('2026-03-02 10:00') });
    formSent
      .when(
        'recordResponse',
        { ...response, customer: nanyang, receivedAt: at('2026-03-02 10:30') },
        specialist,
        '2026-03-02 11:00',
      )
      .thenRejected('onlyWhenOpening', { fields: ['customer'] });
  });

  test('that was recorded by mistake leaves the form waiting, and its round knows', () => {
    const sent = given(technicalLiaison).did(
      'sendForm',
      { customer: nanyang, channel: 'email', round },
      specialist,
      '2026-03-02 10:00',
    );
    const receivedAt = at('2026-03-04 15:00');
    const got = sent.did('recordResponse', { ...response, receivedAt }, specialist, '2026-03-04 15:30');
    const stepRevision = got.revisionOf('TechnicalLiaisonAnswered');
    got
      .when('retractStep', { stepRevision, reason: 'another customer' }, lead, '2026-03-04 16:00')
      .then(
        event('StepRetracted'),
        event('SlaClockCancelled', { clock: 'firstReply', because: 'startRetracted' }),
        event('TechnicalLiaisonAnswerTakenBack', { round }),
        event('CaseTimerStarted', { timer: 'formReminder', cycle: 2, remindAt: [at('2026-03-09 10:00')] }),
      );
    const waiting = got.did(
      'retractStep',
      { stepRevision, reason: 'another customer' },
      lead,
      '2026-03-04 16:00',
    );
    expect(waiting.state).toMatchObject({ phase: 'formSent', receivedAt: at('2026-03-02 10:00') });
    const real = waiting.did(
      'recordResponse',
      { ...response, receivedAt: at('2026-03-06 16:00') },
      specialist,
      '2026-03-06 16:00',
    );
    expect(real.clock('firstReply').cycle).toBe(2);
    expect(real.due('firstReply')).toBe('2026-03-09 16:00');
  });

  test('taken back after the reminder was given reminds no second time', () => {
    const reminded = formSent.passed('2026-03-10 10:00');
    const receivedAt = at('2026-03-10 15:00');
    const got = reminded.did('recordResponse', { ...response, receivedAt }, specialist, '2026-03-10 15:30');
    const stepRevision = got.revisionOf('TechnicalLiaisonAnswered');
    got
      .when('retractStep', { stepRevision, reason: 'another customer' }, lead, '2026-03-10 16:00')
      .then(event('StepRetracted'), event('SlaClockCancelled'));
  });
});
