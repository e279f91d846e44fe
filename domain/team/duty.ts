import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { localDateSchema, type WorkingCalendar } from '../time/calendar.ts';
import { DAY_MS, dayOf, weekdayOf } from '../time/local-date.ts';
import { offsetAt } from '../time/time-zone.ts';

/** The roster of a team (值班): rotations, and periods given to one person, which go before them. */
const MAX_ROTATIONS = 20;
const MAX_DUTIES = 400;
/** A rotation is counted out day by day from its first. */
const LONGEST_ROTATION_DAYS = 5 * 366;

const hour = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day, as 08:30');

export const rotation = {
  rotationId: uuidSchema,
  /** Whose turn it is, in this order, over and over. */
  people: z.array(uuidSchema).min(1).max(100),
  firstDay: localDateSchema,
  /** Without it, until it is ended; at most five years on. */
  lastDay: localDateSchema.optional(),
  /** On other days nobody is on duty. */
  days: z.enum(['workingDays', 'everyDay']),
  /** When the next one takes over: on each of these days, or with each week, which begins on Monday. */
  changes: z.enum(['daily', 'weekly']),
  /** Local hours; without them all day. */
  hours: z.object({ from: hour, to: hour }).optional(),
};
export const rotationSchema = z.object(rotation);
export type Rotation = z.infer<typeof rotationSchema>;

export const duty = {
  dutyId: uuidSchema,
  userId: uuidSchema,
  fromAt: instantSchema,
  untilAt: instantSchema,
};
export const dutySchema = z.object(duty);
export type Duty = z.infer<typeof dutySchema>;

export const rotationEnd = { rotationId: uuidSchema };
export const dutyEnd = { dutyId: uuidSchema };

/** What a team's stream says of who is on duty when. */
export interface Roster {
  readonly rotations: readonly Rotation[];
  readonly duties: readonly Duty[];
}
export const noRoster: Roster = { rotations: [], duties: [] };

export type RosterEvent =
  | { readonly type: 'RotationPlanned'; readonly data: Rotation; readonly occurredAt: number }
  | { readonly type: 'RotationEnded'; readonly data: { rotationId: string }; readonly occurredAt: number }
  | { readonly type: 'DutyAssigned'; readonly data: Duty; readonly occurredAt: number }
  | { readonly type: 'DutyCancelled'; readonly data: { dutyId: string }; readonly occurredAt: number };

/** Rejects with `endsBeforeItBegins`, `tooLong`, `hoursBackwards`, `rotationExists`, `tooManyRotations`. */
export function planRotation(data: Rotation, roster: Roster, now: number): Decision<RosterEvent> {
  const { rotationId, firstDay, lastDay, hours } = data;
  if (lastDay !== undefined && lastDay < firstDay) return reject('endsBeforeItBegins', { firstDay, lastDay });
  if (lastDay !== undefined && dayOf(lastDay) - dayOf(firstDay) > LONGEST_ROTATION_DAYS)
    return reject('tooLong', { days: LONGEST_ROTATION_DAYS });
  if (hours !== undefined && hours.to <= hours.from)
    return reject('hoursBackwards', { from: hours.from, to: hours.to });
  if (roster.rotations.some(known => known.rotationId === rotationId))
    return reject('rotationExists', { rotationId });
  if (roster.rotations.length >= MAX_ROTATIONS)
    return reject('tooManyRotations', { limit: MAX_ROTATIONS, possible: ['endRotation'] });
  return accept({ type: 'RotationPlanned', data, occurredAt: now });
}

export function endRotation(
  data: { rotationId: string },
  roster: Roster,
  now: number,
): Decision<RosterEvent> {
  const { rotationId } = data;
  if (!roster.rotations.some(known => known.rotationId === rotationId))
    return reject('unknownRotation', { rotationId });
  return accept({ type: 'RotationEnded', data, occurredAt: now });
}

/** Rejects with `endsBeforeItBegins`, `endsInThePast`, `dutyExists`, `tooManyDuties`. */
export function assignDuty(data: Duty, roster: Roster, now: number): Decision<RosterEvent> {
  const { dutyId, fromAt, untilAt } = data;
  if (untilAt <= fromAt) return reject('endsBeforeItBegins', { fromAt, untilAt });
  if (untilAt <= now) return reject('endsInThePast', { untilAt });
  if (roster.duties.some(known => known.dutyId === dutyId)) return reject('dutyExists', { dutyId });
  if (roster.duties.filter(known => known.untilAt > now).length >= MAX_DUTIES)
    return reject('tooManyDuties', { limit: MAX_DUTIES, possible: ['cancelDuty'] });
  return accept({ type: 'DutyAssigned', data, occurredAt: now });
}

export function cancelDuty(data: { dutyId: string }, roster: Roster, now: number): Decision<RosterEvent> {
  const { dutyId } = data;
  if (!roster.duties.some(known => known.dutyId === dutyId)) return reject('unknownDuty', { dutyId });
  return accept({ type: 'DutyCancelled', data, occurredAt: now });
}

export function evolveRoster(roster: Roster, event: RosterEvent): Roster {
  const { rotations, duties } = roster;
  switch (event.type) {
    case 'RotationPlanned':
      return { ...roster, rotations: [...rotations, event.data] };
    case 'RotationEnded':
      return { ...roster, rotations: rotations.filter(r => r.rotationId !== event.data.rotationId) };
    case 'DutyAssigned':
      // What was over by then is let go: the state stays small.
      return { ...roster, duties: [...duties.filter(d => d.untilAt > event.occurredAt), event.data] };
    case 'DutyCancelled':
      return { ...roster, duties: duties.filter(d => d.dutyId !== event.data.dutyId) };
  }
}

/**
 * Who is on duty at an instant: those whom a period was given to, else whose turn it is by the rotation that was planned
 * last of those that hold on that day. Nobody, where none says so.
 */
export function onDutyAt(roster: Roster, at: number, calendar: WorkingCalendar): readonly string[] {
  const given = roster.duties.filter(({ fromAt, untilAt }) => fromAt <= at && at < untilAt);
  if (given.length > 0) return [...new Set(given.map(({ userId }) => userId))];
  const localAt = at + offsetAt(calendar.zone, at);
  const day = Math.floor(localAt / DAY_MS);
  const holding = roster.rotations.findLast(
    ({ firstDay, lastDay }) =>
      dayOf(firstDay) <= day && day <= (lastDay === undefined ? endless(firstDay) : dayOf(lastDay)),
  );
  if (holding === undefined) return [];
  const { days, hours, people } = holding;
  if (days === 'workingDays' && !calendar.working.isWorkingDay(day)) return [];
  const minute = Math.floor((localAt - day * DAY_MS) / 60_000);
  if (hours !== undefined && (minute < minuteOf(hours.from) || minute >= minuteOf(hours.to))) return [];
  const turn = people[turnsUntil(holding, day, calendar) % people.length];
  return turn === undefined ? [] : [turn];
}

function endless(firstDay: string): number {
  return dayOf(firstDay) + LONGEST_ROTATION_DAYS;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** How often the duty has changed hands since the first day. */
function turnsUntil({ firstDay, days, changes }: Rotation, day: number, calendar: WorkingCalendar): number {
  const first = dayOf(firstDay);
  if (changes === 'weekly') return (mondayOf(day) - mondayOf(first)) / 7;
  if (days === 'everyDay') return day - first;
  let turns = 0;
  for (let each = first; each < day; each++) if (calendar.working.isWorkingDay(each)) turns++;
  return turns;
}

function mondayOf(day: number): number {
  return day - weekdayOf(day);
}
