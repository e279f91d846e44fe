import { describe, expect, it } from 'vitest';
import { factoryVisit } from '../../domain/factory-visit/factory-visit.ts';
import { at, event, given, idOf, ids, lead, local, marketing, person } from '../given-when-then.ts';
import {
  application,
  applied,
  approved,
  assessed,
  days,
  delegate,
  director,
  hosted,
  proposal,
  proposer,
} from './visit.ts';

describe('an application', () => {
  it('is recorded with when it came, and starts no promise', () => {
    given(factoryVisit)
      .when('apply', { ...application, receivedAt: at('2026-08-07 15:00') }, marketing, '2026-08-10 09:00', {
        customerGrade: 'B',
      })
      .then(
        event(
          'FactoryVisitApplied',
          { purpose: 'audit', registeredLate: false, teamId: ids.team, customerGrade: 'B' },
          '2026-08-07 15:00',
        ),
      );
    expect(applied.state.phase).toBe('applied');
    expect(applied.possible).toContain('assess');
  });

  it('that was entered late says so', () => {
    given(factoryVisit)
      .when('apply', { ...application, receivedAt: at('2026-08-05 15:00') }, marketing, '2026-08-10 09:00')
      .then(event('FactoryVisitApplied', { registeredLate: true }));
  });

  it('needs a team, days in order and a day that has come', () => {
    const nobody = person(0x50, 'customer');
    given(factoryVisit)
      .when('apply', application, nobody, '2026-08-10 09:00')
      .thenRejected('teamNeeded', { field: 'teamId' });
    given(factoryVisit)
      .when('apply', { ...application, wishedTo: '2026-08-26' }, marketing, '2026-08-10 09:00')
      .thenRejected('endsBeforeItBegins');
    given(factoryVisit)
      .when('apply', { ...application, receivedAt: at('2026-08-10 09:01') }, marketing, '2026-08-10 09:00')
      .thenRejected('inTheFuture');
    given(factoryVisit)
      .when('apply', { ...application, receivedAt: at('2026-07-10 09:00') }, marketing, '2026-08-10 09:00')
      .thenRejected('tooFarBack');
  });

  it('is made once', () => {
    applied.when('apply', application, marketing, '2026-08-10 09:30').thenRejected('alreadyApplied');
  });

  it('comes before everything else', () => {
    given(factoryVisit).when('assess', proposal, proposer, '2026-08-10 10:00').thenRejected('noSuchCase');
  });
});

describe('an assessment', () => {
  it('starts the approval: one working day from the proposal', () => {
    applied
      .when('assess', proposal, proposer, '2026-08-10 10:00')
      .then(
        event('FactoryVisitAssessed', { grade: 'A', ...days }),
        event('SlaClockStarted', { clock: 'approval', cycle: 1, startedAt: at('2026-08-10 10:00') }),
      );
    expect(assessed.due('approval')).toBe('2026-08-11 10:00');
    expect(assessed.state.phase).toBe('assessed');
  });

  it('given at the first opening of a day is owed an answer at its close', () => {
    expect(applied.did('assess', proposal, proposer, '2026-08-11 08:30').due('approval')).toBe(
      '2026-08-11 17:30',
    );
  });

  it('is owed an answer before the arrival, if that is earlier', () => {
    const tomorrow = { ...proposal, plannedFrom: '2026-08-11', plannedTo: '2026-08-11' };
    expect(applied.did('assess', tomorrow, proposer, '2026-08-10 10:00').due('approval')).toBe(
      '2026-08-10 17:30',
    );
  });

  it('of visitors who come today is owed an answer at once, never before it was asked', () => {
    const today = { ...proposal, plannedFrom: '2026-08-10', plannedTo: '2026-08-10' };
    const asked = applied.did('assess', today, proposer, '2026-08-10 10:00');
    expect(asked.due('approval')).toBe('2026-08-10 10:00');
    expect(asked.clock('approval').schedule.warnings).toEqual([]);
  });

  it('before a long holiday is owed an answer at the last close before it', () => {
    // 1–7 October 2026 are days off, and the arrival is on the first working day after them.
    const after = { ...proposal, plannedFrom: '2026-10-08', plannedTo: '2026-10-08' };
    const asked = given(factoryVisit)
      .did(
        'apply',
        { ...application, wishedFrom: '2026-10-08', wishedTo: '2026-10-08' },
        marketing,
        '2026-09-30 09:00',
      )
      .did('assess', after, proposer, '2026-09-30 16:00');
    expect(asked.due('approval')).toBe('2026-09-30 17:30');
  });

  it('warns at four fifths of the time that is left, and breaches at its due instant', () => {
    // From 10:00 to 10:00 are 7.5 working hours; at 17:30 six of them have passed.
    expect(assessed.clock('approval').schedule.warnings.map(w => local(w.at))).toEqual(['2026-08-10 17:30']);
    const late = assessed.passed('2026-08-11 12:00');
    expect(late.clock('approval').status).toBe('breached');
    late
      .when('approve', {}, director, '2026-08-11 13:00')
      .then(
        event('FactoryVisitApproved'),
        event('SlaClockFulfilled', { clock: 'approval', lateMs: 3 * 3_600_000, mode: 'approved' }),
        event('SlaClockStarted', { clock: 'hostsAssigned' }),
        event('SlaClockStarted', { clock: 'visitCompleted' }),
      );
  });

  it('is refused for days out of order, before the application, or years ahead', () => {
    const refuse = (plannedFrom: string, plannedTo: string, reason: string) =>
      applied
        .when('assess', { ...proposal, plannedFrom, plannedTo }, proposer, '2026-08-10 10:00')
        .thenRejected(reason);
    refuse('2026-08-28', '2026-08-27', 'endsBeforeItBegins');
    refuse('2026-08-09', '2026-08-12', 'beforeReceipt');
    refuse('2026-08-27', '2062-08-27', 'tooFarAhead');
  });

  it('is given once', () => {
    assessed
      .when('assess', proposal, proposer, '2026-08-10 11:00')
      .thenRejected('notPossibleNow', { phase: 'assessed' });
    expect(assessed.possible).toEqual(expect.arrayContaining(['approve', 'returnForChanges', 'reject']));
    expect(assessed.possible).not.toContain('assignHosts');
  });
});

describe("the director's word", () => {
  it('approves, and then hosts and the end of the visit are owed', () => {
    assessed.when('approve', {}, director, '2026-08-10 14:00').then(
      event('FactoryVisitApproved', {}, '2026-08-10 14:00'),
      event('SlaClockMet', { clock: 'approval', mode: 'approved' }),
      event('SlaClockStarted', {
        clock: 'hostsAssigned',
        startedAt: at('2026-08-10 14:00'),
        anchor: { eveOf: '2026-08-27' },
      }),
      event('SlaClockStarted', {
        clock: 'visitCompleted',
        startedAt: at('2026-08-10 14:00'),
        anchor: { countedFrom: '2026-08-31' },
      }),
    );
    // Thursday the 27th: the eve's close. Monday the 31st and two working days.
    expect(approved.due('hostsAssigned')).toBe('2026-08-26 17:30');
    expect(approved.due('visitCompleted')).toBe('2026-09-02 17:30');
    expect(approved.state.phase).toBe('approved');
  });

  it('in time to the millisecond keeps the promise', () => {
    assessed
      .when('approve', {}, director, '2026-08-11 10:00')
      .then(
        event('FactoryVisitApproved'),
        event('SlaClockMet', { clock: 'approval' }),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
    assessed
      .when('approve', {}, director, at('2026-08-11 10:00') + 1)
      .then(
        event('FactoryVisitApproved'),
        event('SlaClockBreached', { clock: 'approval' }, '2026-08-11 10:00'),
        event('SlaClockEscalated', { level: 1 }),
        event('SlaClockFulfilled', { lateMs: 1 }),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
  });

  it('returns for changes and is asked again in the next cycle', () => {
    const returned = assessed.did(
      'returnForChanges',
      { changes: 'No dinner.' },
      director,
      '2026-08-10 15:00',
    );
    expect(returned.clock('approval')).toMatchObject({ status: 'met', result: { mode: 'returned' } });
    expect(returned.state.phase).toBe('returned');
    expect(returned.possible).toContain('resubmit');
    returned
      .when('resubmit', { ...proposal, changes: 'Dinner struck.' }, proposer, '2026-08-12 10:00')
      .then(
        event('FactoryVisitResubmitted', { grade: 'A' }),
        event('SlaClockStarted', { clock: 'approval', cycle: 2 }),
      );
    expect(
      returned.did('resubmit', { ...proposal, changes: 'x' }, proposer, '2026-08-12 10:00').due('approval'),
    ).toBe('2026-08-13 10:00');
  });

  it('rejects: the visit can only be closed', () => {
    const rejected = assessed.did('reject', { reason: 'Competitor.' }, director, '2026-08-10 15:00');
    expect(rejected.clock('approval')).toMatchObject({ status: 'met', result: { mode: 'rejected' } });
    expect(rejected.state.phase).toBe('rejected');
    for (const command of ['assess', 'approve', 'resubmit', 'assignHosts', 'reschedule', 'cancel']) {
      expect(rejected.possible).not.toContain(command);
    }
    rejected.when('close', {}, proposer, '2026-08-10 16:00').then(event('CaseClosed', { mode: 'closed' }));
  });

  it('does not lie before the proposal, nor anything before it', () => {
    assessed
      .when('approve', { occurredAt: at('2026-08-10 09:59') }, director, '2026-08-10 14:00')
      .thenRejected('outOfOrder', { notBefore: at('2026-08-10 10:00') });
    approved
      .when(
        'assignHosts',
        { counterparts: [director.id], occurredAt: at('2026-08-10 13:59') },
        proposer,
        '2026-08-10 15:00',
      )
      .thenRejected('outOfOrder', { notBefore: at('2026-08-10 14:00') });
  });

  it('is never asked of a visit that was not proposed, and given once', () => {
    applied.when('approve', {}, director, '2026-08-10 14:00').thenRejected('notPossibleNow');
    approved.when('approve', {}, director, '2026-08-10 15:00').thenRejected('notPossibleNow');
    approved
      .when('resubmit', { ...proposal, changes: 'x' }, proposer, '2026-08-10 15:00')
      .thenRejected('notPossibleNow');
  });

  it('is not for anyone else', () => {
    assessed.when('approve', {}, lead, '2026-08-10 14:00').thenRejected('notDelegated', { onBehalfOf: null });
    assessed.when('reject', { reason: 'x' }, marketing, '2026-08-10 14:00').thenRejected('notDelegated');
  });

  it('is never the proposer’s, whatever roles the proposer has', () => {
    const both = person(0x60, 'agent', { roles: ['agent', 'marketingDirector'] });
    const asked = applied.did('assess', proposal, both, '2026-08-10 10:00');
    asked
      .when('approve', {}, both, '2026-08-10 14:00')
      .thenRejected('proposerMayNotApprove', { proposerIds: [both.id] });
    asked
      .when('returnForChanges', { changes: 'x' }, both, '2026-08-10 14:00')
      .thenRejected('proposerMayNotApprove');
    asked.when('reject', { reason: 'x' }, both, '2026-08-10 14:00').thenRejected('proposerMayNotApprove');
    asked
      .when('approve', {}, director, '2026-08-10 14:00')
      .then(
        event('FactoryVisitApproved'),
        event('SlaClockMet'),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
  });

  it('is neither the substitute’s who proposed, nor that of whom the substitute stood for', () => {
    const absent = person(0x61, 'marketingDirector');
    const substitute = person(0x62, 'agent', { onBehalfOf: absent.id });
    const asked = applied.did('assess', proposal, substitute, '2026-08-10 10:00');
    asked.when('approve', {}, absent, '2026-08-10 14:00').thenRejected('proposerMayNotApprove');
    asked
      .when('approve', {}, person(0x62, 'marketingDirector'), '2026-08-10 14:00')
      .thenRejected('proposerMayNotApprove');
  });

  it('is not a director’s who stands in for the proposer', () => {
    const standIn = person(0x64, 'marketingDirector', { onBehalfOf: proposer.id });
    assessed.when('approve', {}, standIn, '2026-08-10 14:00').thenRejected('proposerMayNotApprove');
  });

  it('is not that of whoever proposed it again, either', () => {
    const second = person(0x63, 'agent', { roles: ['agent', 'marketingDirector'] });
    const asked = assessed
      .did('returnForChanges', { changes: 'x' }, director, '2026-08-10 15:00')
      .did('resubmit', { ...proposal, changes: 'x' }, second, '2026-08-10 16:00');
    asked.when('approve', {}, second, '2026-08-10 17:00').thenRejected('proposerMayNotApprove', {
      proposerIds: [proposer.id, second.id],
    });
  });
});

describe('a delegation in writing', () => {
  it('gives the director’s power for its period', () => {
    assessed
      .when('approve', {}, delegate(), '2026-08-10 14:00')
      .then(
        event('FactoryVisitApproved', { delegatedBy: director.id }),
        event('SlaClockMet', { clock: 'approval' }),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
    assessed
      .when('returnForChanges', { changes: 'x' }, delegate(), '2026-08-10 14:00')
      .then(event('FactoryVisitReturned', { delegatedBy: director.id }), event('SlaClockMet'));
    assessed
      .when('reject', { reason: 'x' }, delegate(), '2026-08-10 14:00')
      .then(event('FactoryVisitRejected', { delegatedBy: director.id }), event('SlaClockMet'));
  });

  it('holds to its last instant and not after', () => {
    const late = applied.did('assess', proposal, proposer, '2026-08-14 16:00');
    late
      .when('approve', {}, delegate(), '2026-08-14 17:30')
      .then(
        event('FactoryVisitApproved'),
        event('SlaClockMet'),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
    late.when('approve', {}, delegate(), at('2026-08-14 17:30') + 1).thenRejected('notDelegated');
    // What was approved in its time can be recorded after it.
    late
      .when('approve', { occurredAt: at('2026-08-14 17:00') }, delegate(), '2026-08-14 17:40')
      .then(
        event('FactoryVisitApproved'),
        event('SlaClockMet'),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
  });

  it('is worth nothing before it begins, or from somebody else than is named', () => {
    const [given] = delegate().delegations ?? [];
    if (given === undefined) throw new Error('no delegation');
    const early = delegate({ delegations: [{ ...given, validFrom: at('2026-08-11 00:00') }] });
    assessed.when('approve', {}, early, '2026-08-10 14:00').thenRejected('notDelegated');
    const { delegations: _none, onBehalfOf: _nobody, ...ownName } = delegate();
    assessed
      .when('approve', {}, ownName, '2026-08-10 14:00')
      .thenRejected('notDelegated', { onBehalfOf: null });
    assessed
      .when('approve', {}, delegate({ onBehalfOf: idOf(0x77) }), '2026-08-10 14:00')
      .thenRejected('notDelegated');
  });

  it('is that of the director who gave it, though nobody is named', () => {
    const { onBehalfOf: _nobody, ...ownName } = delegate();
    assessed
      .when('approve', {}, ownName, '2026-08-10 14:00')
      .then(
        event('FactoryVisitApproved', { delegatedBy: director.id }),
        event('SlaClockMet'),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
  });

  it('from a director who proposed is worth nothing, and another’s is', () => {
    const proposing = person(0x30, 'agent', { roles: ['agent', 'marketingDirector'] });
    const asked = applied.did('assess', proposal, proposing, '2026-08-10 10:00');
    const { onBehalfOf: _nobody, ...ownName } = delegate();
    asked.when('approve', {}, ownName, '2026-08-10 14:00').thenRejected('proposerMayNotApprove');
    const [given] = delegate().delegations ?? [];
    if (given === undefined) throw new Error('no delegation');
    const two = { ...ownName, delegations: [given, { ...given, from: idOf(0x77) }] };
    asked
      .when('approve', {}, two, '2026-08-10 14:00')
      .then(
        event('FactoryVisitApproved', { delegatedBy: idOf(0x77) }),
        event('SlaClockMet'),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
  });

  it('cannot be given to the proposer', () => {
    const asked = applied.did('assess', proposal, person(0x33, 'agent'), '2026-08-10 10:00');
    asked.when('approve', {}, delegate(), '2026-08-10 14:00').thenRejected('proposerMayNotApprove');
  });
});

describe('a step taken back', () => {
  it('lets the approval run again, and ends what it had begun', () => {
    const stepRevision = approved.revisionOf('FactoryVisitApproved');
    approved
      .when('retractStep', { stepRevision, reason: 'Wrong visit.' }, lead, '2026-08-10 15:00')
      .then(
        event('StepRetracted'),
        event('SlaMetRescinded', { clock: 'approval' }),
        event('SlaClockCancelled', { clock: 'hostsAssigned', because: 'startRetracted' }),
        event('SlaClockCancelled', { clock: 'visitCompleted', because: 'startRetracted' }),
      );
    const again = approved.did('retractStep', { stepRevision, reason: 'x' }, lead, '2026-08-10 15:00');
    expect(again.state.phase).toBe('assessed');
    expect(again.did('approve', {}, director, '2026-08-10 16:00').clock('hostsAssigned')).toMatchObject({
      cycle: 2,
      status: 'running',
    });
  });

  it('goes back step by step', () => {
    const assessment = approved.revisionOf('FactoryVisitAssessed');
    approved
      .when('retractStep', { stepRevision: assessment, reason: 'x' }, lead, '2026-08-10 15:00')
      .thenRejected('laterStepsStand', { later: [{ step: 'FactoryVisitApproved' }] });
    const undone = assessed.did(
      'retractStep',
      { stepRevision: assessment, reason: 'x' },
      lead,
      '2026-08-10 15:00',
    );
    expect(undone.state.phase).toBe('applied');
    expect(undone.clock('approval')).toMatchObject({
      status: 'cancelled',
      cancelledBecause: 'startRetracted',
    });
  });

  it('asks for hosts again when theirs is', () => {
    const stepRevision = hosted.revisionOf('FactoryVisitHostsAssigned');
    const without = hosted.did('retractStep', { stepRevision, reason: 'x' }, lead, '2026-08-11 10:00');
    expect(without.clock('hostsAssigned').status).toBe('running');
    expect(without.state.phase).toBe('approved');
  });

  it('asks for none when the visit is cancelled', () => {
    const stepRevision = hosted.revisionOf('FactoryVisitHostsAssigned');
    const without = hosted
      .did('cancel', { by: 'house', reason: 'x' }, proposer, '2026-08-11 09:30')
      .did('retractStep', { stepRevision, reason: 'x' }, lead, '2026-08-11 10:00');
    expect(without.clock('hostsAssigned')).toMatchObject({
      status: 'cancelled',
      cancelledBecause: 'visitCancelled',
    });
  });
});
