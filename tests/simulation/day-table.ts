import { readFileSync } from 'node:fs';
import { sharedPath, sharedText } from '../shared-data.ts';

/** What a wall calendar of one year says of a date: off or worked. Dates that it does not name go by the weekday. */
export type DayTable = ReadonlyMap<string, { readonly off: boolean; readonly name: string }>;

/** A state of the calendar and the instant (epoch ms) from which people knew it. */
export interface KnownTable {
  readonly knownFrom: number;
  readonly days: DayTable;
}

export const KNOWN_THROUGH = '2021-12-31';

/**
 * China's calendar of 2019 to 2021 as it was known: May Day of 2019 was lengthened in March of that year, the Spring
 * Festival of 2020 at the end of January.
 */
export function knownTables(): readonly KnownTable[] {
  const published = new Map<string, { off: boolean; name: string }>();
  const file: { days: Record<string, { off: boolean; name: string }> } = JSON.parse(
    sharedText('data/cn-calendar/calendar-2007-2026.json'),
  );
  for (const [date, { off, name }] of Object.entries(file.days)) {
    if (date >= '2018-12-01' && date <= KNOWN_THROUGH) published.set(date, { off, name });
  }
  const first2019 = pointInTime('2019@20190309T004122-ef175409.json');
  const first2020 = pointInTime('2020@20191121T191051-be07ee7c.json');
  return [
    { knownFrom: 0, days: withYear(withYear(published, '2019', first2019), '2020', first2020) },
    { knownFrom: Date.parse('2019-03-22T12:00:00+08:00'), days: withYear(published, '2020', first2020) },
    { knownFrom: Date.parse('2020-01-27T12:00:00+08:00'), days: published },
  ];
}

function pointInTime(file: string): DayTable {
  const read: { days: { date: string; name: string; isOffDay: boolean }[] } = JSON.parse(
    readFileSync(sharedPath(`data/cn-calendar/point-in-time/${file}`), 'utf8'),
  );
  return new Map(read.days.map(({ date, name, isOffDay }) => [date, { off: isOffDay, name }]));
}

function withYear(days: DayTable, year: string, of: DayTable): DayTable {
  const kept = [...days].filter(([date]) => !date.startsWith(year));
  return new Map([...kept, ...[...of].filter(([date]) => date.startsWith(year))]);
}
