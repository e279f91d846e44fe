import { dayOf, formatDay } from './local-date.ts';

/** Calendars answer for the local dates from here (inclusive) … */
export const HORIZON_FROM = '1960-01-01';
/** … to here (exclusive). */
export const HORIZON_TO = '2200-01-01';

export const HORIZON_FROM_DAY = dayOf(HORIZON_FROM);
export const HORIZON_TO_DAY = dayOf(HORIZON_TO);

/**
 * Thrown when an answer lies, or would be found only, outside the years a calendar is worked out for. The bounds
 * of `targetSchema` keep every sensible target far from it: it needs a start centuries away, or a calendar with
 * hardly any working time.
 */
export class BeyondHorizonError extends Error {
  override readonly name = 'BeyondHorizonError';

  constructor(what: string) {
    super(`${what} lies outside the years a calendar is worked out for (${HORIZON_FROM} to ${HORIZON_TO})`);
  }
}

/** A day for a message, were it beyond what a `Date` can hold. */
export function describeDay(day: number): string {
  return Math.abs(day) <= 1e8 ? `the date ${formatDay(day)}` : `day number ${day}`;
}
