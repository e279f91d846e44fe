import { describe, expect, test } from 'vitest';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { callsOf, followUpCalls, followUpTaskTable } from '../../projections/follow-up-calls.ts';
import { followUpTask } from '../../workflows/follow-up-task.ts';
import { Visits } from '../factory-visit/visits-in-a-log.ts';
import { agent, customer, idOf, local, marketing } from '../given-when-then.ts';

const calendar = compileCalendar(chinaCalendar());
const tasksOf = (visits: Visits) => visits.rowsOf(followUpCalls(), followUpTaskTable);

/** Visits held on these days, each with its first wave open. */
function waiting(...held: readonly (readonly [date: string, contactId: string | undefined])[]) {
  const visits = new Visits();
  const caseIds = held.map(([date, contactId]) => visits.heldOn(date, '2026-08-03 10:00', contactId));
  for (const caseId of caseIds) visits.fire('openWave', 'wave1', caseId);
  visits.world.react([followUpTask], '2026-10-01 09:00');
  return { visits, caseIds };
}

describe('the tasks of follow-up waves', () => {
  test('wait from the opening of the wave until it has its result', () => {
    const { visits, caseIds } = waiting(['2026-08-31', idOf(1)]);
    const [caseId = ''] = caseIds;
    expect(tasksOf(visits)).toMatchObject([
      { caseId, wave: 'wave1', cycle: 1, contactId: idOf(1), attempts: 0, missed: false },
    ]);
    visits.give('recordContactAttempt', { wave: 1, channel: 'phone' }, marketing, '2026-10-08 10:00', caseId);
    expect(tasksOf(visits)).toMatchObject([{ attempts: 1 }]);
    visits.give('recordContactAttempt', { wave: 1, channel: 'phone' }, marketing, '2026-10-09 10:00', caseId);
    expect(tasksOf(visits)).toEqual([]);
  });

  test('stay, as missed, when nobody has called', () => {
    const { visits, caseIds } = waiting(['2026-08-31', idOf(1)]);
    visits.fire('breach', 'wave1', caseIds[0] ?? '');
    expect(tasksOf(visits)).toMatchObject([{ missed: true }]);
    visits.give('declineFollowUp', { wave: 1 }, customer, '2026-10-20 10:00', caseIds[0]);
    expect(tasksOf(visits)).toEqual([]);
  });

  test('are the same however many events are taken in at once', () => {
    const { visits, caseIds } = waiting(['2026-08-31', idOf(1)], ['2026-09-01', idOf(2)]);
    visits.give('declineFollowUp', { wave: 1 }, customer, '2026-10-08 10:00', caseIds[0]);
    for (const every of [2, 3, 7, 1_000]) {
      expect(visits.rowsOf(followUpCalls(), followUpTaskTable, every)).toEqual(tasksOf(visits));
    }
  });

  test('go when the visit is withdrawn', () => {
    const { visits, caseIds } = waiting(['2026-08-31', idOf(1)]);
    visits.give('withdraw', {}, agent, '2026-10-09 10:00', caseIds[0]);
    expect(tasksOf(visits)).toEqual([]);
  });
});

describe('one call', () => {
  const offered = (visits: Visits) =>
    callsOf(tasksOf(visits), calendar).map(c => [c.contactId, local(c.dueAt), c.tasks.length]);

  test('is for the waves of one contact that fall due within ten working days', () => {
    // Held on 31 August, due 19 October; on 1 September, 20 October; on 10 August, 22 September, Sunday the 20th being worked.
    const { visits } = waiting(['2026-08-31', idOf(1)], ['2026-09-01', idOf(1)], ['2026-08-10', idOf(1)]);
    expect(offered(visits)).toEqual([
      [idOf(1), '2026-09-22 17:30', 1],
      [idOf(1), '2026-10-19 17:30', 2],
    ]);
  });

  test('counts the tenth working day in, and the eleventh out', () => {
    const row = (dueAt: string, caseId: string) => ({
      caseId,
      wave: 'wave1',
      cycle: 1,
      taskId: idOf(9),
      contactId: idOf(1),
      teamId: null,
      assigneeId: null,
      openedAt: 0,
      dueAt: Date.parse(`${dueAt}T17:30:00+08:00`),
      attempts: 0,
      missed: false,
    });
    // From 2 March 2026, a Monday, the tenth working day is Monday the 16th.
    const calls = callsOf(
      [row('2026-03-17', idOf(4)), row('2026-03-16', idOf(3)), row('2026-03-02', idOf(2))],
      calendar,
    );
    expect(calls.map(c => c.tasks.map(t => t.caseId))).toEqual([[idOf(2), idOf(3)], [idOf(4)]]);
  });

  test('is never for two contacts, nor for two visits without one', () => {
    const { visits } = waiting(['2026-08-31', idOf(1)], ['2026-08-31', idOf(2)]);
    expect(offered(visits)).toHaveLength(2);
    const nobody = tasksOf(visits).map(task => ({ ...task, contactId: null }));
    expect(callsOf(nobody, calendar)).toHaveLength(2);
  });
});
