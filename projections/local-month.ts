import { DAY_MS } from '../domain/time/local-date.ts';
import { stretchAt, zoneOffsets } from '../domain/time/time-zone.ts';

/** The civil month of an instant in a zone, as `2026-03`. */
export type MonthOf = (at: number) => string;

/** @param timeZone IANA name of the house's zone, by which reports and numbers are counted */
export function monthsIn(timeZone: string): MonthOf {
  const zone = zoneOffsets(timeZone);
  // Every clock and every case asks for it, most for a day that was asked for before.
  const known = new Map<number, string>();
  return at => {
    const localDay = Math.floor((at + (zone.offsetMs[stretchAt(zone, at)] ?? 0)) / DAY_MS);
    const before = known.get(localDay);
    if (before !== undefined) return before;
    const month = new Date(localDay * DAY_MS).toISOString().slice(0, 7);
    if (known.size > 10_000) known.clear();
    known.set(localDay, month);
    return month;
  };
}
