/** No longer at once: a change of the wall clock, or a machine that slept, is noticed within it. */
const LONGEST_MS = 60_000;

/** How the house waits; tests put virtual time in its place. Returns how to give it up. */
export type Alarm = (callback: () => void, delayMs: number) => () => void;

/** Calls back after the delay, after a minute at most (a long `setTimeout` overflows: nodejs/node#3512). */
export const systemAlarm: Alarm = (callback, delayMs) => {
  const timeout = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_MS));
  return () => clearTimeout(timeout);
};
