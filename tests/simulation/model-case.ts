import type { KnownTable } from './day-table.ts';
import { ModelClock, type Outcome, type OwnTime } from './model-clock.ts';
import { WallCalendar } from './wall-calendar.ts';

const HOUR_MS = 3_600_000;

/** The promises of one case on paper, and the calendars that people knew at each moment. */
export class ModelCase {
  readonly clocks: ModelClock[] = [];
  readonly #tables: readonly { readonly knownFrom: number; readonly calendar: WallCalendar }[];

  constructor(tables: readonly KnownTable[]) {
    this.#tables = tables.map(({ knownFrom, days }) => ({ knownFrom, calendar: new WallCalendar(days) }));
  }

  calendarAt(now: number): WallCalendar {
    const known = this.#tables.findLast(({ knownFrom }) => knownFrom <= now)?.calendar;
    if (known === undefined) throw new Error('no calendar was known');
    return known;
  }

  /** What time alone brings; a timer is looked at when its instant is past by the grace. */
  pass(to: number, graceMs: number): void {
    for (const clock of this.clocks) clock.pass(to - graceMs, at => this.calendarAt(at + graceMs));
  }

  start(
    name: string,
    own: OwnTime,
    startedAt: number,
    dueAt: number,
    now: number,
    looksTo?: string,
  ): ModelClock {
    const clock = new ModelClock(name, own, startedAt, dueAt, this.calendarAt(now), looksTo);
    this.clocks.push(clock);
    return clock;
  }

  /** Around the clock. */
  startElapsed(name: string, startedAt: number, hours: number, now: number): ModelClock {
    return this.start(name, 'elapsed', startedAt, startedAt + hours * HOUR_MS, now);
  }

  startWorkingDays(name: string, startedAt: number, days: number, now: number): ModelClock {
    return this.start(
      name,
      'working',
      startedAt,
      this.calendarAt(now).dueInWorkingDays(startedAt, days),
      now,
    );
  }

  /** The newest cycle. */
  clock(name: string): ModelClock | undefined {
    return this.clocks.findLast(clock => clock.name === name);
  }

  meet(name: string, at: number, now: number): void {
    this.clock(name)?.meet(at, this.calendarAt(now));
  }

  cancelOpen(): void {
    for (const clock of this.clocks) clock.cancel();
  }

  get outcomes(): readonly Outcome[] {
    return this.clocks.map(clock => clock.outcome);
  }
}
