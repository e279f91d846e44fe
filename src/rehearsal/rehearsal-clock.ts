import type { WallClock } from '../clock.ts';

/** A clock that stands still until it is told what time it is: forwards only. */
export class RehearsalClock implements WallClock {
  #at: number;

  /** @param startsAt UTC epoch milliseconds */
  constructor(startsAt: number) {
    this.#at = startsAt;
  }

  now(): number {
    return this.#at;
  }

  /** An instant that has passed changes nothing. */
  moveTo(at: number): void {
    this.#at = Math.max(this.#at, at);
  }
}
