import { describe, expect, it } from 'vitest';
import type { Actor } from '../../domain/case/actor.ts';
import { agent, at, customer, event, idOf, lead, person } from '../given-when-then.ts';
import { approved, assessed, held, host, hosted } from './visit.ts';

const heldDays = { heldFrom: '2026-08-27', heldTo: '2026-08-31' } as const;

describe('the visit log', () => {
  it('keeps audit findings, each with the date that the customer set', () => {
    hosted
      .when(
        'recordVisitLog',
        {
          seen: 'Plating line 2.',
          promised: 'Samples in nickel-free.',
          findings: [{ finding: 'No eye wash.', severity: 'major', correctBy: '2026-10-15' }],
        },
        host,
        '2026-08-27 16:00',
      )
      .then(
        event('FactoryVisitLogged', {
          seen: 'Plating line 2.',
          findings: [{ finding: 'No eye wash.', correctBy: '2026-10-15' }],
        }),
      );
    expect(held.possible).toContain('recordVisitLog');
  });

  it('is the hosts’, from the first day on', () => {
    const log = { said: 'Good light.' };
    hosted.when('recordVisitLog', log, agent, '2026-08-27 16:00').thenRejected('notHost', {
      hosts: [host.id, idOf(0x32)],
    });
    const substitute: Actor = person(0x70, 'qa', { onBehalfOf: host.id });
    hosted.when('recordVisitLog', log, substitute, '2026-08-27 16:00').then(event('FactoryVisitLogged'));
    hosted
      .when('recordVisitLog', log, host, '2026-08-26 16:00')
      .thenRejected('visitNotBegun', { plannedFrom: '2026-08-27', today: '2026-08-26' });
    hosted.when('recordVisitLog', {}, host, '2026-08-27 16:00').thenRejected('nothingToRecord');
    approved.when('recordVisitLog', log, host, '2026-08-27 16:00').thenRejected('notPossibleNow');
  });
});

describe('the end of a visit', () => {
  it('meets its promise and starts the three waves, each when it opens', () => {
    // 31 August and one month is 30 September, three 30 November, six 28 February 2027, a Sunday.
    hosted
      .when('complete', heldDays, host, '2026-08-31 17:00')
      .then(
        event('FactoryVisitCompleted', heldDays, '2026-08-31 17:00'),
        event('SlaClockMet', { clock: 'visitCompleted', mode: 'held' }),
        event('SlaClockStarted', { clock: 'wave1', startedAt: at('2026-09-30 08:30') }, '2026-09-30 08:30'),
        event('SlaClockStarted', { clock: 'wave3', startedAt: at('2026-11-30 08:30') }, '2026-11-30 08:30'),
        event('SlaClockStarted', { clock: 'wave6', startedAt: at('2027-03-01 08:30') }, '2027-03-01 08:30'),
      );
    expect(held.state.phase).toBe('held');
  });

  it('is due two working days after the last day planned, over a holiday too', () => {
    const late = hosted.passed('2026-09-03 09:00');
    expect(late.clock('visitCompleted')).toMatchObject({ status: 'breached' });
    expect(late.due('visitCompleted')).toBe('2026-09-02 17:30');
    const done = late.did('complete', heldDays, host, '2026-09-03 10:00');
    expect(done.clock('visitCompleted')).toMatchObject({ status: 'fulfilled', result: { mode: 'held' } });
    // The waves hang on the last day held, however late it was written down.
    expect(done.due('wave1')).toBe(held.due('wave1'));
  });

  it('was at most today, in order, and not before the application', () => {
    const refuse = (heldFrom: string, heldTo: string, reason: string) =>
      hosted.when('complete', { heldFrom, heldTo }, host, '2026-08-31 17:00').thenRejected(reason);
    refuse('2026-08-31', '2026-09-01', 'inTheFuture');
    refuse('2026-08-31', '2026-08-27', 'endsBeforeItBegins');
    refuse('2026-08-09', '2026-08-11', 'beforeReceipt');
  });

  it('is told by a host, once', () => {
    hosted.when('complete', heldDays, agent, '2026-08-31 17:00').thenRejected('notHost');
    held
      .when('complete', heldDays, host, '2026-09-01 09:00')
      .thenRejected('notPossibleNow', { phase: 'held' });
    approved.when('complete', heldDays, host, '2026-08-31 17:00').thenRejected('notPossibleNow');
  });

  it('is told by the assignee or a lead where hosts were waived', () => {
    const waived = approved
      .did('waiveStep', { step: 'hosts', reason: 'At the gate.' }, lead, '2026-08-11 09:00')
      .did('assign', { assigneeId: agent.id }, lead, '2026-08-11 09:00');
    waived.when('complete', heldDays, host, '2026-08-31 17:00').thenRejected('notAssignee');
    expect(waived.did('complete', heldDays, agent, '2026-08-31 17:00').state.phase).toBe('held');
    expect(waived.did('complete', heldDays, lead, '2026-08-31 17:00').state.phase).toBe('held');
  });

  it('of an urgent visit can come before the approval, which is still owed', () => {
    const here = assessed
      .did('markUrgent', { reason: 'At the door.' }, lead, '2026-08-10 10:05')
      .did('assignHosts', { counterparts: [host.id] }, agent, '2026-08-10 10:10')
      .did('complete', { heldFrom: '2026-08-10', heldTo: '2026-08-10' }, host, '2026-08-10 16:00');
    expect(here.clock('approval').status).toBe('running');
    here
      .when('approve', {}, person(0x30, 'marketingDirector'), '2026-08-10 17:00')
      .then(event('FactoryVisitApproved'), event('SlaClockMet', { clock: 'approval' }));
  });

  it('taken back ends the waves and lets the promise run again', () => {
    const stepRevision = held.revisionOf('FactoryVisitCompleted');
    held
      .when('retractStep', { stepRevision, reason: 'Another visit.' }, lead, '2026-09-01 10:00')
      .then(
        event('StepRetracted'),
        event('SlaMetRescinded', { clock: 'visitCompleted' }),
        event('SlaClockCancelled', { clock: 'wave1', because: 'startRetracted' }),
        event('SlaClockCancelled', { clock: 'wave3', because: 'startRetracted' }),
        event('SlaClockCancelled', { clock: 'wave6', because: 'startRetracted' }),
      );
    const again = held
      .did('retractStep', { stepRevision, reason: 'x' }, lead, '2026-09-01 10:00')
      .did('complete', { heldFrom: '2026-08-27', heldTo: '2026-08-28' }, host, '2026-09-01 11:00');
    expect(again.clock('wave1')).toMatchObject({ cycle: 2, status: 'running' });
    expect(again.due('wave1')).toBe('2026-10-15 17:30');
  });
});

describe('the days held, corrected', () => {
  const right = { heldFrom: '2026-08-27', heldTo: '2026-08-28', reason: 'They left on Friday.' } as const;

  it('move all three waves before the first has opened', () => {
    // 28 September is a Monday; 28 November a Saturday, so the 30th; 28 February 2027 a Sunday, so 1 March.
    held.when('correctHeldDates', right, lead, '2026-09-02 10:00').then(
      event('FactoryVisitHeldDatesCorrected', { previous: heldDays, heldTo: '2026-08-28', wavesMoved: true }),
      event('SlaClockRescheduled', {
        clock: 'wave1',
        because: 'heldCorrected',
        startedAt: at('2026-09-28 08:30'),
        anchor: { countedFrom: '2026-08-28' },
        previousDueAt: at('2026-10-19 17:30'),
        schedule: { opensAt: at('2026-09-28 08:30'), dueAt: at('2026-10-15 17:30') },
      }),
      event('SlaClockRescheduled', {
        clock: 'wave3',
        schedule: { opensAt: at('2026-11-30 08:30'), dueAt: at('2026-12-11 17:30'), provisional: false },
      }),
      event('SlaClockRescheduled', {
        clock: 'wave6',
        schedule: { opensAt: at('2027-03-01 08:30'), dueAt: at('2027-03-12 17:30'), provisional: true },
      }),
    );
  });

  it('open a moved wave at its new instant only', () => {
    const story = held.did('correctHeldDates', right, lead, '2026-09-02 10:00').passed('2026-09-30 09:00');
    const opened = story.events.filter(e => e.type === 'FollowUpWaveOpened');
    expect(opened.map(e => e.occurredAt)).toEqual([at('2026-09-28 08:30')]);
    expect(story.clock('wave1').startedAt).toBe(at('2026-09-28 08:30'));
  });

  it('move the waves until the very instant at which the first opens', () => {
    held
      .when('correctHeldDates', right, lead, at('2026-09-30 08:30') - 1)
      .then(
        event('FactoryVisitHeldDatesCorrected', { wavesMoved: true }),
        event('SlaClockRescheduled'),
        event('SlaClockRescheduled'),
        event('SlaClockRescheduled'),
      );
    held
      .when('correctHeldDates', right, lead, '2026-09-30 08:30')
      .then(event('FactoryVisitHeldDatesCorrected', { wavesMoved: false }));
  });

  it('are only the record once a wave has opened', () => {
    const opened = held.passed('2026-09-30 09:00');
    const story = opened.did('correctHeldDates', right, lead, '2026-09-30 10:00');
    expect(story.due('wave1')).toBe('2026-10-19 17:30');
    expect(story.last('FactoryVisitHeldDatesCorrected')).toMatchObject({ wavesMoved: false });
  });

  it('leave the waves alone where only the first day was wrong', () => {
    held
      .when(
        'correctHeldDates',
        { ...heldDays, heldFrom: '2026-08-28', reason: 'x' },
        lead,
        '2026-09-02 10:00',
      )
      .then(event('FactoryVisitHeldDatesCorrected', { wavesMoved: false }));
  });

  it('must be other days, which have been', () => {
    held
      .when('correctHeldDates', { ...heldDays, reason: 'x' }, lead, '2026-09-02 10:00')
      .thenRejected('nothingToCorrect');
    held
      .when('correctHeldDates', { ...right, heldTo: '2026-09-03' }, lead, '2026-09-02 10:00')
      .thenRejected('inTheFuture', { today: '2026-09-02' });
    hosted.when('correctHeldDates', right, lead, '2026-08-28 18:00').thenRejected('notPossibleNow');
  });
});

describe('feedback on a visit', () => {
  const said = { evaluation: 'Clean lines.', score: 4, demands: 'Shorter lead time.', orders: ['PO-118'] };

  it('is the customer’s or a host’s, and meets no wave', () => {
    held
      .when('recordFeedback', said, customer, '2026-09-01 10:00')
      .then(event('FactoryVisitFeedbackRecorded', { ...said, by: 'customer' }));
    held
      .when('recordFeedback', said, host, '2026-10-01 10:00')
      .then(event('FactoryVisitFeedbackRecorded', { by: 'host' }));
    held.when('recordFeedback', said, agent, '2026-09-01 10:00').thenRejected('notHost');
    expect(held.did('recordFeedback', said, customer, '2026-09-01 10:00').state.phase).toBe('feedbackTaken');
  });

  it('meets none even while one is open', () => {
    const open = held.passed('2026-09-30 09:00').did('recordFeedback', said, customer, '2026-09-30 10:00');
    expect(open.clock('wave1').status).toBe('running');
  });

  it('may be written on the last day, before the visit is completed', () => {
    hosted
      .when('recordFeedback', said, customer, '2026-08-31 15:00')
      .then(event('FactoryVisitFeedbackRecorded'));
    hosted.when('recordFeedback', said, customer, '2026-08-26 15:00').thenRejected('visitNotBegun');
  });
});
