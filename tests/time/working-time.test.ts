import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CalendarVersion, compileCalendar } from '../../domain/time/calendar.ts';
import { calendarIn, instantIn, WINDOW_DAYS, WINDOWS, type Window } from './arbitrary-calendar.ts';
import { WalkedCalendar } from './walked-calendar.ts';

const HOUR_MS = 3_600_000;
const workMs = fc.oneof(
  fc.integer({ min: 0, max: 40 * HOUR_MS }),
  fc.integer({ min: 0, max: 40 * 60 }).map(minutes => minutes * 60_000),
);

const drawn = fc.constantFrom(...WINDOWS).chain(window =>
  fc.record({
    version: calendarIn(window),
    at: instantIn(window, 8),
    to: instantIn(window, 8),
    between: instantIn(window, 8),
    ms: workMs,
    more: workMs,
  }),
);

function walked(version: CalendarVersion, window: Window): WalkedCalendar {
  return new WalkedCalendar(version, Date.parse(`${window.from}T00:00:00Z`), WINDOW_DAYS);
}

describe.each(WINDOWS)(
  'working time in $timeZone from $from ($what) is what a walk from minute to minute finds:',
  window => {
    const asked = fc.record({
      version: calendarIn(window),
      at: instantIn(window, 8),
      to: instantIn(window, 8),
      ms: workMs,
    });
    const law = (
      check: (
        slow: WalkedCalendar,
        fast: ReturnType<typeof compileCalendar>,
        q: { at: number; to: number; ms: number },
      ) => void,
    ) =>
      fc.assert(
        fc.property(asked, ({ version, ...question }) =>
          check(walked(version, window), compileCalendar(version), question),
        ),
        { numRuns: 12 },
      );

    test('whether an instant is working time', () =>
      law((slow, fast, { at }) => {
        expect(fast.isWorkingTime(at)).toBe(slow.isWorkingTime(at));
      }));

    test('the local date', () =>
      law((slow, fast, { at }) => {
        expect(fast.localDate(at)).toBe(slow.dateOf(at));
      }));

    test('the next opening', () =>
      law((slow, fast, { at }) => {
        const expected = slow.nextOpening(at);
        if (expected !== undefined) expect(fast.nextOpening(at)).toBe(expected);
      }));

    test('the last close', () =>
      law((slow, fast, { at }) => {
        const expected = slow.lastCloseBefore(at);
        if (expected !== undefined) expect(fast.lastCloseBefore(at)).toBe(expected);
      }));

    test('the working time between two instants', () =>
      law((slow, fast, { at, to }) => {
        const [from, until] = [Math.min(at, to), Math.max(at, to)];
        expect(fast.workingMsBetween(from, until)).toBe(slow.between(from, until));
      }));

    test('the instant a span of working time later', () =>
      law((slow, fast, { at, ms }) => {
        const expected = slow.add(at, ms);
        if (expected !== undefined) expect(fast.addWorkingMs(at, ms)).toBe(expected);
      }));

    test('the working days, their first openings and last closes', () =>
      law((slow, fast, { at }) => {
        const date = slow.dateOf(at) ?? '';
        expect([fast.isWorkingDay(date), fast.firstOpeningOf(date), fast.lastCloseOf(date)]).toEqual([
          slow.workingDates().includes(date),
          slow.firstOpeningOf(date),
          slow.lastCloseOf(date),
        ]);
      }));

    test('the next working days', () =>
      law((slow, fast, { at }) => {
        const date = slow.dateOf(at) ?? '';
        const after = slow.workingDates().filter(working => working > date);
        const next = after.slice(0, 3).map((_, i) => fast.addWorkingDays(date, i + 1));
        // The window's last date may be cut short.
        expect(next.filter(found => found < (after.at(-1) ?? ''))).toEqual(
          after.slice(0, 3).filter(found => found < (after.at(-1) ?? '')),
        );
      }));
  },
);

describe('working time, on any calendar,', () => {
  test('adds up over the parts of a span', () =>
    fc.assert(
      fc.property(drawn, ({ version, at, between, to }) => {
        const calendar = compileCalendar(version);
        expect(calendar.workingMsBetween(at, between) + calendar.workingMsBetween(between, to)).toBe(
          calendar.workingMsBetween(at, to),
        );
      }),
    ));

  test('is used up at the earliest instant there is', () =>
    fc.assert(
      fc.property(drawn, ({ version, at, ms }) => {
        const calendar = compileCalendar(version);
        const due = calendar.addWorkingMs(at, ms + 1);
        expect(calendar.workingMsBetween(at, due)).toBe(ms + 1);
        expect(calendar.workingMsBetween(at, due - 1)).toBe(ms);
      }),
    ));

  test('added in two parts comes to the same as added at once', () =>
    fc.assert(
      fc.property(drawn, ({ version, at, ms, more }) => {
        const calendar = compileCalendar(version);
        fc.pre(more > 0);
        expect(calendar.addWorkingMs(calendar.addWorkingMs(at, ms), more)).toBe(
          calendar.addWorkingMs(at, ms + more),
        );
      }),
    ));

  test('is the same whatever was asked before, however far away', () =>
    fc.assert(
      fc.property(
        drawn,
        fc.array(fc.integer({ min: 0, max: Date.UTC(2190, 0, 1) })),
        ({ version, at, ms }, elsewhere) => {
          const [fresh, used] = [compileCalendar({ ...version }), compileCalendar({ ...version })];
          for (const instant of elsewhere) used.nextOpening(instant);
          expect(used.addWorkingMs(at, ms)).toBe(fresh.addWorkingMs(at, ms));
          expect(used.lastCloseBefore(at)).toBe(fresh.lastCloseBefore(at));
        },
      ),
      { numRuns: 20 },
    ));
});
