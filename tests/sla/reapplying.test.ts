import { describe, expect, it } from 'vitest';
import type { Folded } from '../../domain/case/event-definition.ts';
import { type Clock, evolveClocks } from '../../domain/sla/clock.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import type { SlaEvent } from '../../domain/sla/events.ts';
import { pauseClock, resumeClock } from '../../domain/sla/pausing.ts';
import { startClock } from '../../domain/sla/promises.ts';
import { reapplyClocks } from '../../domain/sla/reapplying.ts';
import { rescheduleClock } from '../../domain/sla/rescheduling.ts';
import type { SlaContext } from '../../domain/sla/schedule.ts';
import { hurryClock } from '../../domain/sla/urgency.ts';
import { type CalendarVersion, compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';

const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
const local = (instant: number): string =>
  Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO('Asia/Shanghai')
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
    .replace('T', ' ');

const OWNER = { lifecycle: 'complaint', facts: { priority: 'normal' } } as const;
const first = chinaCalendar();
/** Version 2 closes what is given. */
const closing = (...dates: readonly string[]): CalendarVersion => ({
  ...chinaCalendar(2),
  exceptions: {
    ...first.exceptions,
    ...Object.fromEntries(
      dates.map(date => [date, { kind: 'companyShutdown' as const, name: 'flood', intervals: [] }]),
    ),
  },
});

function contextAt(now: string, calendar: CalendarVersion = first): SlaContext {
  return {
    now: at(now),
    policy: defaultPolicy(),
    calendar: compileCalendar(calendar),
    calendarOf: ({ version }) => compileCalendar(version === 1 ? first : calendar),
    organisation: { onDuty: [], heads: [] },
  };
}

function fold(clocks: readonly Clock[], events: readonly SlaEvent[]): readonly Clock[] {
  return events.reduce(
    (before, event, index) =>
      evolveClocks(before, {
        ...event,
        revision: index,
        commandId: 'c',
        actorId: 'a',
        decidedAt: 0,
      } as Folded<SlaEvent>),
    clocks,
  );
}

/** A decision promised on a Monday at 10:00, within five working days: due the Monday after. */
const STARTED = '2026-06-01 10:00';
const started = () => fold([], startClock(contextAt(STARTED), OWNER, [], 'decision', at(STARTED)));
const moved = (clocks: readonly Clock[], now: string, calendar: CalendarVersion) => {
  const events = reapplyClocks(contextAt(now, calendar), OWNER, clocks, {
    because: 'calendar',
    provisionalOnly: false,
  });
  return { events, clocks: fold(clocks, events) };
};
const dueOf = (clocks: readonly Clock[]) => clocks.map(({ schedule }) => local(schedule.dueAt));

describe('a calendar laid on a promise that runs', () => {
  it('counts a day that is closed now, once', () => {
    expect(dueOf(started())).toEqual(['2026-06-08 10:00']);
    const { clocks, events } = moved(started(), '2026-06-02 09:00', closing('2026-06-03'));
    expect(dueOf(clocks)).toEqual(['2026-06-09 10:00']);
    expect(events[0]).toMatchObject({ data: { because: 'calendar', previousDueAt: at('2026-06-08 10:00') } });
    expect(moved(clocks, '2026-06-02 09:01', closing('2026-06-03')).events).toEqual([]);
  });

  it('says nothing where nothing moves', () => {
    expect(moved(started(), '2026-06-02 09:00', closing('2026-06-20')).events).toEqual([]);
  });

  it('does not count twice what lies in a pause', () => {
    const running = started();
    const [clock] = running;
    if (clock === undefined) throw new Error('no clock');
    const paused = fold(
      running,
      pauseClock(contextAt('2026-06-02 10:00'), clock, at('2026-06-02 10:00'), 'awaitingCustomer'),
    );
    const [stopped] = paused;
    if (stopped === undefined) throw new Error('no clock');
    const resumed = fold(
      paused,
      resumeClock(contextAt('2026-06-04 10:00'), stopped, at('2026-06-04 10:00'), 'message'),
    );
    expect(dueOf(resumed)).toEqual(['2026-06-10 10:00']);
    // The third lies in the pause, the fifth after it.
    expect(moved(resumed, '2026-06-04 11:00', closing('2026-06-03')).events).toEqual([]);
    expect(dueOf(moved(resumed, '2026-06-04 11:00', closing('2026-06-05')).clocks)).toEqual([
      '2026-06-11 10:00',
    ]);
  });

  it('leaves an appointment where it was agreed', () => {
    const running = started();
    const agreed = fold(
      running,
      running.map(clock =>
        rescheduleClock(
          contextAt('2026-06-01 11:00'),
          OWNER,
          clock,
          'agreedWithCustomer',
          at('2026-06-12 15:00'),
        ),
      ),
    );
    expect(dueOf(moved(agreed, '2026-06-02 09:00', closing('2026-06-03')).clocks)).toEqual([
      '2026-06-12 15:00',
    ]);
  });

  it('counts an urgency confirmed midway anew from its confirmation', () => {
    const running = started();
    const hurried = fold(
      running,
      running.flatMap(clock => hurryClock(contextAt('2026-06-02 10:00'), OWNER, clock)),
    );
    expect(dueOf(hurried)).toEqual(['2026-06-03 10:00']);
    const { clocks } = moved(hurried, '2026-06-02 11:00', closing('2026-06-03'));
    expect(dueOf(clocks)).toEqual(['2026-06-04 10:00']);
    expect(clocks[0]?.moves).toMatchObject([
      { kind: 'bound', at: at('2026-06-02 10:00'), dueAt: at('2026-06-04 10:00'), urgent: true },
    ]);
  });

  it('leaves four working hours where the deadline comes earlier, or what there was', () => {
    const late = fold(
      [],
      startClock(contextAt(STARTED, closing('2026-06-03')), OWNER, [], 'decision', at(STARTED)),
    );
    expect(dueOf(late)).toEqual(['2026-06-09 10:00']);
    const back: CalendarVersion = { ...chinaCalendar(3) };
    const opened = (now: string) => {
      const context = { ...contextAt(now, back), calendarOf: () => compileCalendar(closing('2026-06-03')) };
      return dueOf(
        fold(late, reapplyClocks(context, OWNER, late, { because: 'calendar', provisionalOnly: false })),
      );
    };
    expect(opened('2026-06-04 10:00')).toEqual(['2026-06-08 10:00']);
    // 11:00, an hour to noon and three after 13:30.
    expect(opened('2026-06-08 11:00')).toEqual(['2026-06-08 16:30']);
    expect(opened('2026-06-09 09:00')).toEqual(['2026-06-09 10:00']);
  });

  it('leaves a breach and what has fallen due', () => {
    expect(moved(started(), '2026-06-08 10:00', closing('2026-06-03')).events).toEqual([]);
    expect(moved(started(), '2026-06-08 09:59', closing('2026-06-03')).events).toHaveLength(1);
  });

  it('keeps an acknowledgement from falling due after the first reply', () => {
    const both = fold(
      [],
      [
        ...startClock(contextAt('2026-06-05 16:00'), OWNER, [], 'firstReply', at('2026-06-05 16:00')),
        ...startClock(contextAt('2026-06-05 16:00'), OWNER, [], 'acknowledgement', at('2026-06-05 16:00'), {
          notLaterThan: at('2026-06-06 16:00'),
        }),
      ],
    );
    expect(dueOf(both)).toEqual(['2026-06-06 16:00', '2026-06-06 16:00']);
    expect(dueOf(moved(both, '2026-06-05 16:30', closing('2026-06-08')).clocks)).toEqual([
      '2026-06-06 16:00',
      '2026-06-06 16:00',
    ]);
  });

  it('finds no unknown day in a promise that ends at midnight with the last known one', () => {
    // A Thursday night shift, to the end of the year.
    const nights: CalendarVersion = {
      ...first,
      week: { ...first.week, thu: [['16:00', '24:00']] },
      knownThrough: '2026-12-31',
    };
    const asked = startClock(
      contextAt('2026-12-31 10:00', nights),
      OWNER,
      [],
      'acknowledgement',
      at('2026-12-31 20:00'),
    );
    const clocks = fold([], asked);
    expect(clocks.map(c => [local(c.schedule.dueAt), c.schedule.provisional])).toEqual([
      ['2027-01-01 00:00', false],
    ]);
    const busier = { ...nights, version: 2, week: { ...nights.week, thu: [['15:00', '24:00'] as const] } };
    const change = { because: 'calendar', provisionalOnly: false } as const;
    const context = { ...contextAt('2026-12-31 21:00', busier), calendarOf: () => compileCalendar(nights) };
    expect(reapplyClocks(context, OWNER, clocks, change)).toEqual([]);
  });
});
