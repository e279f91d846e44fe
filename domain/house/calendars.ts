import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { instantSchema } from '../log/envelope.ts';
import { houseEvents } from '../log/house-events.ts';
import {
  type CalendarContent,
  type CalendarVersion,
  calendarContentSchema,
  calendarIdSchema,
} from '../time/calendar-version.ts';
import { unreachable } from '../unreachable.ts';
import { DRAFTERS, type Draft, draftNumberSchema, PUBLISHERS, reasonSchema } from './publishing.ts';

/** More calendars than sites that a zipper maker has. */
const MOST_CALENDARS = 50;

export const calendarsEvents = {
  CalendarDrafted: {
    schemaVersion: 1,
    schema: z.object({ draft: draftNumberSchema, calendar: calendarContentSchema }),
  },
  CalendarDraftAbandoned: {
    schemaVersion: 1,
    schema: z.object({ calendarId: calendarIdSchema, draft: draftNumberSchema }),
  },
  CalendarPublished: houseEvents.CalendarPublished,
} as const;
export type CalendarsEvent = EventOf<typeof calendarsEvents>;

export const calendarsCommands = {
  draftCalendar: {
    summary: 'Write down the next version of a calendar as a draft',
    roles: DRAFTERS,
    schema: z.strictObject({
      calendar: calendarContentSchema,
      /** The draft that it takes the place of; without it there must be none. */
      replaces: draftNumberSchema.optional(),
      /** The version from which days were taken over: a newer one by now is refused. */
      basedOn: z.int().min(1).optional(),
    }),
  },
  abandonCalendarDraft: {
    summary: 'Give up the draft of a calendar',
    roles: DRAFTERS,
    schema: z.strictObject({
      calendarId: calendarIdSchema,
      draft: draftNumberSchema,
      reason: reasonSchema,
    }),
  },
  publishCalendar: {
    summary: 'Publish the draft of a calendar as its next version',
    roles: PUBLISHERS,
    schema: z.strictObject({
      calendarId: calendarIdSchema,
      draft: draftNumberSchema,
      reason: reasonSchema,
      /** When it became known, if that was before now: an announcement taken down late, or history. */
      knownFrom: instantSchema.optional(),
    }),
  },
} as const;
export type CalendarsCommand = CommandOf<typeof calendarsCommands>;

export interface CalendarStanding {
  readonly versions: readonly CalendarVersion[];
  readonly draft?: Draft<CalendarContent>;
}

/** Every calendar of the house, by id: they share one stream. */
export interface CalendarsState {
  readonly calendars: ReadonlyMap<string, CalendarStanding>;
  /** Drafts ever written, of all calendars. */
  readonly drafts: number;
}

const NOTHING: CalendarStanding = { versions: [] };

function decide(
  command: CalendarsCommand,
  { calendars, drafts }: CalendarsState,
  now: number,
): Decision<CalendarsEvent> {
  switch (command.type) {
    case 'draftCalendar': {
      const { calendar, replaces, basedOn } = command.data;
      const { calendarId } = calendar;
      const standing = calendars.get(calendarId);
      if (standing === undefined && calendars.size >= MOST_CALENDARS)
        return reject('tooManyCalendars', { limit: MOST_CALENDARS });
      const { draft, versions } = standing ?? NOTHING;
      if (draft?.number !== replaces) return draftStands(draft);
      const newest = newestOf(versions);
      if (basedOn !== undefined && basedOn !== newest?.version)
        return reject('newerVersionHolds', { basedOn, newest: newest?.version ?? null });
      const data = { draft: drafts + 1, calendar };
      return accept({ type: 'CalendarDrafted', data, occurredAt: now });
    }
    case 'abandonCalendarDraft': {
      const { calendarId, draft: number } = command.data;
      const { draft } = calendars.get(calendarId) ?? NOTHING;
      if (draft?.number !== number) return draftStands(draft);
      return accept({ type: 'CalendarDraftAbandoned', data: { calendarId, draft: number }, occurredAt: now });
    }
    case 'publishCalendar': {
      const { calendarId, draft: number, knownFrom = now } = command.data;
      const { draft, versions } = calendars.get(calendarId) ?? NOTHING;
      if (draft?.number !== number) return draftStands(draft);
      if (knownFrom > now) return reject('knownInTheFuture', { knownFrom, now });
      const newest = newestOf(versions);
      const calendar = { ...draft.content, version: (newest?.version ?? 0) + 1, knownFrom };
      if (newest !== undefined && sameContent(newest, draft.content) && newest.knownFrom === knownFrom)
        return reject('changesNothing', { version: newest.version });
      return accept({ type: 'CalendarPublished', data: { calendar }, occurredAt: now });
    }
    default:
      return unreachable(command);
  }
}

/** Another draft stands, or none: somebody was quicker, or published it. */
export function draftStands(draft: Draft<unknown> | undefined): Decision<never> {
  return draft === undefined ? reject('noDraft') : reject('draftStands', { draft: draft.number });
}

function newestOf(versions: readonly CalendarVersion[]): CalendarVersion | undefined {
  return versions.reduce<CalendarVersion | undefined>(
    (newest, each) => (newest === undefined || each.version > newest.version ? each : newest),
    undefined,
  );
}

/** Whether a calendar says the same, in whatever order it lists its days. */
export function sameContent(one: CalendarContent, other: CalendarContent): boolean {
  return contentKey(one) === contentKey(other);
}

function contentKey({ timeZone, week, exceptions, knownThrough }: CalendarContent): string {
  const { mon, tue, wed, thu, fri, sat, sun } = week;
  const days = Object.entries(exceptions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, { kind, name, intervals }]) => [date, kind, name, intervals]);
  return JSON.stringify([timeZone, [mon, tue, wed, thu, fri, sat, sun], days, knownThrough]);
}

function evolve(state: CalendarsState, event: CalendarsEvent): CalendarsState {
  switch (event.type) {
    case 'CalendarDrafted': {
      const { draft: number, calendar } = event.data;
      const before = state.calendars.get(calendar.calendarId) ?? NOTHING;
      const draft = { number, content: calendar };
      return { ...withStanding(state, calendar.calendarId, { ...before, draft }), drafts: number };
    }
    case 'CalendarDraftAbandoned': {
      const { calendarId } = event.data;
      const { versions } = state.calendars.get(calendarId) ?? NOTHING;
      return withStanding(state, calendarId, { versions });
    }
    case 'CalendarPublished': {
      const { calendar } = event.data;
      const { versions } = state.calendars.get(calendar.calendarId) ?? NOTHING;
      return withStanding(state, calendar.calendarId, { versions: [...versions, calendar] });
    }
    default:
      return unreachable(event);
  }
}

function withStanding(state: CalendarsState, id: string, standing: CalendarStanding): CalendarsState {
  const calendars = new Map(state.calendars);
  // One whose only draft was given up is no calendar.
  if (standing.versions.length === 0 && standing.draft === undefined) calendars.delete(id);
  else calendars.set(id, standing);
  return { ...state, calendars };
}

/**
 * The working calendars of the house, drafted and published. A version is never edited: what is wrong in it is put
 * right by the next. Rejects with `draftStands`, `noDraft`, `newerVersionHolds`, `knownInTheFuture`,
 * `changesNothing`, `tooManyCalendars`.
 */
export const calendars: Aggregate<CalendarsState, typeof calendarsCommands, typeof calendarsEvents> = {
  category: 'calendar',
  deciderVersion: 1,
  commands: calendarsCommands,
  events: calendarsEvents,
  initial: { calendars: new Map(), drafts: 0 },
  maxEvents: 5_000,
  endings: ['publishCalendar', 'abandonCalendarDraft'],
  decide,
  evolve,
};
