import type { Alarm } from '../../src/engine/alarm.ts';

/** A clock that stands until it is moved, and alarms that go off as it passes them. */
export class VirtualTime {
  at: number;
  /** The longest delay that was asked for. */
  longestDelayMs = 0;
  rings = 0;
  #alarms: { readonly at: number; readonly callback: () => void }[] = [];

  constructor(at: number) {
    this.at = at;
  }

  now = (): number => this.at;

  alarm: Alarm = (callback, delayMs) => {
    this.longestDelayMs = Math.max(this.longestDelayMs, delayMs);
    const own = { at: this.at + delayMs, callback };
    this.#alarms.push(own);
    return () => {
      this.#alarms = this.#alarms.filter(other => other !== own);
    };
  };

  /** Lets time pass; all that an alarm sets off has ended before the next. */
  async pass(ms: number): Promise<void> {
    const until = this.at + ms;
    await quiet();
    for (;;) {
      const [next] = this.#alarms.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#alarms = this.#alarms.filter(other => other !== next);
      this.at = Math.max(this.at, next.at);
      this.rings++;
      next.callback();
      await quiet();
    }
    this.at = until;
  }

  /** The machine slept: no alarm went off meanwhile. */
  jump(ms: number): void {
    this.at += ms;
  }
}

/** Everything in memory that is on its way has come to its end. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await new Promise(resolve => setImmediate(resolve));
}
