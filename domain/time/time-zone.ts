import { HORIZON_FROM_DAY, HORIZON_TO_DAY } from './horizon.ts';
import { DAY_MS } from './local-date.ts';

/**
 * The offsets of a zone as stretches of constant offset: from `startsAt[i]` (inclusive, the first is -Infinity) to
 * `startsAt[i + 1]`, local time is UTC plus `offsetMs[i]`. A local time is given in milliseconds as if it were UTC.
 */
export interface ZoneOffsets {
  readonly startsAt: readonly number[];
  readonly offsetMs: readonly number[];
}

const zones = new Map<string, ZoneOffsets>();

/** Whether this is the name of a zone the runtime knows; a bare offset (`+08:00`) is no name. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Reads the runtime's zone data once a zone; a zone name that is unknown is a bug by now. */
export function zoneOffsets(timeZone: string): ZoneOffsets {
  const known = zones.get(timeZone);
  if (known) return known;
  const read = readZone(timeZone);
  zones.set(timeZone, read);
  return read;
}

function readZone(timeZone: string): ZoneOffsets {
  // Two days of margin: a local date may begin a day away from the UTC date.
  const endAt = (HORIZON_TO_DAY + 2) * DAY_MS;
  let at = Temporal.Instant.fromEpochMilliseconds((HORIZON_FROM_DAY - 2) * DAY_MS).toZonedDateTimeISO(
    timeZone,
  );
  const startsAt = [Number.NEGATIVE_INFINITY];
  const offsetMs = [at.offsetNanoseconds / 1e6];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (!next || next.epochMilliseconds > endAt) return { startsAt, offsetMs };
    startsAt.push(next.epochMilliseconds);
    offsetMs.push(next.offsetNanoseconds / 1e6);
    at = next;
  }
}

/** The stretch that holds the instant. */
export function stretchAt(zone: ZoneOffsets, at: number): number {
  let [low, high] = [0, zone.startsAt.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((zone.startsAt[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function offsetAt(zone: ZoneOffsets, at: number): number {
  return zone.offsetMs[stretchAt(zone, at)] ?? 0;
}

/** The local date, as a day number, on which the instant lies. */
export function localDayAt(zone: ZoneOffsets, at: number): number {
  return Math.floor((at + offsetAt(zone, at)) / DAY_MS);
}

/**
 * The instant of a local time: the earlier where the clock shows it twice, the first instant after the gap where
 * it is skipped.
 */
export function instantOfLocal(zone: ZoneOffsets, localMs: number): number {
  // No offset is more than a day and a half off: earlier stretches cannot hold it.
  for (let i = stretchAt(zone, localMs - 1.5 * DAY_MS); i < zone.startsAt.length; i++) {
    const [startAt, offset] = [zone.startsAt[i] ?? 0, zone.offsetMs[i] ?? 0];
    const endAt = zone.startsAt[i + 1] ?? Number.POSITIVE_INFINITY;
    const at = localMs - offset;
    if (at >= startAt && at < endAt) return at;
    const gapTo = endAt + (zone.offsetMs[i + 1] ?? 0);
    if (at >= endAt && localMs < gapTo) return endAt;
  }
  throw new Error('unreachable: the last stretch of a zone has no end');
}
