import { describe, expect, it } from 'vitest';
import { anchoredDue } from '../../domain/sla/anchored-due.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { policySchema } from '../../domain/sla/policy.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { type Target, targetSchema } from '../../domain/time/target.ts';
import { approved, assessed, held } from '../factory-visit/visit.ts';
import { at, lead, local } from '../given-when-then.ts';

const calendar = compileCalendar(chinaCalendar());
/** Started on Monday, 2 March 2026, at 10:00. */
const due = (target: object, anchor: Parameters<typeof anchoredDue>[3], startedAt = '2026-03-02 10:00') =>
  local(anchoredDue(targetSchema.parse(target) satisfies Target, at(startedAt), calendar, anchor).dueAt);

describe('a deadline that hangs on a date', () => {
  it('is the target’s own without one', () => {
    expect(due({ kind: 'workingDays', count: 1 }, {})).toBe('2026-03-03 10:00');
    expect(due({ kind: 'elapsed', duration: 'PT24H' }, undefined)).toBe('2026-03-03 10:00');
  });

  it('counts working days after that date, by receipt as by next day', () => {
    // Tuesday the 17th and two working days; Friday the 13th and two: Tuesday the 17th.
    expect(due({ kind: 'workingDays', count: 2 }, { countedFrom: '2026-03-17' })).toBe('2026-03-19 17:30');
    const nextDay = { kind: 'workingDays', count: 2, countFrom: 'nextDay' };
    expect(due(nextDay, { countedFrom: '2026-03-17' })).toBe('2026-03-19 17:30');
    expect(due(nextDay, { countedFrom: '2026-03-13' })).toBe('2026-03-17 17:30');
  });

  it('counts spans from the end of that date', () => {
    expect(due({ kind: 'workingTime', duration: 'PT3H30M' }, { countedFrom: '2026-03-17' })).toBe(
      '2026-03-18 12:00',
    );
    expect(due({ kind: 'elapsed', duration: 'PT24H' }, { countedFrom: '2026-03-17' })).toBe(
      '2026-03-18 23:59:59.999',
    );
  });

  it('is never before its start', () => {
    expect(due({ kind: 'workingDays', count: 2 }, { countedFrom: '2026-02-10' })).toBe('2026-03-02 10:00');
  });

  it('is no later than the last close before the eve’s date, and never before its start', () => {
    const oneDay = { kind: 'workingDays', count: 1 };
    expect(due(oneDay, { eveOf: '2026-03-16' })).toBe('2026-03-03 10:00');
    expect(due(oneDay, { eveOf: '2026-03-03' })).toBe('2026-03-02 17:30');
    expect(due(oneDay, { eveOf: '2026-03-02' })).toBe('2026-03-02 10:00');
    expect(due({ kind: 'before' }, { eveOf: '2026-03-16' })).toBe('2026-03-13 17:30');
  });

  it('of a wave is that of its date alone, were it long past', () => {
    // Opens on Tuesday, 30 December; Sunday, 4 January is worked, and the 13th is the tenth working day.
    expect(due({ kind: 'calendarMonths', count: 1 }, { countedFrom: '2025-11-30' })).toBe('2026-01-13 17:30');
  });

  it('is provisional as far as the calendar looks for it', () => {
    const eve = anchoredDue({ kind: 'before' }, at('2026-12-30 10:00'), calendar, { eveOf: '2027-01-04' });
    expect([local(eve.dueAt), eve.provisional]).toEqual(['2027-01-01 17:30', true]);
    const bound = anchoredDue(
      { kind: 'workingDays', count: 3, countFrom: 'receipt' },
      at('2026-12-30 10:00'),
      calendar,
      { eveOf: '2026-12-31' },
    );
    expect([local(bound.dueAt), bound.provisional]).toEqual(['2026-12-30 17:30', false]);
  });
});

describe('an urgent visit', () => {
  const normal = defaultPolicy();
  const policy = policySchema.parse({
    ...normal,
    lines: [
      ...normal.lines,
      ...['hostsAssigned', 'visitCompleted', 'wave1'].map(clock => ({
        lifecycle: 'factory-visit',
        clock,
        when: { priority: 'urgent' },
        target: { kind: 'workingTime', duration: 'PT2H' },
      })),
      {
        lifecycle: 'factory-visit',
        clock: 'approval',
        when: { priority: 'urgent' },
        target: { kind: 'before' },
      },
    ],
  });

  it('hurries its promises by the same dates, and calms down to what they were', () => {
    const urgent = approved.with({ policy }).did('markUrgent', { reason: 'x' }, lead, '2026-08-10 15:00');
    // Two working hours from now for the hosts; for the end of the visit from its last day, the 31st.
    expect(urgent.due('hostsAssigned')).toBe('2026-08-10 17:00');
    expect(urgent.due('visitCompleted')).toBe('2026-09-01 10:30');
    const calm = urgent.did('lowerUrgent', { reason: 'x' }, lead, '2026-08-10 16:00');
    expect(calm.due('hostsAssigned')).toBe('2026-08-26 17:30');
    expect(calm.due('visitCompleted')).toBe('2026-09-02 17:30');
  });

  it('hurries no wave, whatever the policy says, and bounds the approval by its own date', () => {
    const urgent = held.with({ policy }).did('markUrgent', { reason: 'x' }, lead, '2026-09-01 10:00');
    expect(urgent.due('wave1')).toBe(held.due('wave1'));
    const asked = assessed.with({ policy }).did('markUrgent', { reason: 'x' }, lead, '2026-08-10 11:00');
    expect(asked.due('approval')).toBe('2026-08-11 10:00');
  });
});
