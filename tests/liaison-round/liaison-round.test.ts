import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { liaisonRound } from '../../domain/liaison-round/liaison-round.ts';
import { anyNumbers, surviveAnything } from '../arbitrary-commands.ts';
import { agent, at, event, given, idOf, ids, lead, person, system } from '../given-when-then.ts';

const specialist = person(0x31, 'technicalService', { teamId: ids.team });
const workflow = { ...system, via: 'workflow' as const };
const customers = [
  { customer: { customerId: idOf(0x61), name: '南洋制衣有限公司' }, marketingContactId: idOf(0x41) },
  { customer: { customerId: idOf(0x62), name: '东莞箱包厂' }, channel: 'fax' },
  { customer: { name: 'Nordic Outdoor AB' } },
] as const;
const plan = {
  name: '2026 第一季度',
  period: { from: '2026-03-02', to: '2026-03-31' },
  filter: { grades: ['A', 'B'] as ('A' | 'B')[] },
  customers: [...customers],
  form: 'TSL-3',
} satisfies object;

const scheduled = given(liaisonRound).did('scheduleRound', plan, specialist, '2026-02-27 10:00');
const entries = scheduled.last('LiaisonRoundScheduled').customers.map(c => c.entryId);
const [first = '', second = '', third = ''] = entries;
const [one, two, three] = [idOf(0x71), idOf(0x72), idOf(0x73)];
const open = scheduled.did('openRound', {}, specialist, '2026-03-02 09:00');
const allSent = open
  .did('recordFormSent', { entryId: first, liaisonId: one }, workflow, '2026-03-02 09:01')
  .did('recordFormSent', { entryId: second, liaisonId: two }, workflow, '2026-03-02 09:01')
  .did('recordFormSent', { entryId: third, liaisonId: three }, workflow, '2026-03-02 09:01');
const oneAnswer = allSent.did(
  'recordAnswer',
  { entryId: second, liaisonId: two },
  workflow,
  '2026-03-09 09:00',
);

describe('a round is scheduled', () => {
  test('for a period, with the filter and the customers that it picked', () => {
    given(liaisonRound)
      .when('scheduleRound', plan, specialist, '2026-02-27 10:00')
      .then(
        event('LiaisonRoundScheduled', {
          name: plan.name,
          period: plan.period,
          filter: { grades: ['A', 'B'] },
          teamId: ids.team,
          customers: [
            { customer: customers[0].customer, channel: 'email' },
            { customer: customers[1].customer, channel: 'fax' },
            { customer: { name: 'Nordic Outdoor AB' } },
          ],
        }),
      );
    expect(new Set(entries).size).toBe(3);
    expect(scheduled.state).toMatchObject({ phase: 'scheduled', sent: 0, answered: 0, unanswered: [] });
    expect(scheduled.state.responseRate).toBeUndefined();
  });

  test('once, forwards in time, by a team, and with each customer once', () => {
    scheduled.when('scheduleRound', plan, specialist, '2026-02-27 11:00').thenRejected('alreadyScheduled');
    given(liaisonRound)
      .when(
        'scheduleRound',
        { ...plan, period: { from: '2026-03-31', to: '2026-03-02' } },
        specialist,
        '2026-02-27 10:00',
      )
      .thenRejected('periodEndsBeforeItBegins');
    given(liaisonRound)
      .when(
        'scheduleRound',
        { ...plan, customers: [customers[0], customers[0]] },
        specialist,
        '2026-02-27 10:00',
      )
      .thenRejected('customerTwice', { customerIds: [idOf(0x61)] });
    given(liaisonRound)
      .when('scheduleRound', plan, person(0x10, 'lead'), '2026-02-27 10:00')
      .thenRejected('teamNeeded');
  });

  test('and voided or corrected before it opens', () => {
    scheduled
      .when('voidEntry', { reason: 'a test' }, lead, '2026-02-27 11:00')
      .then(event('CaseVoided', { reason: 'a test' }));
    open
      .when('voidEntry', { reason: 'a test' }, lead, '2026-03-02 11:00')
      .thenRejected('notPossibleNow', { phase: 'open' });
    const period = { from: '2026-03-02', to: '2026-04-10' };
    const corrected = scheduled.did(
      'correctDetails',
      { field: 'period', to: period, reason: 'longer' },
      agent,
      '2026-02-27 11:00',
    );
    expect(corrected.state.period).toEqual(period);
    scheduled
      .when(
        'correctDetails',
        { field: 'period', to: { from: '2026-04-10', to: '2026-03-02' }, reason: 'longer' },
        agent,
        '2026-02-27 11:00',
      )
      .thenRejected('periodEndsBeforeItBegins');
    scheduled
      .when('correctDetails', { field: 'receivedAt', to: 1, reason: 'r' }, lead, '2026-02-27 11:00')
      .thenRejected('notCorrectable');
  });
});

describe('a round is opened', () => {
  test('with every customer who has no form yet', () => {
    scheduled
      .when('openRound', {}, specialist, '2026-03-02 09:00')
      .then(event('LiaisonRoundOpened', { form: 'TSL-3', teamId: ids.team, customers: [{}, {}, {}] }));
    const early = scheduled
      .did('recordFormSent', { entryId: first, liaisonId: one }, workflow, '2026-02-27 15:00')
      .did('openRound', {}, specialist, '2026-03-02 09:00');
    expect(early.last('LiaisonRoundOpened').customers.map(c => c.entryId)).toEqual([second, third]);
  });

  test('once, and not before it is scheduled nor after its closing', () => {
    open
      .when('openRound', {}, specialist, '2026-03-02 10:00')
      .thenRejected('notPossibleNow', { phase: 'open' });
    given(liaisonRound).when('openRound', {}, specialist, '2026-03-02 10:00').thenRejected('noSuchCase');
    open
      .did('closeRound', {}, specialist, '2026-03-31 17:00')
      .when('openRound', {}, specialist, '2026-04-01 10:00')
      .thenRejected('caseEnded');
  });

  test('promises nothing itself', () => {
    expect(open.state.clocks).toEqual([]);
    expect(open.pending).toEqual([]);
  });
});

describe('a round shows', () => {
  test('who has not answered, and the response rate', () => {
    expect(allSent.state).toMatchObject({ sent: 3, answered: 0, responseRate: 0, unanswered: entries });
    expect(oneAnswer.state).toMatchObject({ sent: 3, answered: 1, unanswered: [first, third] });
    expect(oneAnswer.state.responseRate).toBeCloseTo(1 / 3, 12);
  });

  test('a customer with two forms as answered by either, and counted once', () => {
    const twice = oneAnswer
      .did('recordFormSent', { entryId: second, liaisonId: idOf(0x74) }, workflow, '2026-03-10 09:00')
      .did('recordAnswer', { entryId: second, liaisonId: idOf(0x74) }, workflow, '2026-03-11 09:00');
    expect(twice.state).toMatchObject({ sent: 3, answered: 1 });
  });

  test('an answer taken back as none', () => {
    const back = oneAnswer.did(
      'recordAnswerTakenBack',
      { entryId: second, liaisonId: two },
      workflow,
      '2026-03-10 09:00',
    );
    expect(back.state).toMatchObject({ answered: 0, responseRate: 0, unanswered: entries });
  });

  test('what it is told twice, or of another round, once or not at all', () => {
    for (const type of ['recordFormSent', 'recordAnswer'] as const) {
      oneAnswer.when(type, { entryId: second, liaisonId: two }, workflow, '2026-03-10 09:00').then();
      oneAnswer
        .when(type, { entryId: idOf(0x99), liaisonId: two }, workflow, '2026-03-10 09:00')
        .thenRejected('noSuchCustomer');
    }
    allSent
      .when('recordAnswerTakenBack', { entryId: first, liaisonId: one }, workflow, '2026-03-10 09:00')
      .then();
    given(liaisonRound)
      .when('recordAnswer', { entryId: first, liaisonId: one }, workflow, '2026-03-10 09:00')
      .thenRejected('noSuchCase');
    scheduled
      .did('voidEntry', { reason: 'a test' }, lead, '2026-02-27 11:00')
      .when('recordFormSent', { entryId: first, liaisonId: one }, workflow, '2026-03-10 09:00')
      .thenRejected('notPossibleNow');
  });
});

describe('a round is closed', () => {
  const closed = oneAnswer.did('closeRound', { note: 'done' }, specialist, '2026-03-31 17:00');

  test('with its figures and the liaisons nobody answered', () => {
    oneAnswer.when('closeRound', { note: 'done' }, specialist, '2026-03-31 17:00').then(
      event('LiaisonRoundClosed', {
        customers: 3,
        sent: 3,
        answered: 1,
        responseRate: 1 / 3,
        unanswered: [
          { entryId: first, liaisonId: one },
          { entryId: third, liaisonId: three },
        ],
      }),
      event('CaseClosed', { mode: 'closed', note: 'done' }, '2026-03-31 17:00'),
    );
    expect(closed.state).toMatchObject({ phase: 'closed', ended: { how: 'closed' } });
  });

  test('without a rate where no form went out', () => {
    const none = open.did('closeRound', {}, specialist, '2026-03-31 17:00').last('LiaisonRoundClosed');
    expect(none).toEqual({ customers: 3, sent: 0, answered: 0, unanswered: [] });
  });

  test('from open only, and once', () => {
    scheduled.when('closeRound', {}, specialist, '2026-03-01 17:00').thenRejected('notPossibleNow');
    closed.when('closeRound', {}, specialist, '2026-04-01 17:00').thenRejected('caseEnded');
    open
      .when('closeRound', { occurredAt: at('2026-03-31 17:00') }, specialist, '2026-03-31 16:00')
      .thenRejected('inTheFuture');
  });

  test('and still takes down a form and an answer that it hears of late', () => {
    closed
      .when('recordFormSent', { entryId: first, liaisonId: idOf(0x75) }, workflow, '2026-03-31 17:01')
      .then(event('LiaisonRoundFormSent', { afterClosing: true }));
    closed
      .when('recordAnswer', { entryId: first, liaisonId: one }, workflow, '2026-04-02 09:00')
      .then(event('LiaisonRoundAnswered', { late: true }));
  });
});

test('whatever is sent to a round, it decides, and by its own schemas', () => {
  fc.assert(
    fc.property(anyNumbers, numbers => {
      surviveAnything(liaisonRound, numbers, ['name', 'period']);
    }),
  );
}, 120_000);
