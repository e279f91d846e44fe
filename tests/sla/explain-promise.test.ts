import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../domain/sla/clock.ts';
import { evolveClocks } from '../../domain/sla/clock.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import type { SlaEvent } from '../../domain/sla/events.ts';
import { explainPromise } from '../../domain/sla/explain-promise.ts';
import { canPause, pauseClock, resumeClock } from '../../domain/sla/pausing.ts';
import { policySchema } from '../../domain/sla/policy.ts';
import { promiseHistories, type WrittenSlaEvent } from '../../domain/sla/promise-history.ts';
import { startClock } from '../../domain/sla/promises.ts';
import { type CalendarVersion, compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { parseDurationMs, type Target, targetSchema } from '../../domain/time/target.ts';
import { at, idOf, local } from '../given-when-then.ts';
import { calendarIn, instantIn, WINDOW_DAYS, WINDOWS } from '../time/arbitrary-calendar.ts';
import { WalkedCalendar } from '../time/walked-calendar.ts';

const OWNER = { lifecycle: 'complaint', facts: { priority: 'normal' } } as const;

/** A promise under a calendar, as events make it: started, then paused and resumed. */
function promised(version: CalendarVersion, target: Target, startedAt: number) {
  const calendar = compileCalendar(version);
  const line = { lifecycle: 'complaint', clock: 'decision', target };
  const policy = policySchema.parse({ ...defaultPolicy(), lines: [line], maximumPauseWorkingDays: 260 });
  const contextAt = (now: number) => ({
    now,
    policy,
    calendar,
    calendarOf: () => calendar,
    organisation: { onDuty: [], heads: [] },
  });
  const written: WrittenSlaEvent[] = [];
  let clocks: readonly Clock[] = [];
  const write = (events: readonly SlaEvent[]) => {
    for (const event of events) {
      const folded = {
        ...event,
        revision: written.length,
        commandId: idOf(written.length),
        actorId: idOf(1),
        decidedAt: event.occurredAt,
        recordedAt: event.occurredAt,
        actor: { id: idOf(1), role: 'qa', via: 'http' as const },
        command: 'receive',
      };
      written.push(folded);
      clocks = evolveClocks(clocks, folded);
    }
  };
  write(startClock(contextAt(startedAt), OWNER, [], 'decision', startedAt));
  const current = (): Clock => clocks[0] ?? expect.fail('no clock');
  return {
    calendar,
    current,
    pause(fromAt: number) {
      if (!canPause(current(), fromAt)) return false;
      write(pauseClock(contextAt(fromAt), current(), fromAt, 'awaitingSample'));
      return true;
    },
    resume(toAt: number) {
      write(resumeClock(contextAt(toAt), current(), toAt, 'command'));
    },
    explained(now = startedAt) {
      const [history] = promiseHistories(written);
      if (history === undefined) return expect.fail('no history');
      return explainPromise(history, () => calendar, now);
    },
  };
}

const hours = fc.integer({ min: 0, max: 60 * 60 }).map(minutes => `PT${minutes}M`);
const target: fc.Arbitrary<Target> = fc
  .oneof(
    hours.map(duration => ({ kind: 'elapsed', duration })),
    hours.map(duration => ({ kind: 'elapsed', duration, except: 'publicHolidays' })),
    hours.map(duration => ({ kind: 'workingTime', duration })),
    fc.record({
      kind: fc.constant('workingDays'),
      count: fc.integer({ min: 1, max: 6 }),
      countFrom: fc.constantFrom('receipt', 'nextDay'),
    }),
  )
  .map(drawn => targetSchema.parse(drawn));

const drawn = fc.constantFrom(...WINDOWS).chain(window =>
  fc.record({
    window: fc.constant(window),
    version: calendarIn(window),
    target,
    startedAt: instantIn(window, 4),
    steps: fc.array(fc.integer({ min: 0, max: 40 * 3_600_000 }), { maxLength: 6 }),
  }),
);
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** Pauses and resumes by turns, as far as that is possible; the last pause may last. */
function withPauses({ version, target, startedAt, steps }: Drawn) {
  const told = promised(version, target, startedAt);
  let now = startedAt;
  let paused = false;
  for (const step of steps) {
    now += step;
    if (paused) {
      told.resume(now);
      paused = false;
    } else paused = told.pause(now);
  }
  return told;
}

describe('a promise that is explained', () => {
  it('counts exactly what was promised, whatever the calendar, the target and the pauses', () => {
    fc.assert(
      fc.property(drawn, story => {
        const told = withPauses(story);
        const { owed, countedMs, leftMs, beyondMs, stretches } = told.explained();
        const { target } = story;
        if (target.kind === 'elapsed' || target.kind === 'workingTime') {
          expect(owed).toEqual({ ms: parseDurationMs(target.duration), setBy: 'target' });
        }
        expect([countedMs + leftMs, beyondMs]).toEqual([owed.ms, 0]);
        expect(stretches.reduce((sum, s) => sum + (s.counted ? s.to - s.from : 0), 0)).toBe(countedMs);
      }),
      { numRuns: 400 },
    );
  });

  it('tells every stretch from its start to its deadline, or to where it stands still', () => {
    fc.assert(
      fc.property(drawn, story => {
        const told = withPauses(story);
        const { stretches, countsFrom } = told.explained();
        const { pause, schedule } = told.current();
        let reached = countsFrom;
        for (const { from, to } of stretches) {
          expect(from).toBe(reached);
          expect(to).toBeGreaterThan(from);
          reached = to;
        }
        expect(reached).toBe(Math.max(countsFrom, pause?.since ?? schedule.dueAt));
      }),
    );
  });

  it('counts the minutes that a wall calendar calls working time, and no others', () => {
    fc.assert(
      fc.property(drawn, story => {
        fc.pre(story.target.kind !== 'elapsed');
        const walked = new WalkedCalendar(
          story.version,
          Date.parse(`${story.window.from}T00:00:00Z`) - 86_400_000,
          WINDOW_DAYS + 2,
        );
        for (const { from, to, counted, why } of withPauses(story).explained().stretches) {
          if (why.kind === 'paused' || walked.dateOf(to) === undefined) continue;
          expect(walked.between(from, to)).toBe(counted ? to - from : 0);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('of a target in working days numbers each of them, the last being that of the deadline', () => {
    fc.assert(
      fc.property(drawn, ({ version, target, startedAt }) => {
        fc.pre(target.kind === 'workingDays');
        const told = promised(version, target, startedAt);
        const days = told.explained().days ?? [];
        const numbers = days.flatMap(day => (day.number === undefined ? [] : [day.number]));
        expect(numbers).toEqual(Array.from({ length: target.count }, (_, i) => i + 1));
        const last = days.at(-1)?.date ?? '';
        const { dueAt } = told.current().schedule;
        expect(dueAt).toBeGreaterThanOrEqual(told.calendar.firstOpeningOf(last) ?? Number.POSITIVE_INFINITY);
        expect(dueAt).toBeLessThanOrEqual(told.calendar.lastCloseOf(last) ?? 0);
        for (const { date, number } of days) {
          if (number !== undefined) expect(told.calendar.isWorkingDay(date)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('around the spring festival of 2026', () => {
  const told = (target: object, startedAt: string) =>
    promised(chinaCalendar(), targetSchema.parse(target), at(startedAt));

  it('five working days name the holiday once a date and the make-up day', () => {
    const { days } = told({ kind: 'workingDays', count: 3 }, '2026-02-13 10:00').explained();
    expect(days?.map(({ date, number, why }) => `${date} ${number ?? '-'} ${why.name ?? why.kind}`)).toEqual([
      '2026-02-13 - begun',
      '2026-02-14 1 春节',
      ...['15', '16', '17', '18', '19', '20', '21', '22', '23'].map(day => `2026-02-${day} - 春节`),
      '2026-02-24 2 workingDay',
      '2026-02-25 3 workingDay',
    ]);
  });

  it('eight working hours name breaks, nights and the holiday', () => {
    const { stretches } = told({ kind: 'workingTime', duration: 'PT8H' }, '2026-02-14 11:00').explained();
    expect(
      stretches.map(({ from, to, why }) => `${local(from)} to ${local(to)}: ${why.kind} ${why.name ?? ''}`),
    ).toEqual([
      '2026-02-14 11:00 to 2026-02-14 12:00: makeUpWorkingDay 春节',
      '2026-02-14 12:00 to 2026-02-14 13:30: break ',
      '2026-02-14 13:30 to 2026-02-14 17:30: makeUpWorkingDay 春节',
      '2026-02-14 17:30 to 2026-02-15 00:00: night ',
      '2026-02-15 00:00 to 2026-02-24 00:00: publicHoliday 春节',
      '2026-02-24 00:00 to 2026-02-24 08:30: night ',
      '2026-02-24 08:30 to 2026-02-24 11:30: openHours ',
    ]);
  });

  it('24 hours without public holidays stand still through them', () => {
    const target = { kind: 'elapsed', duration: 'PT24H', except: 'publicHolidays' };
    const { stretches } = told(target, '2026-02-14 18:00').explained();
    expect(stretches.map(s => `${local(s.from)} ${s.counted} ${s.why.name ?? s.why.kind}`)).toEqual([
      '2026-02-14 18:00 true aroundTheClock',
      '2026-02-15 00:00 false 春节',
      '2026-02-24 00:00 true aroundTheClock',
    ]);
  });

  it('a pause is told with its reason, and what is left while it lasts', () => {
    const story = told({ kind: 'workingTime', duration: 'PT8H' }, '2026-03-02 08:30');
    story.pause(at('2026-03-02 10:30'));
    const { leftMs, dueIfResumedAt } = story.explained(at('2026-03-03 08:30'));
    expect([leftMs, local(dueIfResumedAt ?? 0)]).toEqual([6 * 3_600_000, '2026-03-03 16:00']);
    story.resume(at('2026-03-03 08:30'));
    expect(story.explained().stretches.map(s => s.why.name ?? s.why.kind)).toEqual([
      'openHours',
      'awaitingSample',
      'openHours',
      'break',
      'openHours',
    ]);
  });
});
