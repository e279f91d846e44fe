import { type CalendarChange, calendarChanges } from '../../domain/house/calendar-changes.ts';
import { type CalendarStanding, calendars } from '../../domain/house/calendars.ts';
import { type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { CALENDAR_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import type { CalendarContent, CalendarVersion } from '../../domain/time/calendar-version.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import { emptyFold, foldEvents } from '../directory/folded-aggregate.ts';
import type { TextProblem } from '../text-problem.ts';
import type { CalendarFile } from './calendar-days.ts';
import type { HouseParts } from './house-parts.ts';
import { tooLarge } from './text-limit.ts';
import { type Written, writtenBy } from './versions.ts';

/** A calendar as somebody sends it. */
export interface CalendarSource {
  /** JSON is YAML too. */
  readonly format: 'yaml' | 'json' | 'ics';
  readonly text: string;
  /** The calendar that an iCalendar file is for. */
  readonly calendarId?: string | undefined;
  /** The years that an iCalendar file tells whole. */
  readonly years?: readonly number[] | undefined;
  readonly knownThrough?: string | undefined;
}

export interface ListedVersion extends Written {
  readonly version: number;
  readonly knownFrom: number;
  readonly knownThrough: string;
  readonly timeZone: string;
  /** Days apart from the week. */
  readonly days: number;
}

export interface ListedCalendar {
  readonly calendarId: string;
  /** The version that decisions use now; none before the first was published. */
  readonly inForce?: number;
  readonly versions: readonly ListedVersion[];
  readonly draft?: Written & { readonly draft: number; readonly knownThrough: string };
}

/** A state of a calendar: by number, the draft, or the version that decisions use now. */
export type WhichState = number | 'draft' | 'inForce';

export type DraftedCalendar =
  | { readonly outcome: 'unreadable'; readonly problems: readonly TextProblem[] }
  | {
      readonly outcome: 'given';
      readonly given: AggregateOutcome;
      readonly draft?: number;
      readonly notes: readonly string[];
      readonly changes: readonly CalendarChange[];
    };

const ID = uuidOf(CALENDAR_STREAM_ID);

/** The calendars of the house, as a person deals with them. @throws StoreUnavailableError from all that it returns */
export function createHouseCalendars(parts: HouseParts) {
  const { store, give, book, clock } = parts;

  const standings = (events: readonly RecordedEvent[]): ReadonlyMap<string, CalendarStanding> =>
    foldEvents(calendars, emptyFold(calendars.initial), events).state.calendars;
  const readStandings = async () => standings(await store.readStream(CALENDAR_STREAM_ID));

  const inForce = (calendarId: string): number | undefined =>
    book.calendarIds().includes(calendarId)
      ? book.calendarKnownAt(calendarId, clock.now()).version
      : undefined;

  // What reads files is loaded when there is one: seldom, and it is as much as the engine itself.
  const readSource = async (
    source: CalendarSource,
    known: ReadonlyMap<string, CalendarStanding>,
  ): Promise<CalendarFile> => {
    const large = tooLarge(source.text);
    if (large !== undefined) return { outcome: 'refused', problems: [large] };
    const newest = (id: string) => newestOf(known.get(id));
    if (source.format !== 'ics') {
      const { readCalendarFile } = await import('./calendar-file.ts');
      return readCalendarFile(source.text, newest);
    }
    const { calendarId, years, knownThrough } = source;
    if (calendarId === undefined) {
      const message = 'an iCalendar file does not say which calendar it is for: give calendarId';
      return { outcome: 'refused', problems: [{ path: ['calendarId'], message }] };
    }
    const { readIcalFile } = await import('./ical-file.ts');
    return readIcalFile(source.text, calendarId, newest(calendarId), { years, knownThrough });
  };

  const published = async (given: AggregateOutcome): Promise<AggregateOutcome> => {
    if (given.outcome === 'accepted') parts.onPublished(given.events);
    return given;
  };

  return {
    async list(): Promise<readonly ListedCalendar[]> {
      const events = await store.readStream(CALENDAR_STREAM_ID);
      return [...standings(events)].map(([calendarId, standing]) =>
        listed(calendarId, standing, events, inForce(calendarId)),
      );
    },

    /** What a state says; `undefined` when there is no such state. */
    async content(
      calendarId: string,
      which: WhichState,
    ): Promise<CalendarContent | CalendarVersion | undefined> {
      return stateOf((await readStandings()).get(calendarId), which, inForce(calendarId));
    },

    /** What one state says otherwise than another; `undefined` when one of them is not there. */
    async diff(calendarId: string, from: WhichState, to: WhichState) {
      const standing = (await readStandings()).get(calendarId);
      const current = inForce(calendarId);
      const [before, after] = [stateOf(standing, from, current), stateOf(standing, to, current)];
      return before === undefined || after === undefined ? undefined : calendarChanges(before, after);
    },

    /** What a file says, and otherwise than the newest version; nothing is written. */
    async check(source: CalendarSource) {
      const known = await readStandings();
      const file = await readSource(source, known);
      if (file.outcome === 'refused') return file;
      const newest = newestOf(known.get(file.calendar.calendarId));
      return { ...file, changes: calendarChanges(newest, file.calendar) };
    },

    async draft(
      source: CalendarSource,
      replaces: number | undefined,
      asking: Asking,
    ): Promise<DraftedCalendar> {
      const known = await readStandings();
      const file = await readSource(source, known);
      if (file.outcome === 'refused') return { outcome: 'unreadable', problems: file.problems };
      const { calendar, basedOn, notes } = file;
      const given = await give(calendars, {
        ...asking,
        id: ID,
        command: {
          type: 'draftCalendar',
          data: {
            calendar,
            ...(replaces === undefined ? {} : { replaces }),
            ...(basedOn === undefined ? {} : { basedOn }),
          },
        },
        // A file that is sent again is the same, though it may by now build on another version.
        body: { ...jsonOf(source), ...(replaces === undefined ? {} : { replaces }) },
      });
      const draft = given.outcome === 'accepted' ? Number(given.events[0]?.data.draft) : undefined;
      const changes = calendarChanges(newestOf(known.get(calendar.calendarId)), calendar);
      return { outcome: 'given', given, notes, changes, ...(draft === undefined ? {} : { draft }) };
    },

    abandon: (calendarId: string, draft: number, reason: string, asking: Asking) =>
      give(calendars, {
        ...asking,
        id: ID,
        command: { type: 'abandonCalendarDraft', data: { calendarId, draft, reason } },
      }),

    publish: async (
      calendarId: string,
      wanted: { readonly draft: number; readonly reason: string; readonly knownFrom?: number | undefined },
      asking: Asking,
    ) => {
      const { draft, reason, knownFrom } = wanted;
      const when = knownFrom === undefined ? {} : { knownFrom };
      return published(
        await give(calendars, {
          ...asking,
          id: ID,
          command: { type: 'publishCalendar', data: { calendarId, draft, reason, ...when } },
        }),
      );
    },
  };
}
export type HouseCalendars = ReturnType<typeof createHouseCalendars>;

function newestOf(standing: CalendarStanding | undefined): CalendarVersion | undefined {
  return standing?.versions.toSorted((a, b) => b.version - a.version)[0];
}

function stateOf(
  standing: CalendarStanding | undefined,
  which: WhichState,
  inForce: number | undefined,
): CalendarContent | CalendarVersion | undefined {
  if (which === 'draft') return standing?.draft?.content;
  const version = which === 'inForce' ? inForce : which;
  return standing?.versions.find(each => each.version === version);
}

function listed(
  calendarId: string,
  { versions, draft }: CalendarStanding,
  events: readonly RecordedEvent[],
  inForce: number | undefined,
): ListedCalendar {
  const ofThis = events.filter(({ data }) => Object(data.calendar).calendarId === calendarId);
  return {
    calendarId,
    ...(inForce === undefined ? {} : { inForce }),
    versions: versions.flatMap(({ version, knownFrom, knownThrough, timeZone, exceptions }) => {
      const event = ofThis.find(
        ({ type, data }) => type === 'CalendarPublished' && Object(data.calendar).version === version,
      );
      const days = Object.keys(exceptions).length;
      return event === undefined
        ? []
        : [{ version, knownFrom, knownThrough, timeZone, days, ...writtenBy(event) }];
    }),
    ...draftPart(draft, ofThis),
  };
}

function draftPart(
  draft: CalendarStanding['draft'],
  events: readonly RecordedEvent[],
): Pick<ListedCalendar, 'draft'> {
  if (draft === undefined) return {};
  const event = events.findLast(
    ({ type, data }) => type === 'CalendarDrafted' && data.draft === draft.number,
  );
  if (event === undefined) return {};
  const { knownThrough } = draft.content;
  return { draft: { draft: draft.number, knownThrough, ...writtenBy(event) } };
}

function jsonOf({ format, text, calendarId, years, knownThrough }: CalendarSource) {
  return {
    format,
    text,
    ...(calendarId === undefined ? {} : { calendarId }),
    ...(years === undefined ? {} : { years: [...years] }),
    ...(knownThrough === undefined ? {} : { knownThrough }),
  };
}
