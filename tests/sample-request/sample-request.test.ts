import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleRequest } from '../../domain/sample-request/sample-request.ts';
import { anyNumbers, surviveAnything } from '../arbitrary-commands.ts';
import {
  agent,
  at,
  customer,
  event,
  given,
  idOf,
  ids,
  lead,
  marketing,
  person,
  system,
} from '../given-when-then.ts';

const workflow = { ...system, via: 'workflow' as const };
const workshop = person(0x33, 'contributor', { teamId: ids.team });
const nanyang = { customerId: idOf(0x61), name: '南洋制衣有限公司' };
const liaison = { liaisonId: idOf(0x71), handOverId: idOf(0x72) };
const asked = { need: 'sample', description: '5号隐形, 水洗', customer: nanyang } as const;
const handedOver = { ...asked, liaison, marketingContactId: idOf(0x41), teamId: ids.team };

const opened = given(sampleRequest).did('open', handedOver, workflow, '2026-03-02 10:00');
const quote = { samplePrice: { amountMinor: 25_000, currency: 'CNY' }, leadTimeWorkingDays: 5 };
const quoted = opened.did('quote', quote, marketing, '2026-03-02 14:00');
const making = quoted.did('startMaking', { orderNumber: 'YD-0302' }, workshop, '2026-03-03 09:00');
const parcel = { courier: '顺丰', courierNumber: 'SF1029384756' };
const sent = making.did('send', parcel, workshop, '2026-03-09 16:00');
const judged = (judgement: 'accepted' | 'changesWanted' | 'refused') =>
  sent.did('judge', { judgement }, customer, '2026-03-12 10:00');

describe('a sample request is opened', () => {
  test('by a hand-over, for the marketing technical contact', () => {
    given(sampleRequest)
      .when('open', handedOver, workflow, '2026-03-02 10:00')
      .then(
        event('SampleRequestOpened', { need: 'sample', customer: nanyang, liaison, teamId: ids.team }),
        event('CaseAssigned', { assigneeId: idOf(0x41), teamId: ids.team }),
      );
    expect(opened.state).toMatchObject({
      phase: 'opened',
      assigneeId: idOf(0x41),
      linkedTo: [liaison.liaisonId],
    });
  });

  test('by marketing, without a liaison', () => {
    given(sampleRequest)
      .when('open', { ...asked, receivedAt: at('2026-03-02 09:00') }, marketing, '2026-03-02 10:00')
      .then(event('SampleRequestOpened', { registeredLate: false }, '2026-03-02 09:00'));
    given(sampleRequest)
      .when('open', { ...asked, liaison }, marketing, '2026-03-02 10:00')
      .thenRejected('byHandOverOnly', { possible: ['link'] });
  });

  test('once, by a team, not in the future, and promises nothing', () => {
    opened.when('open', asked, marketing, '2026-03-02 11:00').thenRejected('alreadyOpen');
    given(sampleRequest).when('open', asked, workflow, '2026-03-02 10:00').thenRejected('teamNeeded');
    given(sampleRequest)
      .when('open', { ...asked, receivedAt: at('2026-03-02 10:01') }, marketing, '2026-03-02 10:00')
      .thenRejected('inTheFuture');
    expect(opened.state.clocks).toEqual([]);
  });
});

describe('it goes', () => {
  test('from quoted to making to sent', () => {
    opened.when('quote', quote, marketing, '2026-03-02 14:00').then(event('SampleRequestQuoted', quote));
    quoted
      .when('startMaking', { orderNumber: 'YD-0302' }, workshop, '2026-03-03 09:00')
      .then(event('SampleRequestMakingStarted', { orderNumber: 'YD-0302' }));
    making.when('send', parcel, workshop, '2026-03-09 16:00').then(event('SampleRequestSent', parcel));
    expect([opened, quoted, making, sent].map(s => s.state.phase)).toEqual([
      'opened',
      'quoted',
      'making',
      'sent',
    ]);
    expect(sent.state.courierNumbers).toEqual(['SF1029384756']);
  });

  test('in that order', () => {
    opened
      .when('startMaking', {}, marketing, '2026-03-02 14:00')
      .thenRejected('notPossibleNow', { phase: 'opened' });
    quoted
      .when('send', parcel, marketing, '2026-03-02 15:00')
      .thenRejected('notPossibleNow', { phase: 'quoted' });
    making
      .when('judge', { judgement: 'accepted' }, customer, '2026-03-04 10:00')
      .thenRejected('notPossibleNow', { phase: 'making' });
    making.when('quote', quote, marketing, '2026-03-04 10:00').thenRejected('notPossibleNow');
    given(sampleRequest).when('quote', quote, marketing, '2026-03-04 10:00').thenRejected('noSuchCase');
  });

  test('in another order where it is urgent or a lead does without the quote', () => {
    opened
      .did('markUrgent', { reason: 'fair on Friday' }, lead, '2026-03-02 11:00')
      .when('send', parcel, workshop, '2026-03-02 12:00')
      .then(event('SampleRequestSent'));
    opened
      .did('waiveStep', { step: 'quote', reason: 'free of charge' }, lead, '2026-03-02 11:00')
      .when('startMaking', {}, workshop, '2026-03-02 12:00')
      .then(event('SampleRequestMakingStarted'));
  });

  test('out again when the parcel is lost', () => {
    sent
      .when('send', { ...parcel, courierNumber: 'SF2' }, workshop, '2026-03-13 16:00')
      .then(event('SampleRequestSent', { courierNumber: 'SF2' }));
  });
});

describe('the judgement', () => {
  test("is the customer's, or marketing's record of it with evidence", () => {
    sent
      .when('judge', { judgement: 'accepted', comments: '好' }, customer, '2026-03-12 10:00')
      .then(event('SampleRequestJudged', { judgement: 'accepted', by: 'customer', liaison }));
    sent
      .when('judge', { judgement: 'accepted' }, marketing, '2026-03-12 10:00')
      .thenRejected('evidenceNeeded');
    sent
      .when('judge', { judgement: 'refused', evidence: 'WeChat 12:03' }, marketing, '2026-03-12 10:00')
      .then(event('SampleRequestJudged', { judgement: 'refused', by: 'marketing' }));
  });

  test.each(['accepted', 'refused'] as const)('%s is the last word, and the request may close', judgement => {
    const last = judged(judgement);
    expect(last.state.phase).toBe(judgement);
    last.when('close', {}, marketing, '2026-03-12 11:00').then(event('CaseClosed', { mode: 'closed' }));
    last.when('send', parcel, workshop, '2026-03-12 11:00').thenRejected('notPossibleNow');
    last.when('judge', { judgement }, customer, '2026-03-12 11:00').thenRejected('notPossibleNow');
  });

  test('with changes wanted, another sample is made, with or without another quote', () => {
    const changes = judged('changesWanted');
    changes.when('close', {}, marketing, '2026-03-12 11:00').thenRejected('notJudged');
    const again = changes
      .did('startMaking', {}, workshop, '2026-03-12 14:00')
      .did('send', { ...parcel, courierNumber: 'SF2' }, workshop, '2026-03-16 14:00')
      .did('judge', { judgement: 'accepted' }, customer, '2026-03-18 10:00');
    expect(again.state.phase).toBe('accepted');
    changes.when('quote', quote, marketing, '2026-03-12 14:00').then(event('SampleRequestQuoted'));
  });

  test('taken back, the sample is out again', () => {
    const accepted = judged('accepted');
    const stepRevision = accepted.revisionOf('SampleRequestJudged');
    const back = accepted.did(
      'retractStep',
      { stepRevision, reason: 'another sample' },
      lead,
      '2026-03-12 11:00',
    );
    expect(back.state.phase).toBe('sent');
  });
});

describe('a request that ends without a last judgement', () => {
  test.each([
    ['withdrawn', () => sent.when('withdraw', { reason: 'order lost' }, marketing, '2026-03-12 10:00')],
    ['voided', () => sent.when('voidEntry', { reason: 'a test' }, lead, '2026-03-12 10:00')],
    ['withoutAgreement', () => sent.when('closeWithoutAgreement', { note: 'n' }, lead, '2026-03-12 10:00')],
    [
      'closed',
      () =>
        sent
          .did('waiveStep', { step: 'judgement', reason: 'r' }, lead, '2026-03-12 09:00')
          .when('close', {}, marketing, '2026-03-12 10:00'),
    ],
  ] as const)('%s tells the liaison that asked', (how, ended) => {
    const { decision } = ended();
    if (decision.outcome === 'rejected') throw new Error(decision.reason);
    expect(decision.events.at(-1)).toMatchObject({
      type: 'SampleRequestDropped',
      data: { how, liaison },
      occurredAt: at('2026-03-12 10:00'),
    });
  });

  test('by silence tells it too', () => {
    const waiting = sent.did(
      'pauseClock',
      { reason: 'awaitingCustomer' },
      { ...marketing, id: idOf(0x41) },
      '2026-03-10 10:00',
    );
    const closed = waiting.passed('2026-03-24 10:00');
    expect(closed.state.ended).toMatchObject({ how: 'withoutReply', at: at('2026-03-24 10:00') });
    expect(closed.last('SampleRequestDropped')).toMatchObject({ how: 'withoutReply' });
  });

  test('after a last judgement, or without a liaison, has nobody to tell', () => {
    judged('accepted').when('close', {}, agent, '2026-03-12 11:00').then(event('CaseClosed'));
    given(sampleRequest)
      .did('open', asked, marketing, '2026-03-02 10:00')
      .when('withdraw', {}, customer, '2026-03-02 11:00')
      .then(event('CaseWithdrawn'));
  });
});

test('a reopened request asks for a judgement again', () => {
  const reopened = judged('refused')
    .did('close', {}, marketing, '2026-03-12 11:00')
    .did('reopen', { reason: 'another try' }, customer, '2026-03-20 10:00');
  expect(reopened.state.phase).toBe('opened');
  expect(reopened.possible).toContain('startMaking');
  reopened.when('close', {}, marketing, '2026-03-20 11:00').thenRejected('notJudged');
});

test('the customer of a request can be corrected', () => {
  const other = { name: 'Nordic Outdoor AB' };
  const corrected = opened.did(
    'correctDetails',
    { field: 'customer', to: other, reason: 'wrong one' },
    lead,
    '2026-03-02 11:00',
  );
  expect(corrected.state.customer).toEqual(other);
});

test('whatever is sent to a sample request, it decides, and by its own schemas', () => {
  fc.assert(
    fc.property(anyNumbers, numbers => {
      surviveAnything(sampleRequest, numbers, ['customer', 'productCode', 'quote', 'judgement']);
    }),
  );
}, 120_000);
