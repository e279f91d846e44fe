import ICAL from 'ical.js';
import type { CalendarVersion } from '../../domain/time/calendar-version.ts';
import { HORIZON_TO } from '../../domain/time/horizon.ts';
import type { TextProblem } from '../text-problem.ts';
import {
  type CalendarFile,
  datesOf,
  knownThroughOf,
  mergedDays,
  normalHours,
  oneWordADay,
  type ToldDay,
  wholeCalendar,
} from './calendar-days.ts';
import { eventDays } from './ical-days.ts';
import { type EventKind, kindOf, nameOf } from './ical-kind.ts';
import { type EventLines, eventLines } from './ical-lines.ts';

const MOST_EVENTS = 5_000;
/** A notice of a whole year closes days in more months than this. */
const MONTHS_OF_A_YEAR = 3;
const NOTES_SHOWN = 50;

interface TakenEvent {
  readonly summary: string;
  readonly kind: EventKind;
  readonly vevent: ICAL.Component;
  readonly lines: EventLines;
}

/**
 * Reads public holidays and make-up working days from an iCalendar file (RFC 5545). It knows no week and no hours:
 * those are the newest version's, whose other years are taken over.
 * @param years that the file tells whole; if not given, those in which it closes days in three months or more
 */
export function readIcalFile(
  text: string,
  calendarId: string,
  base: CalendarVersion | undefined,
  given: { readonly years?: readonly number[] | undefined; readonly knownThrough?: string | undefined } = {},
): CalendarFile {
  if (base === undefined) {
    return refusedAs(
      `the calendar ${calendarId} has no version yet: an iCalendar file knows no week, so publish one in YAML first`,
    );
  }
  const taken = takenEvents(text);
  if ('outcome' in taken) return taken;

  const { timeZone, week } = base;
  const worked = normalHours(week);
  const anyMarked = taken.some(({ kind }) => kind === 'closed' || kind === 'worked');
  const problems: TextProblem[] = [];
  const told: ToldDay[] = [];
  const notes: string[] = [];
  const through = throughOf(given, base);
  for (const { summary, kind, vevent, lines } of taken) {
    if (kind === 'unclear') {
      problems.push(
        problem(lines, 'SUMMARY', `"${summary}" may be a day off or a day worked: write （休） or （班）`),
      );
      continue;
    }
    if (kind === 'unmarked' && anyMarked) {
      notes.push(
        `line ${lines.begin}: ${summary || 'an event without a name'} is no day off, and was left out`,
      );
      continue;
    }
    const found = eventDays(vevent, timeZone, through, kind === 'worked');
    if (found.outcome === 'refused') {
      problems.push(problem(lines, found.property, found.message));
      continue;
    }
    const name = nameOf(summary) || (kind === 'worked' ? 'make-up working day' : 'public holiday');
    const exception: ToldDay['exception'] =
      kind === 'worked'
        ? { kind: 'makeUpWorkingDay', name, intervals: worked }
        : { kind: 'publicHoliday', name, intervals: [] };
    const line = lines.properties.get('DTSTART') ?? lines.begin;
    for (const [first, last] of found.runs) {
      const dates = datesOf(`${first}..${last}`);
      if (typeof dates === 'string') problems.push(problem(lines, 'DTSTART', dates));
      else told.push(...dates.map(date => ({ date, exception, path: [], line })));
    }
  }
  const single = oneWordADay(told, true);
  problems.push(...single.problems);
  if (problems.length > 0) return { outcome: 'refused', problems };
  if (single.days.length === 0) return refusedAs('has no event that closes a day or makes one worked');

  const years = given.years ?? wholeYears(single.days);
  const knownThrough = knownThroughOf(given.knownThrough, base, years) ?? base.knownThrough;
  if (years.length === 0 && given.knownThrough === undefined) {
    return refusedAs(
      'tells no year whole (days off in three months or more): say which years it covers, or known through when',
    );
  }
  const exceptions = mergedDays(base, years, single.days);
  const content = { calendarId, timeZone, week, exceptions, knownThrough };
  const whole = wholeCalendar(content, single.days, () => undefined);
  if (whole.outcome === 'refused') return whole;
  const left = notes.length - NOTES_SHOWN;
  return {
    ...whole,
    basedOn: base.version,
    notes: [
      `taken for whole: ${years.join(', ')}`,
      ...notes.slice(0, NOTES_SHOWN),
      ...(left > 0 ? [`and ${left} more events were left out`] : []),
    ],
  };
}

function takenEvents(text: string): readonly TakenEvent[] | Exclude<CalendarFile, { outcome: 'read' }> {
  const lines = eventLines(text);
  if (lines.length > MOST_EVENTS) return refusedAs(`has more than ${MOST_EVENTS} events`);
  let calendars: readonly ICAL.Component[];
  try {
    calendars = componentsOf(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: 'refused', problems: [{ path: [], message, ...lineOfError(text, message) }] };
  }
  const vevents = calendars.flatMap(calendar => calendar.getAllSubcomponents('vevent'));
  if (vevents.length !== lines.length) return refusedAs('is no iCalendar that can be read');
  const events = vevents.flatMap((vevent, at): TakenEvent[] => {
    const own = lines[at];
    const status = textOf(vevent, 'status').toUpperCase();
    // What a repetition says of one day is told with the event that repeats.
    if (own === undefined || status === 'CANCELLED' || vevent.hasProperty('recurrence-id')) return [];
    const summary = textOf(vevent, 'summary');
    const categories = vevent.getAllProperties('categories').flatMap(each => each.getValues().map(String));
    const specialDay = textOf(vevent, 'x-apple-special-day');
    return [{ summary, kind: kindOf({ specialDay, categories, summary }), vevent, lines: own }];
  });
  return events.length === 0 ? refusedAs('has no event') : events;
}

function componentsOf(text: string): readonly ICAL.Component[] {
  const parsed: unknown = ICAL.parse(text);
  if (!Array.isArray(parsed) || parsed.length === 0)
    throw new Error('is no iCalendar: BEGIN:VCALENDAR is missing');
  // One calendar is a jCal itself, several are a list of them.
  const all: readonly unknown[] = Array.isArray(parsed[0]) ? parsed : [parsed];
  return all.map(jcal => {
    const component = new ICAL.Component(Array.isArray(jcal) ? jcal : []);
    if (component.name !== 'vcalendar') throw new Error('is no iCalendar: BEGIN:VCALENDAR is missing');
    return component;
  });
}

function textOf(vevent: ICAL.Component, property: string): string {
  const value: unknown = vevent.getFirstPropertyValue(property);
  return typeof value === 'string' ? value.trim() : '';
}

/** The parser quotes the line that it could not read. */
function lineOfError(text: string, message: string): { readonly line?: number } {
  const [, quoted] = /"([^"]+)"\s*$/.exec(message) ?? [];
  if (quoted === undefined) return {};
  const index = text.split(/\r\n|\n|\r/).findIndex(line => line.includes(quoted));
  return index < 0 ? {} : { line: index + 1 };
}

/** Repetitions without an end are looked at as far as the file can be meant to reach. */
function throughOf(
  {
    years,
    knownThrough,
  }: { readonly years?: readonly number[] | undefined; readonly knownThrough?: string | undefined },
  base: CalendarVersion,
): string {
  if (knownThrough !== undefined) return knownThrough;
  const last = years === undefined ? Number(base.knownThrough.slice(0, 4)) + 1 : Math.max(...years);
  const end = `${last}-12-31`;
  return end < HORIZON_TO ? end : HORIZON_TO;
}

function wholeYears(days: readonly ToldDay[]): readonly number[] {
  const months = new Map<number, Set<string>>();
  for (const { date, exception } of days) {
    if (exception.intervals.length > 0) continue;
    const year = Number(date.slice(0, 4));
    months.set(year, (months.get(year) ?? new Set()).add(date.slice(5, 7)));
  }
  return [...months]
    .filter(([, closed]) => closed.size >= MONTHS_OF_A_YEAR)
    .map(([year]) => year)
    .sort((a, b) => a - b);
}

function problem(lines: EventLines, property: string, message: string): TextProblem {
  return { path: [], message, line: lines.properties.get(property) ?? lines.begin };
}

function refusedAs(message: string): Exclude<CalendarFile, { outcome: 'read' }> {
  return { outcome: 'refused', problems: [{ path: [], message }] };
}
