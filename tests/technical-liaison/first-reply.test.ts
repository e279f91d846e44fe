import { describe, expect, test } from 'vitest';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { agent, at, customer, event, given, idOf, lead, local, marketing } from '../given-when-then.ts';
import { answered, formSent, nanyang, response, specialist, workflow } from './liaison-stories.ts';

const told = { channel: 'email', text: '已收到，周四给出方案。' } as const;

describe('an answer without a form', () => {
  test('opens a liaison that owes a first reply from its receipt', () => {
    given(technicalLiaison)
      .when(
        'recordResponse',
        { ...response, customer: nanyang, receivedAt: at('2026-03-02 10:00') },
        specialist,
        '2026-03-02 11:00',
      )
      .then(
        event('TechnicalLiaisonOpened', { customer: nanyang, kind: 'requirement' }, '2026-03-02 10:00'),
        event('TechnicalLiaisonAnswered', { copiedTo: { role: 'marketingTechnicalContact' } }),
        event('SlaClockStarted', { clock: 'firstReply', cycle: 1 }, '2026-03-02 10:00'),
      );
  });

  test('may come from the customer, with a team, or through marketing', () => {
    const receivedAt = at('2026-03-02 10:00');
    const data = { ...response, customer: nanyang, receivedAt };
    given(technicalLiaison)
      .when('recordResponse', data, customer, '2026-03-02 10:00')
      .thenRejected('teamNeeded');
    given(technicalLiaison)
      .when('recordResponse', { ...data, teamId: idOf(0xa) }, customer, '2026-03-02 10:00')
      .then(event('TechnicalLiaisonOpened'), event('TechnicalLiaisonAnswered'), event('SlaClockStarted'));
    given(technicalLiaison)
      .when('recordResponse', data, marketing, '2026-03-02 10:00')
      .then(event('TechnicalLiaisonOpened'), event('TechnicalLiaisonAnswered'), event('SlaClockStarted'));
  });

  test('says whose it is, and when it came: not in the future, at most 30 days back', () => {
    given(technicalLiaison)
      .when(
        'recordResponse',
        { ...response, receivedAt: at('2026-03-02 10:00') },
        specialist,
        '2026-03-02 11:00',
      )
      .thenRejected('customerNeeded');
    const data = { ...response, customer: nanyang };
    given(technicalLiaison)
      .when('recordResponse', { ...data, receivedAt: at('2026-03-02 11:01') }, specialist, '2026-03-02 11:00')
      .thenRejected('inTheFuture');
    given(technicalLiaison)
      .when('recordResponse', { ...data, receivedAt: at('2026-01-31 10:59') }, specialist, '2026-03-02 11:00')
      .thenRejected('tooFarBack');
  });

  test('that is entered later than the next working day is registered late', () => {
    // Received on Friday: recordable in time until the close of Monday.
    expect(answered(at('2026-03-06 10:00'), '2026-03-09 17:30').state.registeredLate).toBe(false);
    expect(answered(at('2026-03-06 10:00'), '2026-03-09 17:31').state.registeredLate).toBe(true);
  });
});

describe('the first reply is due one working day from the receipt', () => {
  // Each by hand on the calendar of 2026: 08:30–12:00 and 13:30–17:30.
  test.each([
    ['in the morning: the same time on the next working day', '2026-03-02 10:00', '2026-03-03 10:00'],
    ['at the first opening: that day counts, until its close', '2026-03-02 08:30', '2026-03-02 17:30'],
    ['before the opening: as at the opening', '2026-03-02 06:00', '2026-03-02 17:30'],
    ['at noon: as at the afternoon opening', '2026-03-02 12:30', '2026-03-03 13:30'],
    ['at the close: as at the next opening', '2026-03-02 17:30', '2026-03-03 17:30'],
    ['on a Sunday: as at the opening of Monday', '2026-03-08 15:00', '2026-03-09 17:30'],
    ['on a Friday: on Monday', '2026-03-06 16:00', '2026-03-09 16:00'],
    ['on the eve of a worked Saturday: on that Saturday', '2026-02-13 16:00', '2026-02-14 16:00'],
    ['on the Saturday before the Spring Festival: after it', '2026-02-14 16:00', '2026-02-24 16:00'],
    ['in the Spring Festival: the first day after it', '2026-02-18 09:00', '2026-02-24 17:30'],
  ])('%s', (_why, received, due) => {
    const receivedAt = at(received);
    const liaison = given(technicalLiaison).did(
      'recordResponse',
      { ...response, customer: nanyang, receivedAt },
      specialist,
      receivedAt,
    );
    expect(liaison.due('firstReply')).toBe(due);
  });

  test('and warned of at eight tenths of the working time', () => {
    // 7.5 working hours from Monday ten to Tuesday ten; six of them are over at the close of Monday.
    const warning = answered(at('2026-03-02 10:00'), '2026-03-02 10:00').timer('warn');
    expect([warning.key, local(warning.at)]).toEqual(['0.8', '2026-03-02 17:30']);
  });

  test('and a further answer changes nothing in that', () => {
    const liaison = answered(at('2026-03-02 10:00'), '2026-03-02 10:00');
    const receivedAt = at('2026-03-02 15:00');
    liaison
      .when('recordResponse', { ...response, receivedAt }, specialist, '2026-03-02 15:00')
      .then(event('TechnicalLiaisonAnswered'));
    const replied = liaison.did('replyPreliminarily', told, specialist, '2026-03-02 16:00');
    replied
      .when(
        'recordResponse',
        { ...response, receivedAt: at('2026-03-03 15:00') },
        specialist,
        '2026-03-03 15:00',
      )
      .then(event('TechnicalLiaisonAnswered'));
  });
});

describe('the first reply', () => {
  const liaison = answered(at('2026-03-02 10:00'), '2026-03-02 10:00');

  test('is met by the preliminary reply, up to the very instant', () => {
    liaison
      .when('replyPreliminarily', told, specialist, '2026-03-03 10:00')
      .then(
        event('TechnicalLiaisonReplied', { text: told.text }, '2026-03-03 10:00'),
        event('SlaClockMet', { clock: 'firstReply', dueAt: at('2026-03-03 10:00') }, '2026-03-03 10:00'),
      );
    expect(liaison.did('replyPreliminarily', told, specialist, '2026-03-03 10:00').state.phase).toBe(
      'replied',
    );
  });

  test('a millisecond late is a breach and its fulfilment in one decision', () => {
    liaison
      .when('replyPreliminarily', told, specialist, at('2026-03-03 10:00') + 1)
      .then(
        event('TechnicalLiaisonReplied'),
        event(
          'SlaClockBreached',
          { dueAt: at('2026-03-03 10:00'), dueInClosedTime: false },
          '2026-03-03 10:00',
        ),
        event('SlaClockEscalated', { level: 1 }, '2026-03-03 10:00'),
        event('SlaClockFulfilled', { lateMs: 1 }),
      );
  });

  test('breached by time is escalated after four working hours more', () => {
    const breached = liaison.passed('2026-03-03 10:00');
    expect(breached.clock('firstReply').status).toBe('breached');
    // Two hours until noon, two from half past one.
    expect(local(breached.timer('escalate').at)).toBe('2026-03-03 15:30');
    expect(breached.passed('2026-03-03 15:30').last('SlaClockEscalated')).toMatchObject({ level: 2 });
  });

  test('given in time and recorded late can be rescinded by a lead', () => {
    const late = liaison
      .passed('2026-03-03 11:00')
      .did(
        'replyPreliminarily',
        { ...told, occurredAt: at('2026-03-03 09:00') },
        specialist,
        '2026-03-03 11:00',
      );
    expect(late.last('SlaClockFulfilled')).toMatchObject({ lateMs: -3_600_000 });
    late
      .when(
        'rescindBreach',
        { clock: 'firstReply', cycle: 1, evidence: 'mail 4711' },
        lead,
        '2026-03-03 12:00',
      )
      .then(event('SlaBreachRescinded', { because: 'keptInTime' }));
  });

  test('is met by a message that a person sent on the matter, and by no other', () => {
    const message = { direction: 'outbound', channel: 'phone' } as const;
    liaison
      .when('recordMessage', { ...message, purpose: 'onTheMatter' }, specialist, '2026-03-02 11:00')
      .then(event('MessageRecorded'), event('SlaClockMet', { clock: 'firstReply' }));
    for (const other of [
      { purpose: 'progress' },
      { purpose: 'onTheMatter', outcome: 'unanswered' },
      { purpose: 'onTheMatter', author: { kind: 'automatic' } },
    ] as const) {
      liaison
        .when('recordMessage', { ...message, ...other }, specialist, '2026-03-02 11:00')
        .then(event('MessageRecorded'));
    }
    liaison.when('addNote', { text: 'called' }, specialist, '2026-03-02 11:00').then(event('NoteAdded'));
  });

  test('whose message bounced is owed again', () => {
    const replied = liaison.did('replyPreliminarily', told, specialist, '2026-03-02 15:00');
    const { messageId } = replied.last('TechnicalLiaisonReplied');
    const bounced = replied.did(
      'recordMessage',
      { direction: 'inbound', channel: 'email', outcome: 'bounced', bounceOf: messageId },
      specialist,
      '2026-03-02 16:00',
    );
    expect(bounced.clock('firstReply').status).toBe('running');
    expect(bounced.state.phase).toBe('answered');
    bounced
      .when('replyPreliminarily', told, specialist, '2026-03-02 17:00')
      .then(event('TechnicalLiaisonReplied'), event('SlaClockMet'));
  });

  test('is given once, not before the answer, nor in the future', () => {
    const replied = liaison.did('replyPreliminarily', told, specialist, '2026-03-02 15:00');
    replied
      .when('replyPreliminarily', told, specialist, '2026-03-02 16:00')
      .thenRejected('notPossibleNow', { phase: 'replied' });
    formSent
      .when('replyPreliminarily', told, specialist, '2026-03-02 11:00')
      .thenRejected('notPossibleNow', { phase: 'formSent' });
    given(technicalLiaison)
      .when('replyPreliminarily', told, specialist, '2026-03-02 11:00')
      .thenRejected('noSuchCase');
    liaison
      .when(
        'replyPreliminarily',
        { ...told, occurredAt: at('2026-03-02 09:59') },
        specialist,
        '2026-03-02 15:00',
      )
      .thenRejected('beforeReceipt');
    liaison
      .when(
        'replyPreliminarily',
        { ...told, occurredAt: at('2026-03-02 15:01') },
        specialist,
        '2026-03-02 15:00',
      )
      .thenRejected('inTheFuture');
  });

  test('taken back is owed again', () => {
    const replied = liaison.did('replyPreliminarily', told, specialist, '2026-03-02 15:00');
    const stepRevision = replied.revisionOf('TechnicalLiaisonReplied');
    const back = replied.did('retractStep', { stepRevision, reason: 'wrong case' }, lead, '2026-03-02 16:00');
    expect(back.clock('firstReply').status).toBe('running');
    expect(back.possible).toContain('replyPreliminarily');
  });

  test('stays kept by the reply when an earlier message bounced', () => {
    const written = liaison.did(
      'recordMessage',
      { direction: 'outbound', channel: 'email', purpose: 'onTheMatter' },
      specialist,
      '2026-03-02 14:00',
    );
    const { messageId } = written.last('MessageRecorded');
    written
      .did('replyPreliminarily', told, specialist, '2026-03-02 15:00')
      .when(
        'recordMessage',
        { direction: 'inbound', channel: 'email', outcome: 'bounced', bounceOf: messageId },
        specialist,
        '2026-03-05 16:00',
      )
      .then(
        event('MessageRecorded'),
        event('SlaMetRescinded'),
        event('SlaClockMet', { clock: 'firstReply' }, '2026-03-02 15:00'),
      );
  });

  test('is not owed where a lead waived it', () => {
    liaison
      .when('waiveStep', { step: 'firstReply', reason: 'told at the fair' }, lead, '2026-03-02 15:00')
      .then(event('StepWaived'), event('SlaClockCancelled', { because: 'stepWaived' }));
  });

  test('begins again at a reopening, from its instant', () => {
    const closed = liaison
      .did('replyPreliminarily', told, specialist, '2026-03-02 15:00')
      .did('assess', { result: 'marketInformation' }, specialist, '2026-03-02 15:00')
      .did('recordSolution', { solution: 'noted' }, specialist, '2026-03-02 15:00')
      .did('close', {}, specialist, '2026-03-02 15:30');
    const reopened = closed.did('reopen', { reason: 'asks again' }, agent, '2026-03-05 11:00');
    expect(reopened.clock('firstReply').cycle).toBe(2);
    expect(reopened.due('firstReply')).toBe('2026-03-06 11:00');
    const early = { ...told, occurredAt: at('2026-03-05 10:00') };
    reopened.when('replyPreliminarily', early, specialist, '2026-03-05 12:00').thenRejected('beforePromise');
    reopened
      .when('replyPreliminarily', told, specialist, '2026-03-06 11:00')
      .then(event('TechnicalLiaisonReplied'), event('SlaClockMet', { cycle: 2 }));
    expect(reopened.state.phase).toBe('answered');
    const byMessage = closed.did(
      'recordMessage',
      { direction: 'inbound', channel: 'email' },
      agent,
      '2026-03-05 11:00',
    );
    expect(byMessage.due('firstReply')).toBe('2026-03-06 11:00');
  });
});

describe('a corrected receipt', () => {
  const liaison = answered(at('2026-03-02 10:00'), '2026-03-02 11:00');
  const earlier = { field: 'receivedAt', to: at('2026-02-28 10:00'), reason: 'left at the gate' };

  test('judges the first reply anew', () => {
    // Saturday, 28 February, is worked: due on Monday at ten.
    const corrected = liaison.did('correctDetails', earlier, lead, '2026-03-02 11:30');
    expect(corrected.due('firstReply')).toBe('2026-03-02 10:00');
    expect(corrected.state).toMatchObject({ receivedAt: at('2026-02-28 10:00') });
  });

  test('may lie later than it was entered', () => {
    const later = { field: 'receivedAt', to: at('2026-03-02 10:30'), reason: 'the clock of the fax' };
    expect(liaison.did('correctDetails', later, lead, '2026-03-02 11:30').due('firstReply')).toBe(
      '2026-03-03 10:30',
    );
    const twice = liaison
      .did('correctDetails', later, lead, '2026-03-02 11:30')
      .did('correctDetails', { ...later, to: at('2026-03-02 10:45') }, lead, '2026-03-02 11:40');
    expect(twice.due('firstReply')).toBe('2026-03-03 10:45');
    expect(twice.state.answers.map(a => a.at)).toEqual([at('2026-03-02 10:45')]);
  });

  test('is a word of a lead, after the form, and of an answer that there is', () => {
    liaison.when('correctDetails', earlier, agent, '2026-03-02 11:30').thenRejected('leadOnly');
    formSent.when('correctDetails', earlier, lead, '2026-03-02 11:30').thenRejected('notAnsweredYet');
    const receivedAt = at('2026-03-03 10:00');
    formSent
      .did('recordResponse', { ...response, receivedAt }, specialist, '2026-03-03 10:00')
      .when('correctDetails', earlier, lead, '2026-03-03 11:30')
      .thenRejected('beforeForm');
  });

  test('is followed by the earliest answer that stands when the first is taken back', () => {
    const receivedAt = at('2026-03-02 15:00');
    const both = formSent
      .did(
        'recordResponse',
        { ...response, receivedAt: at('2026-03-02 11:00') },
        specialist,
        '2026-03-02 11:00',
      )
      .did('recordResponse', { ...response, receivedAt }, specialist, '2026-03-02 15:00');
    const first = both.events.findIndex(e => e.type === 'TechnicalLiaisonAnswered');
    const three = both.did(
      'recordResponse',
      { ...response, receivedAt: at('2026-03-02 15:45') },
      specialist,
      '2026-03-02 15:45',
    );
    const left = three.did(
      'retractStep',
      { stepRevision: first, reason: 'a copy' },
      lead,
      '2026-03-02 16:00',
    );
    expect(left.state.receivedAt).toBe(receivedAt);
    expect(left.clock('firstReply')).toMatchObject({ cycle: 2, status: 'running' });
    expect(left.due('firstReply')).toBe('2026-03-03 15:00');
  });

  test('the only answer of a liaison without a form is not taken back, but voided', () => {
    const stepRevision = liaison.revisionOf('TechnicalLiaisonAnswered');
    liaison
      .when('retractStep', { stepRevision, reason: 'a test' }, lead, '2026-03-02 12:00')
      .thenRejected('onlyAnswer', { possible: ['voidEntry'] });
  });
});

describe('a customer who is waited for', () => {
  const liaison = answered(at('2026-03-02 10:00'), '2026-03-02 10:00');

  test('is reminded after 3 and 6 working days, and the case closed without a reply after 10', () => {
    const waiting = liaison.did('pauseClock', { reason: 'awaitingCustomer' }, specialist, '2026-03-02 11:00');
    expect(waiting.last('CaseTimerStarted')).toMatchObject({
      timer: 'customerSilence',
      remindAt: [at('2026-03-05 11:00'), at('2026-03-10 11:00')],
      endsAt: at('2026-03-16 11:00'),
    });
    const closed = waiting.passed('2026-03-16 11:00');
    expect(closed.state.ended).toMatchObject({ how: 'withoutReply', at: at('2026-03-16 11:00') });
  });

  test('ends the wait by writing, and so does whoever waits', () => {
    const waiting = liaison.did('pauseClock', { reason: 'awaitingCustomer' }, specialist, '2026-03-02 11:00');
    waiting
      .when('pauseClock', { reason: 'awaitingCustomer' }, specialist, '2026-03-02 12:00')
      .thenRejected('alreadyWaiting');
    waiting
      .when('resumeClock', {}, specialist, '2026-03-02 12:00')
      .then(event('CaseTimerEnded', { timer: 'customerSilence' }));
    waiting
      .when(
        'recordResponse',
        { ...response, receivedAt: at('2026-03-03 10:00') },
        specialist,
        '2026-03-03 10:00',
      )
      .then(event('TechnicalLiaisonAnswered'), event('CaseTimerEnded', { timer: 'customerSilence' }));
  });

  test('stops no clock: the first reply cannot pause', () => {
    liaison
      .when('pauseClock', { clock: 'firstReply', reason: 'awaitingCustomer' }, specialist, '2026-03-02 11:00')
      .thenRejected('nothingToPause');
    liaison
      .when('pauseClock', { reason: 'awaitingSample' }, specialist, '2026-03-02 11:00')
      .thenRejected('nothingToPause');
    liaison.when('resumeClock', {}, specialist, '2026-03-02 11:00').thenRejected('notPaused');
    liaison.when('closeWithoutReply', {}, agent, '2026-03-02 11:00').thenRejected('notWaitingForCustomer');
    liaison.when('closeWithoutReply', {}, workflow, '2026-03-02 11:00').then();
  });
});
