import { KNOWN_THROUGH } from './day-table.ts';
import { dateOf, type WallCalendar } from './wall-calendar.ts';

const HOUR_MS = 3_600_000;

/** In what time a promise is counted: around the clock, or in working time. */
export type OwnTime = 'elapsed' | 'working';

/** What became of a promise, as the model and the engine are compared by. Instants are epoch milliseconds. */
export interface Outcome {
  readonly clock: string;
  readonly dueAt: number;
  readonly status: 'running' | 'paused' | 'breached' | 'met' | 'fulfilled' | 'cancelled';
  readonly warned: readonly string[];
  readonly breachedAt?: number;
  readonly escalated: readonly string[];
  readonly at?: number;
  readonly lateMs?: number;
  readonly pausedMs: number;
  readonly provisional: boolean;
}

interface Warning {
  readonly threshold: string;
  at: number;
  given?: boolean;
}

/** A promise as a careful person keeps it on paper (sla-semantics, "Clocks"). It shares nothing with the engine. */
export class ModelClock {
  readonly name: string;
  readonly startedAt: number;
  dueAt: number;
  status: Outcome['status'] = 'running';
  urgent = false;
  /** Rests on a date whose holidays are not published. */
  provisional = false;
  opensAt?: number;
  readonly #own: OwnTime;
  /** By which it was computed last. */
  #calendar: WallCalendar;
  #warnings: Warning[] = [];
  #breachedAt?: number;
  #levelTwoAt: number | undefined;
  #escalated: string[] = [];
  #pausedMs = 0;
  readonly #pauses: { readonly from: number; readonly to: number }[] = [];
  #pause: { since: number; leftMs: number; endsAt: number } | undefined;
  #result?: { at: number; lateMs: number };

  /** @param looksTo the last date that was looked at to find the deadline, where that is not its own */
  constructor(
    name: string,
    own: OwnTime,
    startedAt: number,
    dueAt: number,
    calendar: WallCalendar,
    looksTo = dateOf(dueAt),
  ) {
    this.name = name;
    this.#own = own;
    this.startedAt = startedAt;
    this.dueAt = dueAt;
    this.#calendar = calendar;
    this.#warnings = this.#warningsFrom(startedAt, calendar);
    this.provisional = own === 'working' && looksTo > KNOWN_THROUGH;
  }

  get isOpen(): boolean {
    return this.status === 'running' || this.status === 'paused' || this.status === 'breached';
  }

  /** What time alone brings, up to an instant; each by the calendar that is known then. */
  pass(to: number, knownAt: (at: number) => WallCalendar): void {
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.at > to) return;
      next.happens(knownAt(next.at));
    }
  }

  #next(): { at: number; happens: (known: WallCalendar) => void } | undefined {
    if (this.status === 'paused' && this.#pause !== undefined) {
      const { endsAt } = this.#pause;
      return { at: endsAt, happens: known => this.resume(endsAt, known) };
    }
    if (this.status === 'breached') {
      const at = this.#levelTwoAt;
      if (at === undefined) return undefined;
      return {
        at,
        happens: () => {
          this.#levelTwoAt = undefined;
          this.#escalated.push(`2 ${at}`);
        },
      };
    }
    if (this.status !== 'running') return undefined;
    const warning = this.#warnings
      .filter(({ given, at }) => given !== true && at < this.dueAt)
      .sort((a, b) => a.at - b.at)[0];
    if (warning !== undefined) {
      return {
        at: warning.at,
        happens: () => {
          warning.given = true;
        },
      };
    }
    return { at: this.dueAt, happens: () => this.#breach() };
  }

  #breach(): void {
    this.status = 'breached';
    this.#breachedAt = this.dueAt;
    this.#escalated.push(`1 ${this.dueAt}`);
    if (this.urgent) this.#escalated.push(`2 ${this.dueAt}`);
    else this.#levelTwoAt = this.#layOn(this.dueAt, 4 * HOUR_MS, this.#calendar);
  }

  /** The fact that keeps the promise: late, the breach is recorded with it. */
  meet(at: number, known: WallCalendar): void {
    if (!this.isOpen) return;
    if (this.status === 'paused') this.resume(at, known);
    if (this.status === 'running' && at <= this.dueAt) {
      this.status = 'met';
      this.#result = { at, lateMs: at - this.dueAt };
      return;
    }
    if (this.status === 'running') this.#breach();
    this.status = 'fulfilled';
    this.#result = { at, lateMs: at - this.dueAt };
  }

  canPause(at: number): boolean {
    return this.status === 'running' && at >= this.startedAt && at < this.dueAt;
  }

  pause(at: number, known: WallCalendar): void {
    this.status = 'paused';
    const endsAt = known.dueInWorkingDays(at, 5);
    this.#pause = { since: at, leftMs: this.#between(at, this.dueAt, this.#calendar), endsAt };
  }

  /** The time left is laid on again, for the deadline and for each warning not yet given. */
  resume(at: number, known: WallCalendar): void {
    const pause = this.#pause;
    if (pause === undefined) return;
    const from = Math.min(at, pause.endsAt);
    for (const warning of this.#warnings) {
      if (warning.given === true) continue;
      const leftMs = warning.at <= pause.since ? 0 : this.#between(pause.since, warning.at, this.#calendar);
      warning.at = Math.max(warning.at, this.#layOn(from, leftMs, known));
    }
    this.dueAt = Math.max(this.dueAt, this.#layOn(from, pause.leftMs, known));
    this.#warnings = this.#warnings.filter(w => w.given === true || w.threshold !== 'closedTime');
    if (!this.#warnings.some(w => w.threshold === 'closedTime')) this.#warnInClosedTime(from, known);
    this.#calendar = known;
    this.#judgeProvisional();
    this.#pausedMs += from - pause.since;
    this.#pauses.push({ from: pause.since, to: from });
    this.#pause = undefined;
    this.status = 'running';
  }

  /** Urgency, or anything else that bounds the deadline: warnings not yet given are computed again. */
  hurry(at: number, notLaterThan: number, known: WallCalendar): void {
    this.dueAt = Math.min(this.dueAt, notLaterThan);
    this.urgent = true;
    this.#judgeProvisional();
    const given = this.#warnings.filter(w => w.given === true);
    const anew = this.#warningsFrom(this.startedAt, known).filter(
      w => !given.some(g => g.threshold === w.threshold),
    );
    // One that lies in the past by now is due now, not before it was known.
    for (const warning of anew) warning.at = Math.max(warning.at, Math.min(at, this.dueAt));
    this.#warnings = [...given, ...anew];
    this.#calendar = known;
  }

  cancel(): void {
    if (this.isOpen) this.status = 'cancelled';
  }

  get outcome(): Outcome {
    return {
      clock: this.name,
      dueAt: this.dueAt,
      status: this.status,
      warned: this.#warnings
        .filter(w => w.given === true)
        .map(w => `${w.threshold} ${w.at}`)
        .sort(),
      escalated: this.#escalated.toSorted(),
      pausedMs: this.#pausedMs,
      provisional: this.provisional,
      ...(this.#breachedAt === undefined ? {} : { breachedAt: this.#breachedAt }),
      ...this.#result,
    };
  }

  #warningsFrom(from: number, calendar: WallCalendar): Warning[] {
    // Whole seconds have whole fifths of milliseconds.
    const at = this.#fourFifths(from, calendar);
    const before = this.#warnings;
    this.#warnings = at < this.dueAt ? [{ threshold: '0.8', at }] : [];
    this.#warnInClosedTime(from, calendar);
    const made = this.#warnings;
    this.#warnings = before;
    return made;
  }

  /** Of the time that counts: what passed in a pause does not. */
  #fourFifths(from: number, calendar: WallCalendar): number {
    const stood = this.#pauses.reduce((sum, p) => sum + this.#between(p.from, p.to, calendar), 0);
    let left = ((this.#between(from, this.dueAt, calendar) - stood) * 4) / 5;
    let at = from;
    for (const pause of this.#pauses) {
      const before = this.#between(at, pause.from, calendar);
      if (left <= before) return this.#layOn(at, left, calendar);
      left -= before;
      at = pause.to;
    }
    return this.#layOn(at, left, calendar);
  }

  /** Due in closed time: one more at the last close before, at the start if that has passed. */
  #warnInClosedTime(from: number, calendar: WallCalendar): void {
    const lastClose = calendar.lastCloseBefore(this.dueAt);
    if (calendar.isOpen(this.dueAt) || lastClose === this.dueAt) return;
    const at = Math.max(from, lastClose);
    if (at < this.dueAt) this.#warnings.push({ threshold: 'closedTime', at });
  }

  #judgeProvisional(): void {
    this.provisional = this.#own === 'working' && dateOf(this.dueAt) > KNOWN_THROUGH;
  }

  #between(from: number, to: number, calendar: WallCalendar): number {
    return this.#own === 'elapsed' ? to - from : calendar.workBetween(from, to);
  }

  #layOn(from: number, ms: number, calendar: WallCalendar): number {
    return this.#own === 'elapsed' ? from + ms : calendar.addWork(from, ms);
  }
}
