/** The only source of time in the house: tests and simulations put their own in its place. */
export interface WallClock {
  /** UTC epoch milliseconds. */
  now(): number;
}

export const systemClock: WallClock = { now: () => Date.now() };
