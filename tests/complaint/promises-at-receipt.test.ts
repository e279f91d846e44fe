import { describe, expect, it } from 'vitest';
import { complaint } from '../../domain/complaint/complaint.ts';
import { agent, at, customer, event, given, lead, local } from '../given-when-then.ts';
import { received, zippersCameApart } from './complaints.ts';

describe('a complaint that is received', () => {
  it('makes four promises, counted from the receipt', () => {
    given(complaint)
      .when('receive', zippersCameApart, agent, '2026-09-29 16:00')
      .then(
        event('ComplaintReceived', { registeredLate: false, priority: 'normal' }, '2026-09-29 16:00'),
        event('SlaClockStarted', { clock: 'acknowledgement', cycle: 1 }, '2026-09-29 16:00'),
        event('SlaClockStarted', { clock: 'firstReply', cycle: 1 }, '2026-09-29 16:00'),
        event('SlaClockStarted', { clock: 'decision', cycle: 1 }, '2026-09-29 16:00'),
        event('SlaClockStarted', { clock: 'closing', cycle: 1 }, '2026-09-29 16:00'),
      );
  });

  it('is acknowledged within 4 working hours: an hour and a half today, the rest tomorrow morning', () => {
    expect(received().due('acknowledgement')).toBe('2026-09-30 11:00');
  });

  it('is answered within 24 hours around the clock', () => {
    expect(received().due('firstReply')).toBe('2026-09-30 16:00');
  });

  it('is decided on the fifth working day after, over National Day and with the Saturday worked for it', () => {
    expect(received().due('decision')).toBe('2026-10-12 16:00');
  });

  it('is closed on the tenth working day after', () => {
    expect(received().due('closing')).toBe('2026-10-19 16:00');
  });

  it('counts a make-up Sunday as the working day that it is', () => {
    // 2026-09-20 is a Sunday worked for National Day; at its first opening it is itself the first of five days.
    const sunday = received({}, '2026-09-20 08:30');
    expect(sunday.due('acknowledgement')).toBe('2026-09-20 14:00');
    expect(sunday.due('decision')).toBe('2026-09-24 17:30');
  });

  it('is warned of at four fifths of each allowance, in its own time', () => {
    const at80 = (name: 'acknowledgement' | 'firstReply' | 'decision' | 'closing') =>
      received()
        .clock(name)
        .schedule.warnings.map(w => [w.threshold, local(w.at)]);
    expect(at80('acknowledgement')).toEqual([[0.8, '2026-09-30 10:12']]);
    expect(at80('firstReply')).toEqual([[0.8, '2026-09-30 11:12']]);
    expect(at80('decision')).toEqual([[0.8, '2026-10-10 16:00']]);
    expect(at80('closing')).toEqual([[0.8, '2026-10-15 16:00']]);
  });

  it('is warned of at the last close before, when the first reply falls due in closed time', () => {
    // 24 hours after Wednesday the 30th at 15:00 it is National Day.
    const { schedule } = received({}, '2026-09-30 15:00').clock('firstReply');
    expect(local(schedule.dueAt)).toBe('2026-10-01 15:00');
    expect(schedule.warnings.map(w => [w.threshold, local(w.at)])).toEqual([
      ['closedTime', '2026-09-30 17:30'],
      [0.8, '2026-10-01 10:12'],
    ]);
  });

  it('is never to be acknowledged later than it is to be answered', () => {
    // 4 working hours from the eve of National Day at 16:30 end on 8 October; the first reply is due before that.
    const eve = received({}, '2026-09-30 16:30');
    expect(eve.due('acknowledgement')).toBe('2026-10-01 16:30');
    expect(eve.due('firstReply')).toBe('2026-10-01 16:30');
  });

  it('counts from when it reached the house, not from when it was entered', () => {
    given(complaint)
      .when('receive', { ...zippersCameApart, receivedAt: at('2026-09-28 10:00') }, agent, '2026-09-29 16:00')
      .then(
        event('ComplaintReceived', { registeredLate: false }, '2026-09-28 10:00'),
        event('SlaClockStarted', { clock: 'acknowledgement' }, '2026-09-28 10:00'),
        event('SlaClockStarted', { clock: 'firstReply' }, '2026-09-28 10:00'),
        event('SlaClockStarted', { clock: 'decision' }, '2026-09-28 10:00'),
        event('SlaClockStarted', { clock: 'closing' }, '2026-09-28 10:00'),
      );
  });

  it('is flagged as entered late when it was written down after the working day that followed', () => {
    const late = received({ receivedAt: at('2026-09-28 10:00') }, '2026-09-29 17:30:01');
    expect(late.state.registeredLate).toBe(true);
  });

  it('is not late yet at the close of the first working day after a long holiday', () => {
    const inTime = received({ receivedAt: at('2026-10-02 09:00') }, '2026-10-08 17:30');
    expect(inTime.state.registeredLate).toBe(false);
  });

  it('cannot have come in the future', () => {
    given(complaint)
      .when('receive', { ...zippersCameApart, receivedAt: at('2026-09-29 16:01') }, agent, '2026-09-29 16:00')
      .thenRejected('inTheFuture');
  });

  it('cannot have come more than 30 days ago', () => {
    const earliest = at('2026-08-30 16:00');
    const story = given(complaint);
    story
      .when('receive', { ...zippersCameApart, receivedAt: earliest - 1 }, agent, '2026-09-29 16:00')
      .thenRejected('tooFarBack', { earliest });
    expect(
      story.did('receive', { ...zippersCameApart, receivedAt: earliest }, agent, '2026-09-29 16:00').revision,
    ).toBe(4);
  });

  it('is received once', () => {
    received().when('receive', zippersCameApart, agent, '2026-09-29 17:00').thenRejected('alreadyReceived');
  });

  it('is urgent at once on a lead’s word: decided in one working day, closed in two', () => {
    const urgent = given(complaint).did(
      'receive',
      { ...zippersCameApart, priority: 'urgent' },
      { ...agent, roles: ['agent', 'lead'] },
      '2026-09-29 16:00',
    );
    expect(urgent.state.priority).toBe('urgent');
    expect(urgent.due('decision')).toBe('2026-09-30 16:00');
    expect(urgent.due('closing')).toBe('2026-10-08 16:00');
    expect(urgent.due('firstReply')).toBe('2026-09-30 16:00');
  });

  it('asks for urgency on anybody else’s word, with its reason', () => {
    const asked = { priority: 'urgent', urgencyReason: 'The line stands still' } as const;
    const story = given(complaint).did(
      'receive',
      { ...zippersCameApart, ...asked },
      customer,
      '2026-09-29 16:00',
    );
    expect(story.state).toMatchObject({ priority: 'normal', urgencyRequested: true });
    expect(story.last('UrgencyRequested')).toEqual({ reason: 'The line stands still' });
    expect(story.due('decision')).toBe('2026-10-12 16:00');
  });

  it('keeps the attachments that came with it', () => {
    const photo = {
      name: 'stop.jpg',
      mediaType: 'image/jpeg',
      sizeBytes: 10,
      sha256: 'a'.repeat(64),
      reference: 'mail/1',
    };
    expect(received({ attachments: [photo] }).last('AttachmentAdded')).toMatchObject(photo);
  });

  it('belongs to the team of whoever entered it', () => {
    expect(received().state.teamId).toBe(lead.teamId);
  });
});
