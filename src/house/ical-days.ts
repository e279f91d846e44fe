import ICAL from 'ical.js';
import { formatDay, parseDate } from '../../domain/time/local-date.ts';
import { isTimeZone } from '../../domain/time/time-zone.ts';

/** A run of local dates, both included; or why an event gives none. */
export type EventDays =
  | { readonly outcome: 'days'; readonly runs: readonly (readonly [string, string])[] }
  | { readonly outcome: 'refused'; readonly property: string; readonly message: string };

const MOST_OCCURRENCES = 1_000;
const MOST_DAYS = 366;

const refused = (property: string, message: string): EventDays => ({ outcome: 'refused', property, message });

/**
 * The days that an event covers in a zone. The end is exclusive, as RFC 5545 has it; an event that ends where it
 * begins is one day, as some feeds write it.
 * @param through repetitions after this date are left out
 * @param partOfADay of an event with times: the dates that it touches, rather than a refusal
 */
export function eventDays(
  vevent: ICAL.Component,
  zone: string,
  through: string,
  partOfADay: boolean,
): EventDays {
  const start = vevent.getFirstProperty('dtstart');
  if (start === null) return refused('BEGIN', 'has no DTSTART');
  for (const property of ['dtstart', 'dtend', 'rdate', 'exdate']) {
    const wrong = wrongDate(vevent, property) ?? unknownZone(vevent, property);
    if (wrong !== undefined) return refused(property.toUpperCase(), wrong);
  }
  const rules = vevent.getAllProperties('rrule');
  const rule = rules[0]?.getFirstValue();
  const wrongRule = rules.length > 1 ? 'gives two rules' : refusedRule(rule, start.getFirstValue());
  if (wrongRule !== undefined) return refused('RRULE', wrongRule);

  const event = new ICAL.Event(vevent);
  const runs: (readonly [string, string])[] = [];
  const startZone = zoneOf(vevent, 'dtstart');
  const endZone = zoneOf(vevent, 'dtend') ?? startZone;
  const add = (from: ICAL.Time, to: ICAL.Time): EventDays | undefined => {
    const run = localRun({ time: from, tzid: startZone }, { time: to, tzid: endZone }, zone, partOfADay);
    if (typeof run === 'string') return refused('DTSTART', run);
    runs.push(run);
    return undefined;
  };
  if (!event.isRecurring()) {
    return add(event.startDate, event.endDate) ?? { outcome: 'days', runs };
  }
  const occurrences = event.iterator();
  for (let count = 0; ; count++) {
    const next = occurrences.next();
    if (!next || localDateOf({ time: next, tzid: startZone }, zone) > through)
      return { outcome: 'days', runs };
    if (count >= MOST_OCCURRENCES) return refused('RRULE', `comes more than ${MOST_OCCURRENCES} times`);
    const { startDate, endDate } = event.getOccurrenceDetails(next);
    const wrong = add(startDate, endDate);
    if (wrong !== undefined) return wrong;
  }
}

const TIME_OR_NONE = /^(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)Z?)?$/;

/** The parser takes 20271399 for a day in April: what is written is looked at itself. */
function wrongDate(vevent: ICAL.Component, property: string): string | undefined {
  for (const each of vevent.getAllProperties(property)) {
    for (const value of jsonValues(each)) {
      if (typeof value !== 'string' || parseDate(value.slice(0, 10)) === undefined)
        return `${JSON.stringify(value)} is no date that exists`;
      if (!TIME_OR_NONE.test(value.slice(10))) return `${JSON.stringify(value)} has no time that exists`;
    }
  }
  return undefined;
}

function jsonValues(property: ICAL.Property): readonly unknown[] {
  const [, , , ...values] = property.toJSON() as readonly unknown[];
  return values;
}

function unknownZone(vevent: ICAL.Component, property: string): string | undefined {
  for (const each of vevent.getAllProperties(property)) {
    const tzid = each.getFirstParameter('tzid');
    if (!tzid || isTimeZone(tzid)) continue;
    const calendar = vevent.parent;
    const defined = calendar?.getAllSubcomponents('vtimezone') ?? [];
    if (!defined.some(zone => zone.getFirstPropertyValue('tzid') === tzid))
      return `the zone ${tzid} does not exist, and the file does not define it`;
  }
  return undefined;
}

const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY'];
const PARTS: Readonly<Record<string, readonly string[]>> = {
  YEARLY: ['BYMONTH', 'BYMONTHDAY', 'BYDAY'],
  MONTHLY: ['BYMONTHDAY', 'BYDAY'],
  WEEKLY: ['BYDAY'],
  DAILY: [],
};

/** Rules that days off are written with. Others are refused: some of them no expansion ever comes back from. */
function refusedRule(rule: unknown, start: unknown): string | undefined {
  if (rule === undefined) return undefined;
  if (!(rule instanceof ICAL.Recur)) return 'is no rule that can be read';
  const allowed = PARTS[rule.freq];
  if (allowed === undefined) return `repeats ${rule.freq}: days off repeat ${FREQUENCIES.join(', ')}`;
  const parts = Object.keys(rule.parts);
  const strange = parts.find(part => !allowed.includes(part));
  if (strange !== undefined) return `${strange} is not taken with ${rule.freq}: list the days instead`;
  if (parts.includes('BYMONTHDAY') && parts.includes('BYDAY'))
    return 'BYMONTHDAY with BYDAY is not taken: list the days instead';
  const monthDays = (rule.parts['BYMONTHDAY'] ?? []).map(Number);
  if (monthDays.some(day => !(day >= 1 && day <= 28)) || !isPlainDay(start, rule.freq))
    return 'a day of the month after the 28th is not there in every month: list the days instead';
  const months = (rule.parts['BYMONTH'] ?? []).map(Number);
  if (months.some(month => !(month >= 1 && month <= 12))) return 'BYMONTH must be 1 to 12';
  if (rule.freq === 'YEARLY' && parts.length > 0 && months.length === 0)
    return 'BYMONTHDAY and BYDAY need a BYMONTH in a yearly rule';
  return undefined;
}

/** Yearly on 29 February, or monthly on a day that some months have not, is expanded wrongly. */
function isPlainDay(start: unknown, freq: string): boolean {
  if (!(start instanceof ICAL.Time)) return false;
  if (freq === 'MONTHLY') return start.day <= 28;
  return freq !== 'YEARLY' || start.month !== 2 || start.day !== 29;
}

function localRun(
  from: Zoned,
  to: Zoned,
  zone: string,
  partOfADay: boolean,
): readonly [string, string] | string {
  if (from.time.isDate) {
    const [first, end] = [dayNumberOf(from.time), dayNumberOf(to.time)];
    return lengthChecked(first, Math.max(first, end - 1));
  }
  const [startAt, endAt] = [localOf(from, zone), localOf(to, zone)];
  const first = dayNumber(startAt.toPlainDate());
  const isMidnight = (at: Temporal.PlainDateTime) => at.toPlainTime().toString() === '00:00:00';
  const last = dayNumber(endAt.toPlainDate()) - (isMidnight(endAt) && !endAt.equals(startAt) ? 1 : 0);
  if (!partOfADay && !(isMidnight(startAt) && isMidnight(endAt) && last >= first))
    return `covers part of a day (${startAt} to ${endAt} in ${zone}): days are closed whole`;
  return lengthChecked(first, last);
}

function lengthChecked(first: number, last: number): readonly [string, string] | string {
  if (last < first) return 'ends before it begins';
  if (last - first >= MOST_DAYS) return `is longer than ${MOST_DAYS} days`;
  return [formatDay(first), formatDay(last)];
}

function dayNumberOf({ year, month, day }: ICAL.Time): number {
  return dayNumber(new Temporal.PlainDate(year, month, day));
}

function dayNumber(date: Temporal.PlainDate): number {
  return new Temporal.PlainDate(1970, 1, 1).until(date).days;
}

function localDateOf(at: Zoned, zone: string): string {
  return formatDay(at.time.isDate ? dayNumberOf(at.time) : dayNumber(localOf(at, zone).toPlainDate()));
}

/** A time with the name of the zone that it was written in, if one was. */
interface Zoned {
  readonly time: ICAL.Time;
  readonly tzid: string | undefined;
}

/** As the clocks of the zone show it: by UTC, by the runtime's zones, by a VTIMEZONE of the file, or floating. */
function localOf({ time, tzid }: Zoned, zone: string): Temporal.PlainDateTime {
  const { year, month, day, hour, minute, second } = time;
  const written = new Temporal.PlainDateTime(year, month, day, hour, minute, Math.min(second, 59));
  const inZone = (from: string) => written.toZonedDateTime(from).withTimeZone(zone).toPlainDateTime();
  if (time.zone === ICAL.Timezone.utcTimezone) return inZone('UTC');
  if (tzid === undefined) return written;
  if (isTimeZone(tzid)) return inZone(tzid);
  return Temporal.Instant.fromEpochMilliseconds(time.toUnixTime() * 1000)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime();
}

function zoneOf(vevent: ICAL.Component, property: string): string | undefined {
  return vevent.getFirstProperty(property)?.getFirstParameter('tzid') || undefined;
}
