import { HOUSE_POLICY } from '../../domain/house/policies.ts';
import { categoryOf, type StoredEvent } from '../../domain/log/envelope.ts';
import { CALENDAR_STREAM_ID, POLICY_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { houseEvents } from '../../domain/log/house-events.ts';
import { type Policy, policyEvents } from '../../domain/sla/policy.ts';
import { compileCalendar, type WorkingCalendar } from '../../domain/time/calendar.ts';
import type { EventLog } from '../store/event-store.ts';

/** Every published version of policies and calendars, as their streams tell. */
export interface PolicyBook {
  /**
   * The house's policy for clocks that start at the instant: of the versions that hold by then the one that
   * holds from the latest instant, and of several from one instant the last published.
   */
  policyAt(instant: number): Policy;
  /** @throws NotPublishedError, as the others */
  policyOf(version: number): Policy;
  /**
   * Of the calendar's versions that were known at the instant the one that became known last, and of several known
   * from one instant the last published; before any was known, the first. What is published late of days long past
   * takes the place of nothing that became known since.
   */
  calendarKnownAt(id: string, instant: number): WorkingCalendar;
  calendarOf(ref: { readonly id: string; readonly version: number }): WorkingCalendar;
  /** The ids of all calendars that were published. */
  calendarIds(): readonly string[];
  /**
   * Takes in an event of a `policy-…` or `calendar-…` stream; others, and those known already, change nothing.
   * Answers whether it brought a version that was not known.
   */
  apply(event: StoredEvent): boolean;
}

/** The log's policies or calendars do not hold what a decision needs. */
export class NotPublishedError extends Error {
  override readonly name = 'NotPublishedError';
}

export function createPolicyBook(): PolicyBook {
  const policies = new Map<number, Policy>();
  const calendars = new Map<string, Map<number, WorkingCalendar>>();

  const versionsOf = (id: string): Map<number, WorkingCalendar> => {
    const versions = calendars.get(id);
    if (versions === undefined) throw new NotPublishedError(`no calendar "${id}" was published`);
    return versions;
  };

  return {
    policyAt(instant) {
      let best: Policy | undefined;
      for (const policy of policies.values()) {
        if (policy.holdsFrom > instant) continue;
        const isBetter =
          best === undefined ||
          policy.holdsFrom > best.holdsFrom ||
          (policy.holdsFrom === best.holdsFrom && policy.version > best.version);
        if (isBetter) best = policy;
      }
      if (best === undefined)
        throw new NotPublishedError(`no policy holds at ${new Date(instant).toISOString()}`);
      return best;
    },

    policyOf(version) {
      const found = policies.get(version);
      if (found === undefined) throw new NotPublishedError(`the policy has no version ${version}`);
      return found;
    },

    calendarKnownAt(id, instant) {
      let known: WorkingCalendar | undefined;
      let first: WorkingCalendar | undefined;
      for (const calendar of versionsOf(id).values()) {
        if (first === undefined || calendar.version < first.version) first = calendar;
        if (calendar.source.knownFrom <= instant && isKnownLater(calendar, known)) known = calendar;
      }
      const found = known ?? first;
      if (found === undefined) throw new NotPublishedError(`no calendar "${id}" was published`);
      return found;
    },

    calendarOf({ id, version }) {
      const found = versionsOf(id).get(version);
      if (found === undefined) throw new NotPublishedError(`calendar "${id}" has no version ${version}`);
      return found;
    },

    calendarIds: () => [...calendars.keys()].sort(),

    apply(event) {
      switch (`${categoryOf(event.streamId)} ${event.type}`) {
        case 'policy PolicyPublished': {
          const { policy } = policyEvents.PolicyPublished.schema.parse(event.data);
          if (policy.policyId !== HOUSE_POLICY || policies.has(policy.version)) return false;
          policies.set(policy.version, policy);
          return true;
        }
        case 'calendar CalendarPublished': {
          const { calendar } = houseEvents.CalendarPublished.schema.parse(event.data);
          const versions = calendars.get(calendar.calendarId) ?? new Map<number, WorkingCalendar>();
          calendars.set(calendar.calendarId, versions);
          if (versions.has(calendar.version)) return false;
          versions.set(calendar.version, compileCalendar(calendar));
          return true;
        }
        default:
          return false;
      }
    },
  };
}

function isKnownLater(calendar: WorkingCalendar, than: WorkingCalendar | undefined): boolean {
  if (than === undefined) return true;
  const [one, other] = [calendar.source.knownFrom, than.source.knownFrom];
  return one === other ? calendar.version > than.version : one > other;
}

/** Takes in what the house has published so far. @throws StoreUnavailableError */
export async function readPolicyBook(log: EventLog): Promise<PolicyBook> {
  const book = createPolicyBook();
  for (const streamId of [POLICY_STREAM_ID, CALENDAR_STREAM_ID]) {
    for (const event of await log.readStream(streamId)) book.apply(event);
  }
  return book;
}
