import type { WorkingCalendar } from '../../domain/time/calendar.ts';

const HOUR_MS = 3_600_000;

/** One row of the demo's log: who did what about which complaint, and when. */
export interface DemoRow {
  readonly complaint: string;
  readonly n: number;
  readonly did: string;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  readonly data: object;
}

/** A complaint as it is told, step by step, in the house's working time. */
export class Story {
  readonly name: string;
  readonly rows: { readonly at: number; readonly row: DemoRow }[] = [];
  readonly #calendar: WorkingCalendar;
  #at: number;

  constructor(name: string, receivedAt: number, calendar: WorkingCalendar) {
    this.name = name;
    this.#at = receivedAt;
    this.#calendar = calendar;
  }

  get at(): number {
    return this.#at;
  }

  /** What somebody does now. */
  tell(did: string, by: string, data: object = {}): this {
    const row = {
      complaint: this.name,
      n: this.rows.length,
      did,
      by,
      at: new Date(this.#at).toISOString(),
      data,
    };
    this.rows.push({ at: this.#at, row });
    return this;
  }

  /** Working hours go by. */
  work(hours: number): this {
    this.#at = this.#toSecond(this.#calendar.addWorkingMs(this.#at, hours * HOUR_MS));
    return this;
  }

  /** Working days of eight hours go by. */
  workDays(days: number): this {
    return this.work(days * 8);
  }

  /** Hours go by, day and night: the customer's time. */
  pass(hours: number): this {
    this.#at = this.#toSecond(this.#at + hours * HOUR_MS);
    return this;
  }

  #toSecond(at: number): number {
    return Math.ceil(at / 1000) * 1000;
  }
}
