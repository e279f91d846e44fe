import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Duty, noRoster, onDutyAt, type Rotation } from '../../../domain/team/duty.ts';
import { team } from '../../../domain/team/team.ts';
import { compileCalendar } from '../../../domain/time/calendar.ts';
import { chinaCalendar } from '../../../domain/time/china-calendar.ts';
import { formatDay } from '../../../domain/time/local-date.ts';
import { at, idOf } from '../../given-when-then.ts';
import { givenOn } from '../log/given.ts';

const calendar = compileCalendar(chinaCalendar());
const [ANNA, BEN, CLEO] = [idOf(0x91), idOf(0x92), idOf(0x93)];
const rotation: Rotation = {
  rotationId: idOf(0x90),
  people: [ANNA, BEN, CLEO],
  firstDay: '2026-09-21',
  days: 'workingDays',
  changes: 'daily',
};
const duty: Duty = {
  dutyId: idOf(0x94),
  userId: CLEO,
  fromAt: at('2026-09-22 00:00'),
  untilAt: at('2026-09-23 00:00'),
};
const dutyAt = (local: string, ...rotations: readonly Rotation[]) =>
  onDutyAt({ rotations: rotations.length === 0 ? [rotation] : rotations, duties: [] }, at(local), calendar);

describe('a rotation', () => {
  it('goes from one to the next with each working day, and begins again', () => {
    // Monday 21 to Thursday 24 September are worked; 25 to 27 are Mid-Autumn.
    expect(dutyAt('2026-09-21 10:00')).toEqual([ANNA]);
    expect(dutyAt('2026-09-22 00:00')).toEqual([BEN]);
    expect(dutyAt('2026-09-23 23:59')).toEqual([CLEO]);
    expect(dutyAt('2026-09-24 12:00')).toEqual([ANNA]);
  });

  it('skips holidays and counts make-up days', () => {
    expect(dutyAt('2026-09-25 10:00')).toEqual([]);
    expect(dutyAt('2026-09-28 10:00')).toEqual([BEN]);
    // Saturday the 10th of October is worked in exchange: 28, 29, 30 September, 8, 9, 10 October.
    expect(dutyAt('2026-10-10 10:00')).toEqual([ANNA]);
    expect(dutyAt('2026-10-11 10:00')).toEqual([]);
  });

  it('of every day counts every day', () => {
    const daily: Rotation = { ...rotation, days: 'everyDay' };
    expect(dutyAt('2026-09-25 10:00', daily)).toEqual([BEN]);
    expect(dutyAt('2026-09-27 10:00', daily)).toEqual([ANNA]);
  });

  it('by weeks changes on Monday, also when it begins in midweek', () => {
    const weekly: Rotation = { ...rotation, changes: 'weekly', days: 'everyDay', firstDay: '2026-09-23' };
    expect(dutyAt('2026-09-27 23:59', weekly)).toEqual([ANNA]);
    expect(dutyAt('2026-09-28 00:00', weekly)).toEqual([BEN]);
  });

  it('holds from its first day to its last, in its hours', () => {
    const bounded: Rotation = {
      ...rotation,
      lastDay: '2026-09-22',
      hours: { from: '08:30', to: '17:30' },
    };
    expect(dutyAt('2026-09-20 10:00', bounded)).toEqual([]);
    expect(dutyAt('2026-09-22 08:29', bounded)).toEqual([]);
    expect(dutyAt('2026-09-22 08:30', bounded)).toEqual([BEN]);
    expect(dutyAt('2026-09-22 17:30', bounded)).toEqual([]);
    expect(dutyAt('2026-09-23 10:00', bounded)).toEqual([]);
  });

  it('gives way to one that was planned later', () => {
    const later: Rotation = { ...rotation, rotationId: idOf(0x95), people: [BEN], firstDay: '2026-09-22' };
    expect(dutyAt('2026-09-21 10:00', rotation, later)).toEqual([ANNA]);
    expect(dutyAt('2026-09-23 10:00', rotation, later)).toEqual([BEN]);
  });

  it('has everybody on duty equally often, give or take one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 300 }), (size, days) => {
        const people = Array.from({ length: size }, (_, n) => idOf(0x100 + n));
        const first = 20_700;
        const each: Rotation = { ...rotation, people, firstDay: formatDay(first) };
        const counts = new Map<string, number>(people.map(userId => [userId, 0]));
        for (let day = first; day < first + days; day++) {
          for (const userId of dutyAt(`${formatDay(day)} 10:00`, each)) {
            counts.set(userId, (counts.get(userId) ?? 0) + 1);
          }
        }
        const all = [...counts.values()];
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a period of duty', () => {
  it('goes before the rotation', () => {
    const roster = { rotations: [rotation], duties: [duty] };
    expect(onDutyAt(roster, at('2026-09-22 00:00'), calendar)).toEqual([CLEO]);
    expect(onDutyAt(roster, at('2026-09-23 00:00'), calendar)).toEqual([CLEO]);
    expect(onDutyAt(roster, at('2026-09-21 23:59'), calendar)).toEqual([ANNA]);
  });

  it('may be given to several', () => {
    const both = { ...duty, dutyId: idOf(0x96), userId: BEN };
    const roster = { rotations: [], duties: [duty, both, { ...both, dutyId: idOf(0x97) }] };
    expect(onDutyAt(roster, at('2026-09-22 12:00'), calendar)).toEqual([CLEO, BEN]);
  });
});

it('nobody is on duty where no roster says so', () => {
  expect(onDutyAt(noRoster, at('2026-09-22 12:00'), calendar)).toEqual([]);
});

describe('a roster', () => {
  const now = at('2026-09-21 09:00');
  const given = givenOn(team, now);
  const registered = {
    type: 'TeamRegistered' as const,
    data: { name: 'QA 1', department: '质管部' },
    occurredAt: now - 1,
  };
  const planned = { type: 'RotationPlanned' as const, data: rotation, occurredAt: now };
  const assigned = { type: 'DutyAssigned' as const, data: duty, occurredAt: now };

  it('is planned, and ended by name', () => {
    given(registered)
      .when({ type: 'planRotation', data: rotation })
      .then({ type: 'RotationPlanned', data: rotation });
    const ended = { rotationId: rotation.rotationId };
    given(registered, planned)
      .when({ type: 'endRotation', data: ended })
      .then({ type: 'RotationEnded', data: ended });
    given(registered).when({ type: 'endRotation', data: ended }).thenRejected('unknownRotation');
    given(registered, planned).when({ type: 'planRotation', data: rotation }).thenRejected('rotationExists');
  });

  it('refuses days and hours that run backwards, and what is too long', () => {
    const bad = (more: Partial<Rotation>) =>
      given(registered).when({ type: 'planRotation', data: { ...rotation, ...more } });
    bad({ lastDay: '2026-09-20' }).thenRejected('endsBeforeItBegins');
    bad({ lastDay: '2036-09-20' }).thenRejected('tooLong');
    bad({ hours: { from: '17:30', to: '08:30' } }).thenRejected('hoursBackwards');
  });

  it('gives periods to people, and takes them back', () => {
    given(registered).when({ type: 'assignDuty', data: duty }).then({ type: 'DutyAssigned', data: duty });
    given(registered)
      .when({ type: 'assignDuty', data: { ...duty, untilAt: duty.fromAt } })
      .thenRejected('endsBeforeItBegins');
    given(registered)
      .when({ type: 'assignDuty', data: { ...duty, fromAt: now - 9, untilAt: now } })
      .thenRejected('endsInThePast');
    given(registered, assigned).when({ type: 'assignDuty', data: duty }).thenRejected('dutyExists');
    const cancelled = { dutyId: duty.dutyId };
    given(registered, assigned)
      .when({ type: 'cancelDuty', data: cancelled })
      .then({ type: 'DutyCancelled', data: cancelled });
    given(registered).when({ type: 'cancelDuty', data: cancelled }).thenRejected('unknownDuty');
  });
});

describe('a team', () => {
  const now = at('2026-09-21 09:00');
  const given = givenOn(team, now);
  const registered = {
    type: 'TeamRegistered' as const,
    data: { name: 'QA 1', department: '质管部' },
    occurredAt: now - 1,
  };
  it('changes its name, is retired, and is taken up again', () => {
    given(registered)
      .when({ type: 'changeTeam', data: { name: 'QA 2' } })
      .then({ type: 'TeamChanged', data: { name: 'QA 2' } });
    given(registered)
      .when({ type: 'changeTeam', data: { name: 'QA 1' } })
      .thenRejected('nothingToChange');
    const retired = { type: 'TeamRetired' as const, data: {}, occurredAt: now };
    given(registered).when({ type: 'retireTeam', data: {} }).then({ type: 'TeamRetired', data: {} });
    given(registered, retired)
      .when({ type: 'changeTeam', data: { name: 'QA 2' } })
      .thenRejected('retired');
    given(registered, retired)
      .when({ type: 'reinstateTeam', data: {} })
      .then({ type: 'TeamReinstated', data: {} });
    given(registered).when({ type: 'reinstateTeam', data: {} }).thenRejected('notRetired');
  });
});
