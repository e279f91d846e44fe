import { describe, expect, it } from 'vitest';
import { resultOf } from '../../domain/sla/clock.ts';
import { agent, at, event, lead } from '../given-when-then.ts';
import { received, reply } from './complaints.ts';

const HOUR_MS = 3_600_000;
const receipt = (when: string) => ({
  field: 'receivedAt',
  to: at(when),
  reason: 'The mail lay in another box',
});

describe('a receipt that is corrected', () => {
  it('moves the promises that run: they count from the right instant', () => {
    // Monday the 28th, 10:00 instead of Tuesday, 16:00.
    const corrected = received().did('correctDetails', receipt('2026-09-28 10:00'), lead, '2026-09-29 17:00');
    expect(corrected.due('acknowledgement')).toBe('2026-09-28 15:30');
    expect(corrected.due('firstReply')).toBe('2026-09-29 10:00');
    expect(corrected.due('decision')).toBe('2026-10-10 10:00');
    expect(corrected.due('closing')).toBe('2026-10-16 10:00');
    expect(corrected.state.receivedAt).toBe(at('2026-09-28 10:00'));
  });

  it('keeps the acknowledgement no later than the first reply', () => {
    // From the eve of National Day, 16:30, four working hours end on 8 October.
    const corrected = received({}, '2026-09-30 17:00').did(
      'correctDetails',
      receipt('2026-09-30 16:30'),
      lead,
      '2026-09-30 17:10',
    );
    expect(corrected.due('acknowledgement')).toBe('2026-10-01 16:30');
  });

  it('keeps the pauses since', () => {
    const corrected = received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00')
      .did('pauseClock', { reason: 'awaitingThirdParty' }, agent, '2026-09-30 16:30')
      .did('resumeClock', {}, agent, '2026-10-08 16:30')
      .did('correctDetails', receipt('2026-09-29 15:00'), lead, '2026-10-09 09:00');
    // 15:00 on the 12th without the pause of a working day.
    expect(corrected.due('decision')).toBe('2026-10-13 15:00');
  });

  it('changes what is left of a promise that is paused', () => {
    const corrected = received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00')
      .did('pauseClock', { reason: 'awaitingThirdParty' }, agent, '2026-09-30 16:30')
      .did('correctDetails', receipt('2026-09-29 15:00'), lead, '2026-10-08 09:00');
    expect(corrected.clock('decision').pause?.leftMs).toBe(28.5 * HOUR_MS);
  });

  it('ends a pause that would have begun after the due instant', () => {
    const corrected = received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00')
      .did('pauseClock', { reason: 'awaitingThirdParty' }, agent, '2026-10-12 09:00')
      .did('correctDetails', receipt('2026-09-28 10:00'), lead, '2026-10-12 10:00');
    const clock = corrected.clock('decision');
    expect(clock.status).toBe('running');
    expect(clock.schedule.dueAt).toBe(at('2026-10-10 10:00'));
  });

  it('judges a promise that was met anew: it was late', () => {
    received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-29 17:00')
      .when('correctDetails', receipt('2026-09-28 16:00'), lead, '2026-09-29 17:10')
      .then(
        event('DetailsCorrected', { from: at('2026-09-29 16:00'), to: at('2026-09-28 16:00') }),
        event('SlaClockRescheduled', { clock: 'acknowledgement', because: 'correctedReceipt' }),
        event('SlaMetRescinded', { clock: 'acknowledgement', because: 'correctedReceipt' }),
        event('SlaClockBreached', { clock: 'acknowledgement' }, '2026-09-29 11:00'),
        event('SlaClockEscalated', { clock: 'acknowledgement' }),
        event('SlaClockFulfilled', { clock: 'acknowledgement', lateMs: 6 * HOUR_MS }, '2026-09-29 17:00'),
        event('SlaClockRescheduled', { clock: 'firstReply', schedule: { dueAt: at('2026-09-29 16:00') } }),
        event('SlaMetRescinded', { clock: 'firstReply' }),
        event('SlaClockBreached', { clock: 'firstReply' }, '2026-09-29 16:00'),
        event('SlaClockEscalated', { clock: 'firstReply' }),
        event('SlaClockFulfilled', { clock: 'firstReply', lateMs: HOUR_MS }),
        event('SlaClockRescheduled', { clock: 'decision' }),
        event('SlaClockRescheduled', { clock: 'closing' }),
      );
  });

  it('judges a promise that was late anew: it was kept', () => {
    const corrected = received()
      .did('acknowledge', { channel: 'email' }, agent, '2026-09-30 09:00')
      .passed('2026-09-30 16:00')
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 17:00')
      .did('correctDetails', receipt('2026-09-29 17:30'), lead, '2026-09-30 17:10');
    const clock = corrected.clock('firstReply');
    expect(clock.result).toMatchObject({ at: at('2026-09-30 17:00'), lateMs: -HOUR_MS / 2 });
    expect(resultOf(clock)).toBe('metAfterRescinding');
  });

  it('and corrected back leaves it late', () => {
    const back = received()
      .did('acknowledge', { channel: 'email' }, agent, '2026-09-30 09:00')
      .passed('2026-09-30 16:00')
      .did('sendPreliminaryReply', reply, agent, '2026-09-30 17:00')
      .did('correctDetails', receipt('2026-09-29 17:30'), lead, '2026-09-30 17:10')
      .did('correctDetails', receipt('2026-09-29 16:00'), lead, '2026-09-30 17:20');
    expect(resultOf(back.clock('firstReply'))).toBe('late');
  });

  it('lets a breached promise run again when it is not due yet', () => {
    const corrected = received()
      .did('acknowledge', { channel: 'email' }, agent, '2026-09-30 09:00')
      .passed('2026-09-30 16:00')
      .did('correctDetails', receipt('2026-09-29 18:00'), lead, '2026-09-30 17:00');
    expect(corrected.clock('firstReply').status).toBe('running');
    corrected
      .when('sendPreliminaryReply', reply, agent, '2026-09-30 17:30')
      .then(event('ComplaintPreliminarilyReplied'), event('SlaClockMet', { clock: 'firstReply' }));
  });

  it('escalates again, both levels, when such a promise is broken after all', () => {
    const again = received()
      .did('acknowledge', { channel: 'email' }, agent, '2026-09-30 09:00')
      .passed('2026-09-30 20:00')
      .did('correctDetails', receipt('2026-09-29 21:00'), lead, '2026-09-30 20:10')
      .passed('2026-10-01 01:00');
    expect(again.clock('firstReply').escalatedLevels).toEqual([1, 2]);
  });

  it('leaves the result to the step that gave it: taken back later, it goes', () => {
    const replied = received().did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00');
    const stepRevision = replied.revisionOf('ComplaintPreliminarilyReplied');
    replied
      .did('correctDetails', receipt('2026-09-29 16:30'), lead, '2026-09-30 09:10')
      .when('retractStep', { stepRevision, reason: 'Sent to nobody' }, lead, '2026-09-30 09:20')
      .then(
        event('StepRetracted'),
        event('SlaMetRescinded', { clock: 'acknowledgement', because: 'retracted' }),
        event('SlaMetRescinded', { clock: 'firstReply', because: 'retracted' }),
      );
  });

  it('touches no promise that did not begin with the receipt', () => {
    const asked = received({}, '2026-09-29 16:00').did(
      'askRemoteJudgement',
      { question: 'Must we go?' },
      agent,
      '2026-09-29 16:00',
    );
    const corrected = asked.did('correctDetails', receipt('2026-09-29 15:00'), lead, '2026-09-29 17:00');
    expect(corrected.due('remoteJudgement')).toBe('2026-09-30 16:00');
  });

  it('takes a lead', () => {
    received()
      .when('correctDetails', receipt('2026-09-28 16:00'), agent, '2026-09-29 17:00')
      .thenRejected('leadOnly');
  });

  it('is an instant of the past, not too far back, and another one', () => {
    const story = received();
    story
      .when('correctDetails', { ...receipt('2026-09-28 16:00'), to: 'Monday' }, lead, '2026-09-29 17:00')
      .thenRejected('badValue');
    story
      .when('correctDetails', receipt('2026-09-29 17:01'), lead, '2026-09-29 17:00')
      .thenRejected('inTheFuture');
    story
      .when('correctDetails', receipt('2026-08-30 15:59'), lead, '2026-09-29 17:00')
      .thenRejected('tooFarBack');
    story
      .when('correctDetails', receipt('2026-09-29 16:00'), lead, '2026-09-29 17:00')
      .thenRejected('nothingToCorrect');
  });

  it('reaches back from the first that was recorded, however often it is corrected', () => {
    const once = received().did('correctDetails', receipt('2026-08-31 16:00'), lead, '2026-09-29 17:00');
    once
      .when('correctDetails', receipt('2026-08-30 15:59'), lead, '2026-09-29 17:10')
      .thenRejected('tooFarBack', { earliest: at('2026-08-30 16:00') });
    const twice = once.did('correctDetails', receipt('2026-08-30 16:00'), lead, '2026-09-29 17:10');
    // And back again.
    const back = twice.did('correctDetails', receipt('2026-09-29 16:00'), lead, '2026-09-29 17:20');
    expect(back.due('firstReply')).toBe('2026-09-30 16:00');
  });

  it('can be corrected long after', () => {
    const old = received().did('correctDetails', receipt('2026-09-28 16:00'), lead, '2026-11-20 10:00');
    expect(old.state.receivedAt).toBe(at('2026-09-28 16:00'));
  });

  it('is not later than what was done since', () => {
    received()
      .did('sendPreliminaryReply', reply, agent, '2026-09-29 16:30')
      .when('correctDetails', receipt('2026-09-29 16:31'), lead, '2026-09-29 17:00')
      .thenRejected('afterFirstFact');
  });
});

describe('another detail that is corrected', () => {
  it('moves no promise, and says what stood there', () => {
    received()
      .when(
        'correctDetails',
        { field: 'siteRegion', to: 'local', reason: 'Moved' },
        agent,
        '2026-09-29 17:00',
      )
      .then(event('DetailsCorrected', { field: 'siteRegion', from: 'province', to: 'local' }));
  });

  it('does not repeat free text that was wrong', () => {
    const corrected = received().did(
      'correctDetails',
      { field: 'description', text: 'The slider breaks', reason: 'Misheard' },
      agent,
      '2026-09-29 17:00',
    );
    expect(corrected.last('DetailsCorrected')).toEqual({
      field: 'description',
      text: 'The slider breaks',
      reason: 'Misheard',
    });
  });

  it('needs the text where it is text', () => {
    received()
      .when(
        'correctDetails',
        { field: 'description', to: 'x', reason: 'Misheard' },
        agent,
        '2026-09-29 17:00',
      )
      .thenRejected('textNeeded');
  });

  it('is a field that can be corrected, with a value that fits', () => {
    received()
      .when('correctDetails', { field: 'phase', to: 'closed', reason: 'No' }, agent, '2026-09-29 17:00')
      .thenRejected('notCorrectable');
    received()
      .when('correctDetails', { field: 'kind', to: 'nonsense', reason: 'No' }, agent, '2026-09-29 17:00')
      .thenRejected('badValue');
  });
});
