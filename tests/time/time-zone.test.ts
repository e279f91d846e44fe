import { expect, test } from 'vitest';
import { zoneOffsets } from '../../domain/time/time-zone.ts';
import { WINDOWS } from './arbitrary-calendar.ts';

const ZONES = [
  ...new Set(WINDOWS.map(window => window.timeZone)),
  'Africa/Casablanca',
  'America/Bogota',
  'UTC',
];

/** What `Intl` shows as the offset, in minutes: another reader of the zone data than ours. */
function shownOffset(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return at => {
    const match = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(format.format(at));
    return Number(`${match?.[1] ?? '+'}1`) * (Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0));
  };
}

test.each(ZONES)(
  'the offsets of %s are those on the wall, at every change and month of 1972 to 2040',
  timeZone => {
    const shown = shownOffset(timeZone);
    const { startsAt, offsetMs } = zoneOffsets(timeZone);
    const ours = (at: number) => (offsetMs[startsAt.findLastIndex(from => from <= at)] ?? 0) / 60_000;
    const [from, to] = [Date.UTC(1972, 0, 1), Date.UTC(2040, 0, 1)];
    const changes = startsAt.filter(at => at > from && at < to).flatMap(at => [at - 1, at]);
    const months = Array.from({ length: (2040 - 1972) * 12 }, (_, month) => Date.UTC(1972, month, 1));
    const wrong = [...changes, ...months]
      .filter(at => ours(at) !== shown(at))
      .map(at => new Date(at).toISOString());
    expect(wrong).toEqual([]);
  },
);
