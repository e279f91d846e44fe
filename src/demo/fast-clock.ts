import type { WallClock } from '../clock.ts';
import { type Alarm, systemAlarm } from '../engine/alarm.ts';

/** Sleeps shorter than this would do nothing but turn. */
const SHORTEST_MS = 5;

/** A clock that stands still until it is started, and then runs so many times faster than the one on the wall. */
export class FastClock implements WallClock {
  readonly #startsAt: number;
  readonly #speed: number;
  #startedAt: number | undefined;

  /** @param startsAt UTC epoch milliseconds */
  constructor(startsAt: number, speed: number) {
    this.#startsAt = startsAt;
    this.#speed = speed;
  }

  now(): number {
    if (this.#startedAt === undefined) return this.#startsAt;
    return this.#startsAt + Math.floor((performance.now() - this.#startedAt) * this.#speed);
  }

  start(): void {
    this.#startedAt ??= performance.now();
  }

  /** Waits in the same fast time. */
  readonly alarm: Alarm = (callback, delayMs) =>
    systemAlarm(callback, Math.max(SHORTEST_MS, delayMs / this.#speed));
}
