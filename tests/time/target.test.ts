import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import {
  afterPause,
  allowanceMs,
  closedTimeWarning,
  dueOf,
  layOn,
  parseDurationMs,
  type Target,
  targetSchema,
  timeLeft,
  warningAt,
} from '../../domain/time/target.ts';
import { calendarIn, instantIn, WINDOW_DAYS, WINDOWS, type Window } from './arbitrary-calendar.ts';
import { WalkedCalendar } from './walked-calendar.ts';

const china = compileCalendar(chinaCalendar());
const at = (text: string) => Date.parse(`${text}+08:00`);
const HOUR_MS = 3_600_000;

const duration = fc.integer({ min: 0, max: 60 * 3600 }).map(seconds => `PT${seconds}S`);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ kind: fc.constant('elapsed' as const), duration }),
  fc.record({
    kind: fc.constant('elapsed' as const),
    duration,
    except: fc.constant('publicHolidays' as const),
  }),
  fc.record({ kind: fc.constant('workingTime' as const), duration }),
  fc.record({
    kind: fc.constant('workingDays' as const),
    count: fc.integer({ min: 1, max: 12 }),
    countFrom: fc.constantFrom('receipt' as const, 'nextDay' as const),
  }),
  fc.record({ kind: fc.constant('before' as const) }),
);
const drawn = fc.constantFrom(...WINDOWS).chain(window =>
  fc.record({
    version: calendarIn(window),
    target,
    start: instantIn(window, 6),
    anchorAt: instantIn(window, 10),
    pausedAfter: fc.double({ min: 0, max: 0.999, noNaN: true }),
    pausedMs: fc.integer({ min: 0, max: 200 * HOUR_MS }),
    longerMs: fc.integer({ min: 0, max: 50 * HOUR_MS }),
    fraction: fc.integer({ min: 1, max: 99 }).map(percent => percent / 100),
  }),
);

describe.each(WINDOWS)(
  'working days in $timeZone from $from ($what) are counted as the page says:',
  window => {
    const asked = fc.record({
      version: calendarIn(window),
      start: instantIn(window, 4),
      count: fc.integer({ min: 1, max: 4 }),
    });
    const walked = (version: Parameters<typeof compileCalendar>[0], { timeZone, from }: Window) => {
      if (timeZone !== version.timeZone) throw new Error('another zone');
      return new WalkedCalendar(version, Date.parse(`${from}T00:00:00Z`), WINDOW_DAYS);
    };
    const inWindow = (due: number) =>
      due < Date.parse(`${window.from}T00:00:00Z`) + (WINDOW_DAYS - 1) * 24 * HOUR_MS;

    test('from the receipt', () =>
      fc.assert(
        fc.property(asked, ({ version, start, count }) => {
          const expected = walked(version, window).dueInWorkingDays(count, start);
          const promised: Target = { kind: 'workingDays', count, countFrom: 'receipt' };
          if (expected !== undefined && inWindow(expected)) {
            expect(dueOf(promised, start, compileCalendar(version)).dueAt).toBe(expected);
          }
        }),
        { numRuns: 25 },
      ));

    test('from the next day', () =>
      fc.assert(
        fc.property(asked, ({ version, start, count }) => {
          const expected = walked(version, window).dueFromNextDay(count, start);
          const promised: Target = { kind: 'workingDays', count, countFrom: 'nextDay' };
          if (expected !== undefined && inWindow(expected)) {
            expect(dueOf(promised, start, compileCalendar(version)).dueAt).toBe(expected);
          }
        }),
        { numRuns: 12 },
      ));
  },
);

describe('a due instant, of any target on any calendar,', () => {
  test('is never before the start', () =>
    fc.assert(
      fc.property(drawn, ({ version, target, start, anchorAt }) => {
        const { dueAt } = dueOf(target, start, compileCalendar(version), { at: anchorAt });
        expect(dueAt).toBeGreaterThanOrEqual(start);
      }),
    ));

  test('is never earlier for more of the same', () =>
    fc.assert(
      fc.property(
        drawn,
        fc.nat(72 * 3600),
        fc.nat(5),
        ({ version, target, start, anchorAt }, seconds, days) => {
          const calendar = compileCalendar(version);
          const more: Target =
            target.kind === 'elapsed' || target.kind === 'workingTime'
              ? { ...target, duration: `PT${parseDurationMs(target.duration) / 1000 + seconds}S` }
              : target.kind === 'workingDays'
                ? { ...target, count: target.count + days }
                : target;
          const [less, later] = [target, more].map(t => dueOf(t, start, calendar, { at: anchorAt }).dueAt);
          expect(later).toBeGreaterThanOrEqual(less ?? Number.NaN);
        },
      ),
    ));

  test('is not moved by a pause that ends as it begins', () =>
    fc.assert(
      fc.property(drawn, ({ version, target, start, anchorAt, pausedAfter }) => {
        const calendar = compileCalendar(version);
        const { dueAt } = dueOf(target, start, calendar, { at: anchorAt });
        fc.pre(dueAt > start);
        const pausedAt = start + Math.floor((dueAt - start) * pausedAfter);
        expect(afterPause(target, dueAt, pausedAt, pausedAt, calendar)).toBe(dueAt);
      }),
    ));

  test('at an opening is not moved to the close before by a pause', () => {
    const promised: Target = { kind: 'workingDays', count: 1, countFrom: 'receipt' };
    const start = at('2026-01-08T13:30:00');
    const { dueAt } = dueOf(promised, start, china);
    expect(dueAt).toBe(at('2026-01-09T13:30:00'));
    expect(afterPause(promised, dueAt, start, start, china)).toBe(dueAt);
  });

  test('keeps the time left over a pause, and a longer pause never makes it earlier', () =>
    fc.assert(
      fc.property(drawn, ({ version, target, start, anchorAt, pausedAfter, pausedMs, longerMs }) => {
        const calendar = compileCalendar(version);
        const { dueAt } = dueOf(target, start, calendar, { at: anchorAt });
        fc.pre(dueAt > start);
        const pausedAt = start + Math.floor((dueAt - start) * pausedAfter);
        const after = afterPause(target, dueAt, pausedAt, pausedAt + pausedMs, calendar);
        expect(after).toBeGreaterThanOrEqual(dueAt);
        expect(timeLeft(target, pausedAt + pausedMs, after, calendar)).toBeGreaterThanOrEqual(
          timeLeft(target, pausedAt, dueAt, calendar),
        );
        expect(
          afterPause(target, dueAt, pausedAt, pausedAt + pausedMs + longerMs, calendar),
        ).toBeGreaterThanOrEqual(after);
      }),
    ));

  test('is warned of between start and due, at the fraction of the time there is', () =>
    fc.assert(
      fc.property(drawn, ({ version, target, start, anchorAt, fraction }) => {
        const calendar = compileCalendar(version);
        const { dueAt } = dueOf(target, start, calendar, { at: anchorAt });
        const warnedAt = warningAt(target, start, dueAt, fraction, calendar);
        expect(warnedAt).toBeGreaterThanOrEqual(start);
        expect(warnedAt).toBeLessThanOrEqual(dueAt);
        const allowance = allowanceMs(target, start, dueAt, calendar);
        expect(allowanceMs(target, start, warnedAt, calendar)).toBe(
          Math.floor((allowance * (fraction * 100)) / 100 + 1e-6),
        );
      }),
    ));
});

describe('calendar months', () => {
  const months = (options: Partial<Extract<Target, { kind: 'calendarMonths' }>>): Target => ({
    kind: 'calendarMonths',
    count: 1,
    roll: 'following',
    windowWorkingDays: 10,
    ...options,
  });
  const dateOf = (options: Parameters<typeof months>[0], date: string) =>
    dueOf(months(options), 0, china, { date }).date;

  test('are clamped to the length of the month', () => {
    expect(dateOf({ roll: 'none' }, '2026-03-31')).toBe('2026-04-30');
    expect(dateOf({ roll: 'none' }, '2024-01-31')).toBe('2024-02-29');
    expect(dateOf({ roll: 'none', count: 12 }, '2024-02-29')).toBe('2025-02-28');
  });

  test('are rolled to a working day as the policy says', () => {
    // Saturday 2026-05-30: the Monday after lies in June.
    const rolls = (['following', 'preceding', 'modifiedFollowing', 'none'] as const).map(roll =>
      dateOf({ roll }, '2026-04-30'),
    );
    expect(rolls).toEqual(['2026-06-01', '2026-05-29', '2026-05-29', '2026-05-30']);
  });

  test('count from the local date of an anchor instant, and of the start without one', () => {
    const lateOnTheLast = at('2026-03-31T23:30:00');
    expect(dueOf(months({ roll: 'none' }), 0, china, { at: lateOnTheLast }).date).toBe('2026-04-30');
    expect(dueOf(months({ roll: 'none' }), lateOnTheLast, china).date).toBe('2026-04-30');
  });

  test('open with the rolled date and fall due when the window closes, the opening day being the first', () => {
    expect(dueOf(months({ windowWorkingDays: 2 }), 0, china, { date: '2026-04-30' })).toEqual({
      date: '2026-06-01',
      opensAt: at('2026-06-01T08:30:00'),
      dueAt: at('2026-06-02T17:30:00'),
      provisional: false,
    });
  });

  test.each(['preceding', 'modifiedFollowing'] as const)(
    'rolled back by %s from a date that is not known yet are provisional: it may become a working day',
    roll => {
      // Friday 2026-05-29 is known, Saturday the 30th is not.
      const calendar = compileCalendar({ ...chinaCalendar(), knownThrough: '2026-05-29' });
      const { date, provisional } = dueOf(months({ roll, windowWorkingDays: 1 }), 0, calendar, {
        date: '2026-04-30',
      });
      expect({ date, provisional }).toEqual({ date: '2026-05-29', provisional: true });
    },
  );

  test('go forward by modifiedFollowing where the whole month is closed', () => {
    const closed = { kind: 'companyShutdown', name: 'moving house', intervals: [] } as const;
    const may = Array.from({ length: 31 }, (_, i) => [`2026-05-${String(i + 1).padStart(2, '0')}`, closed]);
    const version = chinaCalendar();
    const calendar = compileCalendar({
      ...version,
      exceptions: { ...version.exceptions, ...Object.fromEntries(may) },
    });
    expect(dueOf(months({ roll: 'modifiedFollowing' }), 0, calendar, { date: '2026-04-20' }).date).toBe(
      '2026-06-01',
    );
  });
});

describe('before a date', () => {
  test('needs the date', () => {
    expect(() => dueOf({ kind: 'before' }, 0, china)).toThrow('needs an anchor');
  });
});

describe('a warning', () => {
  const second: Target = { kind: 'elapsed', duration: 'PT0.1S' };

  test.each([
    // 100 × 0.29 is 28.999999999999996 in floats, 100 × 0.07 is 7.000000000000001.
    [0.29, 29],
    [0.07, 7],
    [0.125, 12],
    [1e-7, 0],
  ])('at %d of a tenth of a second comes after %i ms', (fraction, afterMs) => {
    expect(warningAt(second, 0, 100, fraction, china)).toBe(afterMs);
  });

  test('of a part of a millisecond past a close comes at the next opening', () => {
    // One ms before the close, a ms of 1.5 ms: half a millisecond of the next day is needed.
    const start = at('2026-01-09T17:29:59.999');
    const work: Target = { kind: 'workingTime', duration: 'PT0.003S' };
    const { dueAt } = dueOf(work, start, china);
    expect(warningAt(work, start, dueAt, 0.5, china)).toBe(at('2026-01-12T08:30:00'));
  });
});

describe('a promise due in closed time', () => {
  test('on a Saturday evening is warned of at the close of Friday', () => {
    expect(closedTimeWarning(at('2026-01-08T19:00:00'), at('2026-01-10T19:00:00'), china)).toBe(
      at('2026-01-09T17:30:00'),
    );
  });

  test('is warned of at its start, where the last close before it has passed by then', () => {
    expect(closedTimeWarning(at('2026-01-10T09:00:00'), at('2026-01-11T09:00:00'), china)).toBe(
      at('2026-01-10T09:00:00'),
    );
  });

  test('is none while open, nor at the close itself', () => {
    expect(closedTimeWarning(at('2026-01-08T10:00:00'), at('2026-01-09T10:00:00'), china)).toBeUndefined();
    expect(closedTimeWarning(at('2026-01-08T10:00:00'), at('2026-01-09T17:30:00'), china)).toBeUndefined();
  });
});

describe('the time left', () => {
  test('is plain time for elapsed, working time for working days', () => {
    const [friday, monday] = [at('2026-01-09T16:30:00'), at('2026-01-12T09:30:00')];
    expect(timeLeft({ kind: 'elapsed', duration: 'PT65H' }, friday, monday, china)).toBe(65 * HOUR_MS);
    expect(timeLeft({ kind: 'workingDays', count: 1, countFrom: 'receipt' }, friday, monday, china)).toBe(
      2 * HOUR_MS,
    );
  });

  test('is laid on again from where a pause ends', () => {
    const resumed = at('2026-01-10T12:00:00');
    expect(layOn({ kind: 'elapsed', duration: 'PT2H' }, resumed, HOUR_MS, china)).toBe(resumed + HOUR_MS);
    expect(layOn({ kind: 'workingTime', duration: 'PT2H' }, resumed, HOUR_MS, china)).toBe(
      at('2026-01-12T09:30:00'),
    );
  });
});

describe('a target', () => {
  test.each([
    [{ kind: 'elapsed', duration: '24 hours' }],
    [{ kind: 'elapsed', duration: 'P1D' }],
    [{ kind: 'elapsed', duration: 'PT' }],
    [{ kind: 'elapsed', duration: 'PT999999999H' }],
    [{ kind: 'elapsed', duration: 'PT24H', except: 'weekends' }],
    [{ kind: 'workingTime', duration: 'PT-1H' }],
    [{ kind: 'workingDays', count: 0 }],
    [{ kind: 'workingDays', count: 1.5 }],
    [{ kind: 'calendarMonths', count: 1, roll: 'backwards' }],
    [{ kind: 'lunarMonths', count: 1 }],
  ])('like %j is refused', wrong => {
    expect(targetSchema.safeParse(wrong).success).toBe(false);
  });

  test('has its defaults', () => {
    expect(targetSchema.parse({ kind: 'workingDays', count: 5 })).toEqual({
      kind: 'workingDays',
      count: 5,
      countFrom: 'receipt',
    });
    expect(targetSchema.parse({ kind: 'calendarMonths', count: 3 })).toEqual({
      kind: 'calendarMonths',
      count: 3,
      roll: 'following',
      windowWorkingDays: 10,
    });
  });

  test.each([
    ['PT24H', 24 * HOUR_MS],
    ['PT1H30M', 1.5 * HOUR_MS],
    ['PT10H49M7S', 38_947_000],
    ['PT0.5S', 500],
    ['PT0S', 0],
  ])('of %s lasts %i ms', (iso, ms) => {
    expect(parseDurationMs(iso)).toBe(ms);
  });
});
