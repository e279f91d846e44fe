import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { difficultProblem } from '../../domain/difficult-problem/difficult-problem.ts';
import { anyNumbers, surviveAnything } from '../arbitrary-commands.ts';
import {
  at,
  event,
  given,
  idOf,
  ids,
  lead,
  local,
  person,
  qa,
  system,
  technicalCentre,
} from '../given-when-then.ts';

const workflow = { ...system, via: 'workflow' as const };
const production = person(0x33, 'contributor', { teamId: ids.team });
const found = { foundIn: 'production', description: '电镀色差' } as const;
const raised = given(difficultProblem).did('raise', found, production, '2026-03-02 10:00');
const responded = raised.did('respond', { response: '已取样' }, technicalCentre, '2026-03-02 15:00');
const progressed = responded.did(
  'recordProgress',
  { progress: '排查槽液' },
  technicalCentre,
  '2026-03-05 15:00',
);
const solution = { solution: '换滤芯', lesson: '槽液每周化验' } as const;

describe('a problem is raised', () => {
  test('in production, without a customer: both promises begin', () => {
    given(difficultProblem)
      .when('raise', found, production, '2026-03-02 10:00')
      .then(
        event('DifficultProblemRaised', { foundIn: 'production', teamId: ids.team, priority: 'normal' }),
        event('SlaClockStarted', { clock: 'firstResponse', cycle: 1 }, '2026-03-02 10:00'),
        event('SlaClockStarted', { clock: 'progress', cycle: 1 }, '2026-03-02 10:00'),
      );
    expect([raised.due('firstResponse'), raised.due('progress')]).toEqual([
      '2026-03-03 10:00',
      '2026-03-09 10:00',
    ]);
  });

  test('when it came up, not when it was entered', () => {
    const late = given(difficultProblem).did(
      'raise',
      { ...found, receivedAt: at('2026-02-14 16:00') },
      production,
      '2026-02-25 09:00',
    );
    // The Spring Festival lies between: Tuesday the 24th, and five working days to Saturday the 28th, which is worked.
    expect([late.due('firstResponse'), late.due('progress')]).toEqual([
      '2026-02-24 16:00',
      '2026-02-28 16:00',
    ]);
    expect(late.state.registeredLate).toBe(true);
  });

  test('from a case, which it names, and from nothing else', () => {
    const origin = { lifecycle: 'complaint', caseId: idOf(0x71) };
    const fromCase = given(difficultProblem).did(
      'raise',
      { ...found, foundIn: 'case', origin, teamId: ids.team },
      workflow,
      '2026-03-02 10:00',
    );
    expect(fromCase.state).toMatchObject({ origin, linkedTo: [idOf(0x71)] });
    given(difficultProblem)
      .when('raise', { ...found, foundIn: 'case' }, qa, '2026-03-02 10:00')
      .thenRejected('originOfACaseOnly', { origin: 'missing' });
    given(difficultProblem)
      .when('raise', { ...found, origin }, qa, '2026-03-02 10:00')
      .thenRejected('originOfACaseOnly', { origin: 'given' });
  });

  test('once, by a team, not in the future, and urgent by the word of a lead', () => {
    raised.when('raise', found, production, '2026-03-02 11:00').thenRejected('alreadyRaised');
    given(difficultProblem).when('raise', found, workflow, '2026-03-02 10:00').thenRejected('teamNeeded');
    given(difficultProblem)
      .when('raise', { ...found, receivedAt: at('2026-03-02 10:01') }, qa, '2026-03-02 10:00')
      .thenRejected('inTheFuture');
    const urgent = { ...found, priority: 'urgent' } as const;
    given(difficultProblem)
      .when('raise', urgent, qa, '2026-03-02 10:00')
      .then(
        event('DifficultProblemRaised', { priority: 'normal' }),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
    given(difficultProblem)
      .when('raise', urgent, { ...qa, roles: ['qa', 'lead'] }, '2026-03-02 10:00')
      .then(
        event('DifficultProblemRaised', { priority: 'urgent' }),
        event('SlaClockStarted'),
        event('SlaClockStarted'),
      );
  });
});

describe('the first response', () => {
  test('meets its promise up to the instant, and is late after it', () => {
    raised
      .when('respond', { response: '已取样' }, technicalCentre, '2026-03-03 10:00')
      .then(event('DifficultProblemResponded'), event('SlaClockMet', { clock: 'firstResponse' }));
    raised
      .when('respond', { response: '已取样' }, technicalCentre, '2026-03-03 10:01')
      .then(
        event('DifficultProblemResponded'),
        event('SlaClockBreached', { clock: 'firstResponse' }, '2026-03-03 10:00'),
        event('SlaClockEscalated', { level: 1 }),
        event('SlaClockFulfilled', { lateMs: 60_000 }),
      );
  });

  test('is given once, and first', () => {
    responded
      .when('respond', { response: 'again' }, technicalCentre, '2026-03-02 16:00')
      .thenRejected('notPossibleNow', { phase: 'responded' });
    for (const early of [
      raised.when('recordProgress', { progress: 'p' }, technicalCentre, '2026-03-02 11:00'),
      raised.when('recordSolution', solution, technicalCentre, '2026-03-02 11:00'),
    ]) {
      early.thenRejected('notPossibleNow', { phase: 'raised' });
    }
    given(difficultProblem)
      .when('respond', { response: 'r' }, qa, '2026-03-02 11:00')
      .thenRejected('noSuchCase');
  });

  test('may be left for later where it is urgent, or left out by a lead', () => {
    raised
      .did('markUrgent', { reason: 'line down' }, lead, '2026-03-02 10:30')
      .when('recordProgress', { progress: 'p' }, technicalCentre, '2026-03-02 11:00')
      .then(event('DifficultProblemProgressed'), event('SlaClockMet'), event('SlaClockStarted'));
    raised
      .did('waiveStep', { step: 'firstResponse', reason: 'told in person' }, lead, '2026-03-02 10:30')
      .when('recordSolution', solution, technicalCentre, '2026-03-02 11:00')
      .then(event('DifficultProblemSolved'), event('SlaClockMet', { clock: 'progress', mode: 'solution' }));
  });
});

describe('progress', () => {
  test('is told every five working days from the last', () => {
    responded
      .when('recordProgress', { progress: '排查槽液' }, technicalCentre, '2026-03-05 15:00')
      .then(
        event('DifficultProblemProgressed', {}, '2026-03-05 15:00'),
        event('SlaClockMet', { clock: 'progress', cycle: 1 }),
        event('SlaClockStarted', { clock: 'progress', cycle: 2 }, '2026-03-05 15:00'),
      );
    expect(progressed.due('progress', 2)).toBe('2026-03-12 15:00');
    expect(progressed.state.phase).toBe('inProgress');
  });

  test('told late is a breach of that promise only: the next runs from the telling', () => {
    const late = progressed
      .passed('2026-03-13 08:45')
      .did('recordProgress', { progress: 'p' }, production, '2026-03-13 09:00');
    expect(late.clock('progress', 2)).toMatchObject({
      status: 'fulfilled',
      breach: { dueAt: at('2026-03-12 15:00') },
    });
    expect(late.due('progress', 3)).toBe('2026-03-20 09:00');
    expect(local(progressed.passed('2026-03-12 15:00').timer('escalate').at)).toBe('2026-03-13 10:00');
  });

  test('is recorded in order, and taken back from the end', () => {
    progressed
      .when(
        'recordProgress',
        { progress: 'p', occurredAt: at('2026-03-05 14:59') },
        technicalCentre,
        '2026-03-05 16:00',
      )
      .thenRejected('beforeLastProgress', { lastProgressAt: at('2026-03-05 15:00') });
    const twice = progressed.did('recordProgress', { progress: 'p' }, technicalCentre, '2026-03-09 15:00');
    const [first = 0, second = 0] = twice.events.flatMap((e, revision) =>
      e.type === 'DifficultProblemProgressed' ? [revision] : [],
    );
    twice
      .when('retractStep', { stepRevision: first, reason: 'wrong' }, lead, '2026-03-09 16:00')
      .thenRejected('laterStepsFirst', { possible: [second] });
    const back = twice.did(
      'retractStep',
      { stepRevision: second, reason: 'wrong' },
      lead,
      '2026-03-09 16:00',
    );
    expect(back.clock('progress', 2).status).toBe('running');
    expect(back.clock('progress', 3)).toMatchObject({
      status: 'cancelled',
      cancelledBecause: 'startRetracted',
    });
    expect(back.due('progress', 2)).toBe('2026-03-12 15:00');
  });

  test('that a lead waived is promised no more', () => {
    progressed
      .did('waiveStep', { step: 'progress', reason: 'told daily' }, lead, '2026-03-06 09:00')
      .when('recordProgress', { progress: 'p' }, technicalCentre, '2026-03-06 10:00')
      .then(event('DifficultProblemProgressed'));
  });
});

describe('the solution', () => {
  test('comes with the lesson and is the last progress', () => {
    progressed
      .when('recordSolution', solution, technicalCentre, '2026-03-10 10:00')
      .then(
        event('DifficultProblemSolved', solution, '2026-03-10 10:00'),
        event('SlaClockMet', { clock: 'progress', cycle: 2, mode: 'solution' }),
      );
    const solved = progressed.did('recordSolution', solution, technicalCentre, '2026-03-10 10:00');
    expect(solved.pending).toEqual([]);
    for (const again of [
      solved.when('recordSolution', solution, technicalCentre, '2026-03-10 11:00'),
      solved.when('recordProgress', { progress: 'p' }, technicalCentre, '2026-03-10 11:00'),
    ]) {
      again.thenRejected('notPossibleNow', { phase: 'solved' });
    }
  });

  test('taken back owes progress again, by its old deadline', () => {
    const solved = progressed.did('recordSolution', solution, technicalCentre, '2026-03-10 10:00');
    const stepRevision = solved.revisionOf('DifficultProblemSolved');
    const back = solved.did('retractStep', { stepRevision, reason: 'no' }, lead, '2026-03-10 11:00');
    expect(back.state.phase).toBe('inProgress');
    expect(back.clock('progress', 2).status).toBe('running');
    expect(back.due('progress', 2)).toBe('2026-03-12 15:00');
  });

  test('is needed for closing, unless a lead does without', () => {
    progressed.when('close', {}, technicalCentre, '2026-03-10 11:00').thenRejected('notSolved');
    progressed
      .did('recordSolution', solution, technicalCentre, '2026-03-10 10:00')
      .when('close', {}, technicalCentre, '2026-03-10 11:00')
      .then(event('CaseClosed', { mode: 'closed' }));
    progressed
      .did('waiveStep', { step: 'solution', reason: 'product discontinued' }, lead, '2026-03-10 10:00')
      .when('close', {}, technicalCentre, '2026-03-10 11:00')
      .then(event('CaseClosed'));
  });

  test('a problem that comes back is worked on, and its progress told, again', () => {
    const closed = progressed
      .did('recordSolution', solution, technicalCentre, '2026-03-10 10:00')
      .did('close', {}, technicalCentre, '2026-03-10 11:00');
    closed.when('recordProgress', { progress: 'p' }, qa, '2026-03-11 10:00').thenRejected('caseEnded');
    const again = closed.did('reopen', { reason: 'again' }, qa, '2026-03-11 10:00');
    expect(again.state.phase).toBe('inProgress');
    expect(again.due('progress', 3)).toBe('2026-03-18 10:00');
    const early = { progress: 'p', occurredAt: at('2026-03-11 09:00') };
    again.when('recordProgress', early, qa, '2026-03-11 11:00').thenRejected('beforePromise');
  });
});

test('whatever is sent to a problem, it decides, and by its own schemas', () => {
  fc.assert(
    fc.property(anyNumbers, numbers => {
      surviveAnything(difficultProblem, numbers, ['firstResponse', 'progress', 'solution', 'productCode']);
    }),
  );
}, 120_000);
