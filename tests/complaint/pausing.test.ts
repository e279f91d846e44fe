import { describe, expect, it } from 'vitest';
import { agent, at, event, lead, local, otherAgent, qa } from '../given-when-then.ts';
import { decision, received, reply } from './complaints.ts';

const HOUR_MS = 3_600_000;
const replied = received().did('sendPreliminaryReply', reply, agent, '2026-09-30 09:00');
const PAUSED = '2026-09-30 16:30';
const paused = replied.did('pauseClock', { reason: 'awaitingCustomer' }, agent, PAUSED);
const fromCustomer = { direction: 'inbound', channel: 'email' } as const;

describe('a pause', () => {
  it('stops all that can wait, and keeps the time left in its own time', () => {
    replied.when('pauseClock', { reason: 'awaitingCustomer' }, agent, PAUSED).then(
      // An hour on the 30th, three working days, six hours of Monday the 12th.
      event(
        'SlaClockPaused',
        { clock: 'decision', leftMs: 29.5 * HOUR_MS, endsAt: at('2026-10-13 16:30') },
        PAUSED,
      ),
      event('SlaClockPaused', { clock: 'closing', leftMs: 67 * HOUR_MS }, PAUSED),
      event('CaseTimerStarted', { timer: 'customerSilence', cycle: 1 }, PAUSED),
    );
  });

  it('stops one promise when one is named', () => {
    replied
      .when('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, PAUSED)
      .then(event('SlaClockPaused', { clock: 'decision', reason: 'awaitingThirdParty' }));
  });

  it('never stops the first reply', () => {
    received()
      .when('pauseClock', { clock: 'firstReply', reason: 'awaitingCustomer' }, agent, '2026-09-29 17:00')
      .thenRejected('nothingToPause');
  });

  it('is possible up to the due instant', () => {
    const story = replied.did(
      'pauseClock',
      { clock: 'decision', reason: 'awaitingThirdParty' },
      agent,
      at('2026-10-12 16:00') - 1,
    );
    expect(story.clock('decision').status).toBe('paused');
  });

  it('is not possible at the due instant', () => {
    replied
      .when('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, '2026-10-12 16:00')
      .thenRejected('nothingToPause');
  });

  it('cannot be told of a time before the due instant once that has passed', () => {
    replied
      .when(
        'pauseClock',
        { clock: 'decision', reason: 'awaitingThirdParty', occurredAt: at('2026-10-12 15:00') },
        agent,
        '2026-10-12 16:30',
      )
      .thenRejected('nothingToPause');
  });

  it('cannot be told of a time that was paused already', () => {
    replied
      .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, '2026-10-08 09:00')
      .did('resumeClock', { clock: 'decision' }, agent, '2026-10-08 11:00')
      .when(
        'pauseClock',
        { clock: 'decision', reason: 'awaitingThirdParty', occurredAt: at('2026-10-08 10:00') },
        agent,
        '2026-10-08 12:00',
      )
      .thenRejected('nothingToPause');
  });

  it('is for the assignee, and for its team while nobody is assigned', () => {
    replied
      .when('pauseClock', { reason: 'awaitingCustomer' }, otherAgent, PAUSED)
      .thenRejected('notAssignee', { teamId: agent.teamId });
    replied
      .did('assign', { assigneeId: qa.id }, agent, '2026-09-30 10:00')
      .when('pauseClock', { reason: 'awaitingCustomer' }, agent, PAUSED)
      .thenRejected('notAssignee', { assigneeId: qa.id });
  });

  it('comes three times; a fourth takes a lead', () => {
    const days = ['2026-10-08', '2026-10-09', '2026-10-10'];
    const thrice = days.reduce(
      (story, day) =>
        story
          .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, `${day} 09:00`)
          .did('resumeClock', {}, agent, `${day} 10:00`),
      replied,
    );
    const fourth = { clock: 'decision', reason: 'awaitingThirdParty' } as const;
    thrice
      .when('pauseClock', fourth, agent, '2026-10-12 09:00')
      .thenRejected('tooManyPauses', { maximumPauses: 3 });
    thrice.when('pauseClock', fourth, lead, '2026-10-12 09:00').then(event('SlaClockPaused'));
  });
});

describe('a resume', () => {
  it('lays the time left on again, over the holiday once', () => {
    const resumed = paused.did('recordMessage', fromCustomer, agent, '2026-10-09 10:00');
    expect(resumed.due('decision')).toBe('2026-10-14 09:30');
    expect(resumed.due('closing')).toBe('2026-10-21 09:30');
  });

  it('comes with the customer’s message, at the instant it arrived', () => {
    paused
      .when(
        'recordMessage',
        { ...fromCustomer, occurredAt: at('2026-10-09 10:00') },
        agent,
        '2026-10-10 09:00',
      )
      .then(
        event('MessageRecorded', {}, '2026-10-09 10:00'),
        event(
          'SlaClockResumed',
          { clock: 'decision', endedBy: 'message', pausedMs: 209.5 * HOUR_MS },
          '2026-10-09 10:00',
        ),
        event('SlaClockResumed', { clock: 'closing', endedBy: 'message' }, '2026-10-09 10:00'),
        event('CaseTimerEnded', { timer: 'customerSilence', because: 'message' }),
      );
  });

  it('moves each warning that was not given as far as the deadline', () => {
    const resumed = paused.did('recordMessage', fromCustomer, agent, '2026-10-09 10:00');
    const { warnings } = resumed.clock('decision').schedule;
    expect(warnings.map(w => [w.threshold, local(w.at)])).toEqual([[0.8, '2026-10-13 09:30']]);
  });

  it('does not warn again of what was warned before the pause', () => {
    const warned = replied
      .passed('2026-10-10 17:00')
      .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, '2026-10-10 17:00')
      .did('resumeClock', {}, agent, '2026-10-12 17:00');
    expect(warned.clock('decision').schedule.warnings).toEqual([]);
    expect(warned.clock('decision').warned).toEqual([0.8]);
  });

  it('comes by itself when the longest pause is over', () => {
    const ended = paused.passed('2026-10-13 16:30');
    const { endedBy } = ended.last('SlaClockResumed');
    expect(endedBy).toBe('maximumPause');
    expect(ended.due('decision')).toBe('2026-10-19 16:00');
  });

  it('counts the longest pause as ended at its end, told by its timer or not', () => {
    paused
      .when('resumeClock', { clock: 'decision' }, agent, '2026-10-15 10:00')
      .then(event('SlaClockResumed', { clock: 'decision', endedBy: 'maximumPause' }, '2026-10-13 16:30'));
  });

  it('of a sample that was waited for comes with its receipt', () => {
    replied
      .did('pauseClock', { clock: 'decision', reason: 'awaitingSample' }, agent, PAUSED)
      .when('recordSample', { step: 'received', holder: 'qa' }, qa, '2026-10-09 10:00')
      .then(
        event('ComplaintSampleRecorded', { step: 'received' }),
        event('SlaClockResumed', { clock: 'decision', endedBy: 'sample' }, '2026-10-09 10:00'),
      );
  });

  it('does not come with a sample on its way', () => {
    replied
      .did('pauseClock', { clock: 'decision', reason: 'awaitingSample' }, agent, PAUSED)
      .when('recordSample', { step: 'sent', holder: 'courier' }, qa, '2026-10-09 10:00')
      .then(event('ComplaintSampleRecorded'));
  });

  it('after waiting for a third party does not come with a message of the customer', () => {
    replied
      .did('pauseClock', { clock: 'decision', reason: 'awaitingThirdParty' }, agent, PAUSED)
      .when('recordMessage', fromCustomer, agent, '2026-10-09 10:00')
      .then(event('MessageRecorded'));
  });

  it('does not come with a call that nobody answered', () => {
    paused
      .when(
        'recordMessage',
        { ...fromCustomer, channel: 'phone', outcome: 'unanswered' },
        agent,
        '2026-10-09 10:00',
      )
      .then(event('MessageRecorded'));
  });

  it('needs a pause', () => {
    replied.when('resumeClock', {}, agent, '2026-10-09 10:00').thenRejected('notPaused');
  });

  it('of a promise around the clock lays on plain time', () => {
    // Decided Friday 10:00, due Sunday 10:00; stopped Friday 20:00 with 38 hours left.
    const going = received({ siteRegion: 'local' }, '2026-10-09 09:00')
      .did('decideOnSite', { people: [qa.id], purpose: 'See the line' }, qa, '2026-10-09 10:00')
      .did('pauseClock', { clock: 'onSiteArrival', reason: 'awaitingThirdParty' }, qa, '2026-10-09 20:00')
      .did('resumeClock', {}, qa, '2026-10-12 09:00');
    expect(going.due('onSiteArrival')).toBe('2026-10-13 23:00');
  });

  it('warns once more before closed time when the new deadline falls into it', () => {
    const going = received({ siteRegion: 'local' }, '2026-10-09 09:00')
      .did('decideOnSite', { people: [qa.id], purpose: 'See the line' }, qa, '2026-10-09 10:00')
      .did('pauseClock', { clock: 'onSiteArrival', reason: 'awaitingThirdParty' }, qa, '2026-10-09 20:00')
      .did('resumeClock', {}, qa, '2026-10-12 09:00');
    const { warnings } = going.clock('onSiteArrival').schedule;
    expect(warnings.find(w => w.threshold === 'closedTime')?.at).toBe(at('2026-10-13 17:30'));
  });
});

describe('a fact that comes during a pause', () => {
  it('ends the pause and meets the promise by the deadline as it would have run on', () => {
    const dueAt = at('2026-10-14 09:30');
    paused
      .when('communicateDecision', decision, qa, '2026-10-09 10:00')
      .then(
        event('ComplaintDecisionCommunicated'),
        event(
          'SlaClockResumed',
          { clock: 'decision', endedBy: 'fact', schedule: { dueAt } },
          '2026-10-09 10:00',
        ),
        event('SlaClockMet', { clock: 'decision', dueAt, pausedMs: 209.5 * HOUR_MS }),
      );
  });

  it('is late when the longest pause was over long before, told by its timer or not', () => {
    const dueAt = at('2026-10-19 16:00');
    paused
      .when('communicateDecision', decision, qa, '2026-10-20 10:00')
      .then(
        event('ComplaintDecisionCommunicated'),
        event('SlaClockResumed', { clock: 'decision', endedBy: 'maximumPause' }, '2026-10-13 16:30'),
        event('SlaClockBreached', { clock: 'decision', dueAt }, '2026-10-19 16:00'),
        event('SlaClockEscalated', { level: 1 }),
        event('SlaClockFulfilled', { at: at('2026-10-20 10:00'), lateMs: 18 * HOUR_MS }),
      );
  });

  it('taken back later leaves the promise with its pause', () => {
    const told = paused.did('communicateDecision', decision, qa, '2026-10-09 10:00');
    const stepRevision = told.revisionOf('ComplaintDecisionCommunicated');
    const taken = told.did(
      'retractStep',
      { stepRevision, reason: 'Not yet agreed' },
      lead,
      '2026-10-09 11:00',
    );
    expect(taken.clock('decision').status).toBe('running');
    expect(taken.due('decision')).toBe('2026-10-14 09:30');
  });
});

describe('a customer who is waited for', () => {
  it('is reminded after 3 and after 6 working days', () => {
    const { remindAt } = paused.last('CaseTimerStarted');
    expect(remindAt.map(local)).toEqual(['2026-10-10 16:30', '2026-10-14 16:30']);
    const reminded = paused.passed('2026-10-14 16:30').events.filter(e => e.type === 'CustomerReminded');
    expect(reminded.map(e => local(e.occurredAt))).toEqual(['2026-10-10 16:30', '2026-10-14 16:30']);
  });

  it('loses the case without a reply after 10', () => {
    const closed = paused.passed('2026-10-20 16:30');
    expect(closed.state.ended).toMatchObject({ how: 'withoutReply', at: at('2026-10-20 16:30') });
    expect(closed.clock('closing').result).toMatchObject({ mode: 'withoutReply' });
  });

  it('is not given up on before the reminders', () => {
    paused
      .passed('2026-10-10 16:30')
      .when('closeWithoutReply', {}, agent, '2026-10-12 09:00')
      .thenRejected('remindersFirst', { reminded: 1 });
  });

  it('may be given up on by hand after them', () => {
    paused
      .passed('2026-10-14 16:30')
      .when('closeWithoutReply', {}, agent, '2026-10-15 09:00')
      .then(
        event('SlaClockMet', { clock: 'closing', mode: 'withoutReply' }),
        event('SlaClockCancelled', { clock: 'decision', because: 'caseClosed' }),
        event('CaseTimerEnded', { because: 'caseClosed' }),
        event('CaseClosed', { mode: 'withoutReply' }),
      );
  });

  it('is not given up on when nobody waits for it', () => {
    replied.when('closeWithoutReply', {}, agent, '2026-10-15 09:00').thenRejected('notWaitingForCustomer');
  });

  it('is no longer reminded once it has written', () => {
    const written = paused.did('recordMessage', fromCustomer, agent, '2026-10-09 10:00');
    expect(written.pending.filter(t => t.name === 'customerSilence')).toEqual([]);
  });

  it('has its old reminder do nothing that fires too late', () => {
    const reminder = paused.timer('remind');
    paused.did('recordMessage', fromCustomer, agent, '2026-10-09 10:00').whenFired(reminder).then();
  });
});
