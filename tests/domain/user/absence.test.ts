import { expect, test } from 'vitest';
import { user } from '../../../domain/user/user.ts';
import { givenOn } from '../log/given.ts';

const DAY_MS = 86_400_000;
const now = 1_795_000_000_000;
const given = givenOn(user, now);
const substituteId = '01930000-0000-7000-8000-000000000002';
const idOf = (n: number) => `01930000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const registered = {
  type: 'UserRegistered' as const,
  data: { name: 'Wang Fang', roles: ['qa' as const], qualifications: [] },
  occurredAt: now - DAY_MS,
};
const away = (n: number, fromDays: number, untilDays: number) => ({
  absenceId: idOf(n),
  fromAt: now + fromDays * DAY_MS,
  untilAt: now + untilDays * DAY_MS,
});
const recorded = (data: ReturnType<typeof away>, occurredAt = now) => ({
  type: 'AbsenceRecorded' as const,
  data,
  occurredAt,
});
const absencesOf = (state: ReturnType<typeof given>['state']) => (state.registered ? state.absences : []);

test('an absence names when, and who acts meanwhile', () => {
  const data = { ...away(1, 1, 8), substituteId };
  given(registered).when({ type: 'recordAbsence', data }).then({ type: 'AbsenceRecorded', data });
});

test('an absence ends after it begins, not in the past, and within two years', () => {
  given(registered)
    .when({ type: 'recordAbsence', data: away(1, 8, 8) })
    .thenRejected('endsBeforeItBegins');
  given(registered)
    .when({ type: 'recordAbsence', data: away(1, -8, 0) })
    .thenRejected('endsInThePast');
  given(registered)
    .when({ type: 'recordAbsence', data: away(1, 0, 733) })
    .thenRejected('tooLong');
});

test('two absences may touch and never overlap', () => {
  given(registered, recorded(away(1, 1, 8)))
    .when({ type: 'recordAbsence', data: away(2, 8, 9) })
    .then({ type: 'AbsenceRecorded', data: away(2, 8, 9) });
  given(registered, recorded(away(1, 1, 8)))
    .when({ type: 'recordAbsence', data: away(2, 7, 9) })
    .thenRejected('absenceOverlaps');
  given(registered, recorded(away(1, 1, 8)))
    .when({ type: 'recordAbsence', data: away(1, 9, 10) })
    .thenRejected('absenceExists');
});

test('who is back sooner is there from then on', () => {
  const begun = recorded(away(1, -2, 8), now - 3 * DAY_MS);
  const ended = { type: 'AbsenceEnded' as const, data: { absenceId: idOf(1) } };
  given(registered, begun).when({ type: 'endAbsence', data: ended.data }).then(ended);
  const back = given(registered, begun, { ...ended, occurredAt: now });
  expect(absencesOf(back.state)).toEqual([{ ...away(1, -2, 8), untilAt: now }]);
  back.when({ type: 'endAbsence', data: ended.data }).thenRejected('absenceOver');
  given(registered).when({ type: 'endAbsence', data: ended.data }).thenRejected('unknownAbsence');
});

test('an absence called off before it begins was none', () => {
  const ended = { type: 'AbsenceEnded' as const, data: { absenceId: idOf(1) }, occurredAt: now };
  expect(absencesOf(given(registered, recorded(away(1, 1, 8)), ended).state)).toEqual([]);
});

test('absences that are over are let go when the next is recorded', () => {
  const over = recorded(away(1, -9, -8), now - 10 * DAY_MS);
  expect(absencesOf(given(registered, over, recorded(away(2, 1, 2))).state)).toEqual([away(2, 1, 2)]);
});

test('fifty absences lie ahead at most', () => {
  const many = Array.from({ length: 50 }, (_, n) => recorded(away(n + 1, n + 1, n + 2)));
  given(registered, ...many)
    .when({ type: 'recordAbsence', data: away(99, 90, 91) })
    .thenRejected('tooManyAbsences');
});
