import { describe, expect, it } from 'vitest';
import { caseEvents } from '../../domain/case/case-events.ts';
import type { LinkedCase } from '../../domain/case/lifecycle.ts';
import { resultOf } from '../../domain/sla/clock.ts';
import { agent, at, event, idOf, ids, lead, local, person } from '../given-when-then.ts';
import { received } from './complaints.ts';

const worker = person(0x61, 'contributor', { department: 'production' });
const planner = person(0x62, 'contributor', { department: 'planning' });
const HEAD = idOf(0x63);
const ON_DUTY = idOf(0x64);
const organisation = {
  assigneeLead: ids.lead,
  teamLead: ids.lead,
  onDuty: [ids.onDuty],
  heads: [ids.head],
  departments: { production: { headId: HEAD, onDuty: [ON_DUTY] } },
};
const question = 'Which press crimped batch B-1?';
const ASKED = '2026-09-30 10:00';

const assigned = () =>
  received({}, '2026-09-29 16:00', { organisation }).did(
    'assign',
    { assigneeId: agent.id },
    agent,
    '2026-09-29 16:30',
  );
const asked = (more: object = {}) =>
  assigned().did('requestInput', { department: 'production', question, ...more }, agent, ASKED);
const inputId = (story = asked()) => story.last('InputRequested').inputId;

describe('a question to another department', () => {
  it('has a promise of its own, of one working day, beside those of the case', () => {
    const story = asked();
    expect(story.due('input')).toBe('2026-10-08 10:00');
    expect(story.due('decision')).toBe(assigned().due('decision'));
    expect(story.possible).toEqual(expect.arrayContaining(['provideInput', 'requestInput']));
  });

  it('is due when it was asked for, if that was said', () => {
    const story = asked({ dueAt: at('2026-09-30 15:00') });
    expect(story.due('input')).toBe('2026-09-30 15:00');
    expect(story.last('SlaClockStarted')).toMatchObject({ carriedDueAt: at('2026-09-30 15:00') });
    assigned()
      .when(
        'requestInput',
        { department: 'production', question, dueAt: at('2026-09-30 09:00') },
        agent,
        ASKED,
      )
      .thenRejected('dueInThePast');
    assigned()
      .when(
        'requestInput',
        { department: 'production', question, dueAt: at('2028-01-01 09:00') },
        agent,
        ASKED,
      )
      .thenRejected('dueTooFar');
  });

  it('is asked by whose case it is', () => {
    assigned()
      .when('requestInput', { department: 'production', question }, planner, ASKED)
      .thenRejected('notAssignee');
    assigned()
      .when('requestInput', { department: 'marketing', askedUserId: agent.id, question }, agent, ASKED)
      .thenRejected('askedOfOneself');
  });

  it('is met by an answer of the department', () => {
    asked()
      .when('provideInput', { inputId: inputId(), answer: 'Press 4' }, worker, '2026-09-30 11:00')
      .then(
        event('InputProvided', { cycle: 1, answer: 'Press 4' }),
        event('SlaClockMet', { clock: 'input', cycle: 1, mode: 'provided' }),
      );
  });

  it('is met as well by saying that there is no answer', () => {
    asked()
      .when('declineInput', { inputId: inputId(), reason: 'No record' }, worker, '2026-09-30 11:00')
      .then(event('InputDeclined'), event('SlaClockMet', { clock: 'input', mode: 'declined' }));
  });

  it('is answered by nobody else: not another department, not the asker', () => {
    const answer = { inputId: inputId(), answer: 'Press 4' };
    asked().when('provideInput', answer, planner, '2026-09-30 11:00').thenRejected('notAsked');
    asked().when('provideInput', answer, agent, '2026-09-30 11:00').thenRejected('notAsked');
  });

  it('is answered by the person who was named, and by whoever stands in for them', () => {
    const story = asked({ askedUserId: planner.id });
    const answer = { inputId: inputId(story), answer: 'Press 4' };
    story.did('provideInput', answer, planner, '2026-09-30 11:00');
    const standIn = person(0x65, 'contributor', { onBehalfOf: planner.id });
    story.did('provideInput', answer, standIn, '2026-09-30 11:00');
  });

  it('is answered once', () => {
    const answer = { inputId: inputId(), answer: 'Press 4' };
    asked()
      .did('provideInput', answer, worker, '2026-09-30 11:00')
      .when('provideInput', answer, worker, '2026-09-30 12:00')
      .thenRejected('inputEnded', { status: 'provided' });
    asked()
      .when('provideInput', { ...answer, inputId: idOf(0x7777) }, worker, '2026-09-30 11:00')
      .thenRejected('noSuchInput', { open: [inputId()] });
  });

  it('is not answered before it was asked', () => {
    asked()
      .when(
        'provideInput',
        { inputId: inputId(), answer: 'Press 4', occurredAt: at('2026-09-30 09:00') },
        worker,
        '2026-09-30 11:00',
      )
      .thenRejected('beforeTheQuestion');
  });

  it('can be taken back: its promise ends without a result', () => {
    asked()
      .when('cancelInput', { inputId: inputId() }, agent, '2026-09-30 11:00')
      .then(
        event('InputCancelled'),
        event('SlaClockCancelled', { clock: 'input', because: 'inputCancelled' }),
      );
  });

  it('can be chased: it says who is told', () => {
    const story = asked().did(
      'chaseInput',
      { inputId: inputId(), text: 'Please' },
      agent,
      '2026-09-30 14:00',
    );
    expect(story.last('InputChased').recipients).toEqual([{ userId: ON_DUTY, role: 'onDuty' }]);
    expect(story.state.inputs).toMatchObject([{ chases: 1 }]);
  });

  it('runs beside others: each has a cycle of its own', () => {
    const both = asked().did('requestInput', { department: 'planning', question }, agent, '2026-09-30 11:00');
    expect(both.clock('input', 1).status).toBe('running');
    expect(both.clock('input', 2).status).toBe('running');
    const one = both.did(
      'provideInput',
      { inputId: inputId(), answer: 'Press 4' },
      worker,
      '2026-09-30 12:00',
    );
    expect([one.clock('input', 1).status, one.clock('input', 2).status]).toEqual(['met', 'running']);
  });

  it('is one of twenty at most', () => {
    let story = assigned();
    for (let n = 0; n < 20; n++) {
      story = story.did('requestInput', { department: `d${n}`, question }, agent, ASKED);
    }
    story.when('requestInput', { department: 'd20', question }, agent, ASKED).thenRejected('tooManyInputs');
  });

  it('ends with the case', () => {
    const story = asked().did('withdraw', {}, agent, '2026-09-30 11:00');
    expect(story.clock('input').status).toBe('cancelled');
    expect(story.state.inputs).toMatchObject([{ status: 'cancelled' }]);
  });
});

describe('who hears of a question that waits', () => {
  it('is the department and the assignee, before it is due', () => {
    const story = asked().passed('2026-10-08 09:30');
    const warning = story.events.findLast(
      e => e.type === 'SlaClockWarned' && e.data.clock === 'input' && e.data.threshold === 0.8,
    );
    expect(warning?.data).toMatchObject({
      recipients: [
        { userId: ON_DUTY, role: 'onDuty' },
        { userId: agent.id, role: 'assignee' },
      ],
    });
  });

  it('is the head of the department when it is broken, and nobody above', () => {
    const story = asked().passed('2026-10-09 18:00');
    const told = story.events.filter(e => e.type === 'SlaClockEscalated' && e.data.clock === 'input');
    expect(told.map(e => e.data)).toMatchObject([
      { level: 1, recipients: [{ userId: HEAD, role: 'departmentHead' }] },
    ]);
  });

  it('is the case’s own lead where the department has no head', () => {
    const story = assigned()
      .did('requestInput', { department: 'planning', question }, agent, ASKED)
      .passed('2026-10-09 18:00');
    const told = story.events.find(e => e.type === 'SlaClockEscalated' && e.data.clock === 'input');
    expect(told?.data).toMatchObject({ recipients: [{ userId: ids.lead, role: 'lead' }] });
  });

  it('is the substitute of a person who was named and is away', () => {
    const away = { ...organisation, away: { [worker.id]: planner.id } };
    const story = asked({ askedUserId: worker.id })
      .with({ organisation: away })
      .did('chaseInput', { inputId: inputId() }, lead, '2026-09-30 14:00');
    expect(story.last('InputChased').recipients).toEqual([{ userId: planner.id, role: 'substitute' }]);
  });
});

describe('a question of a case that is merged', () => {
  const SURVIVOR = idOf(0x51);
  const LOSER = idOf(0x52);
  const workflow = person(0x50, 'system', { via: 'workflow' });
  const survivor: LinkedCase = {
    caseId: SURVIVOR,
    lifecycle: 'complaint',
    revision: 3,
    phase: 'received',
    receivedAt: at('2026-09-29 16:00'),
    clocks: [],
    takenOver: [],
  };
  const merged = (story = asked()) =>
    story.did('mergeInto', { survivorId: SURVIVOR }, agent, '2026-09-30 14:00', { linkedCase: survivor });
  const absorbed = (loser = merged()) => {
    const { receivedAt, openClocks, openInputs } = caseEvents.CaseMergedInto.schema.parse(
      loser.last('CaseMergedInto'),
    );
    const mergeRevision = loser.revisionOf('CaseMergedInto');
    const linkedCase = { ...survivor, caseId: LOSER, mergedInto: ids.case, mergeRevision };
    return received({}, '2026-09-29 16:00', { organisation })
      .did(
        'requestInput',
        { department: 'planning', question: 'What is in stock?' },
        lead,
        '2026-09-30 09:00',
      )
      .did(
        'absorb',
        { loserId: LOSER, mergeRevision, receivedAt, openClocks, openInputs },
        workflow,
        '2026-09-30 14:00',
        { linkedCase },
      );
  };

  it('is asked on in the survivor, with its own deadline, beside those of the survivor', () => {
    const story = absorbed();
    expect(story.last('InputTakenOver')).toMatchObject({
      cycle: 2,
      department: 'production',
      askedIn: LOSER,
    });
    expect(local(story.clock('input', 2).schedule.dueAt)).toBe('2026-10-08 10:00');
    expect(local(story.clock('input', 1).schedule.dueAt)).toBe('2026-10-08 09:00');
    const answered = story.did(
      'provideInput',
      { inputId: inputId(), answer: 'Press 4' },
      worker,
      '2026-09-30 16:00',
    );
    expect(resultOf(answered.clock('input', 2))).toBe('met');
  });

  it('is asked on without a promise where that was broken: the breach stays where it happened', () => {
    const loser = asked({ dueAt: at('2026-09-30 11:00') }).passed('2026-09-30 12:00');
    const story = absorbed(merged(loser));
    expect(story.state.inputs).toMatchObject([
      { department: 'planning' },
      { department: 'production', status: 'asked' },
    ]);
    expect(story.state.clocks.filter(c => c.clock === 'input')).toHaveLength(1);
  });

  it('comes back when the merge is undone, and ends in the survivor', () => {
    const again = merged().did('unmerge', {}, agent, '2026-09-30 15:00');
    expect(again.state.inputs).toMatchObject([{ inputId: inputId(), cycle: 2, status: 'asked' }]);
    expect(again.due('input', 2)).toBe('2026-10-08 10:00');
    const given = absorbed().did('release', { loserId: LOSER }, workflow, '2026-09-30 15:00');
    expect(given.state.inputs).toMatchObject([{ status: 'asked' }, { status: 'cancelled' }]);
    expect(given.clock('input', 2).status).toBe('cancelled');
  });
});
