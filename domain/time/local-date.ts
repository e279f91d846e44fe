/**
 * Civil dates as day numbers: days since 1970-01-01, the date alone, in no zone. Proleptic Gregorian.
 */
export const DAY_MS = 86_400_000;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** 'YYYY-MM-DD' to its day number; undefined for anything else and for a date that does not exist. */
export function parseDate(date: string): number | undefined {
  const match = DATE.exec(date);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return dayNumber(year, month, day);
}

/** As `parseDate`; a text that is no date is a bug of the caller, who validates at the door. */
export function dayOf(date: string): number {
  const day = parseDate(date);
  if (day === undefined) throw new Error(`not a date: ${JSON.stringify(date)}`);
  return day;
}

/** Day number to 'YYYY-MM-DD'. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Monday is 0, Sunday 6. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** `month` is 1–12. */
function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

/** The same day of the month `count` months on, clamped to that month's length. */
export function addMonths(day: number, count: number): number {
  const { year, month, dayOfMonth } = civil(day);
  const months = year * 12 + (month - 1) + count;
  const [toYear, toMonth] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  return dayNumber(toYear, toMonth, Math.min(dayOfMonth, daysInMonth(toYear, toMonth)));
}

/** The last day of the month of `day`. */
export function endOfMonth(day: number): number {
  const { year, month } = civil(day);
  return dayNumber(year, month, daysInMonth(year, month));
}

function civil(day: number): { year: number; month: number; dayOfMonth: number } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() };
}

/** A month of 13 is the January after. `Date.UTC` would take the years 0–99 for 1900–1999. */
function dayNumber(year: number, month: number, dayOfMonth: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, dayOfMonth) / DAY_MS;
}
