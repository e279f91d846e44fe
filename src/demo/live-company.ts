import { v4 as uuidv4 } from 'uuid';
import type { Actor, Role } from '../../domain/case/actor.ts';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import type { House } from '../engine/open-house.ts';
import type { FastClock } from './fast-clock.ts';
import { type Act, actsOfDay } from './live-plots.ts';
import { chanceFrom } from './random.ts';

const DAY_MS = 86_400_000;
/** On this day of the demo two working days three weeks ahead are closed, and the calendar amended. */
const AMENDED_ON_DAY = 5;
const SHUT_AFTER_DAYS = 21;

export interface LiveCompany {
  stop(): Promise<void>;
}

/** Who acts for each role, and for which team. */
export type Staff = Readonly<Record<string, { readonly userId: string; readonly teamId: string }>>;

/**
 * A company at work in fast time: every day new cases of every kind, and staff who answer early, late or never. The
 * same seed gives the same acts at the same instants of the demo's time, however fast that runs.
 */
export function startCompany(parts: {
  readonly house: House;
  readonly clock: FastClock;
  readonly seed: number;
  readonly staff: Staff;
  readonly tell: (line: string) => void;
}): LiveCompany {
  const { house, clock, seed, staff, tell } = parts;
  const chance = chanceFrom(seed);
  const cases = new Map<number, string>();
  let waiting: Act[] = [];
  let dayAt = Math.floor(clock.now() / DAY_MS) * DAY_MS;
  let days = 0;
  let nextCase = 1;
  const figures = { opened: 0, acts: 0, refused: 0 };
  let stopped = false;
  let cancel = (): void => {};

  const calendar = () =>
    house.policies.calendarKnownAt(house.policies.policyAt(clock.now()).calendarId, clock.now());

  const nextDay = async (): Promise<void> => {
    days++;
    const made = actsOfDay(dayAt, calendar(), chance, nextCase);
    nextCase += new Set(made.map(act => act.case)).size;
    waiting = [...waiting, ...made].sort((a, b) => a.at - b.at);
    if (days > 1) {
      const { opened, acts, refused } = figures;
      tell(
        `${calendar().localDate(dayAt)}: ${opened} cases so far, ${acts} acts, ${refused} no longer possible`,
      );
    }
    if (days === AMENDED_ON_DAY) tell(await shutFor(house, dayAt + SHUT_AFTER_DAYS * DAY_MS));
    dayAt += DAY_MS;
  };

  const perform = async (act: Act): Promise<void> => {
    const lifecycle = house.lifecycles.find(({ name }) => name === act.lifecycle);
    const definition = lifecycle?.commands[act.command];
    const who = staff[act.by];
    if (lifecycle === undefined || definition === undefined || who === undefined) return;
    const caseId = cases.get(act.case);
    const opens = lifecycle.opens.includes(act.command);
    // Its opening was refused.
    if (!opens && caseId === undefined) return;
    const data = { ...act.data, ...(act.command === 'assignHosts' ? { counterparts: [who.userId] } : {}) };
    const parsed: unknown = definition.schema.parse(data);
    const actor: Actor = {
      id: who.userId,
      role: act.by,
      roles: [act.by],
      via: 'cli',
      qualifications: [],
      teamId: who.teamId,
    };
    const outcome = await house.handler.handle({
      lifecycle,
      ...(opens || caseId === undefined ? {} : { caseId }),
      command: { type: act.command, data: JSON.parse(JSON.stringify(parsed)) },
      actor,
      commandId: uuidv4(),
      keyed: false,
      correlationId: uuidv4(),
    });
    figures.acts++;
    if (outcome.outcome !== 'accepted') figures.refused++;
    else if (opens) {
      figures.opened++;
      cases.set(act.case, outcome.caseId);
    }
  };

  const work = async (): Promise<void> => {
    while (!stopped) {
      if (clock.now() >= dayAt) await nextDay();
      const next = waiting[0];
      if (next === undefined || next.at > clock.now()) break;
      waiting = waiting.slice(1);
      await perform(next);
    }
  };

  let working: Promise<void> = Promise.resolve();
  const begin = (): void => {
    working = work()
      .catch(error => tell(`an act failed: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => {
        const nextAt = Math.min(waiting[0]?.at ?? dayAt, dayAt);
        if (!stopped) cancel = clock.alarm(begin, Math.max(0, nextAt - clock.now()));
      });
  };
  begin();
  return {
    async stop() {
      stopped = true;
      cancel();
      await working;
    },
  };
}

/** Amends the calendar in use: two dates more are closed. Promises that run stay as they were made. */
async function shutFor(house: House, at: number): Promise<string> {
  const { policies, calendars, clock } = house;
  const now = policies.calendarKnownAt(policies.policyAt(clock.now()).calendarId, clock.now());
  const first = now.addWorkingDays(now.localDate(at), 0);
  const shut = [first, now.addWorkingDays(first, 1)];
  const known = Object.entries(now.source.exceptions).map(([date, { kind, name, intervals }]) => {
    const ofKind = kind === 'makeUpWorkingDay' ? 'publicHoliday' : kind;
    return intervals.length === 0
      ? { name, kind: ofKind, closed: [date] }
      : { name, kind: ofKind, worked: [date], hours: intervals.map(interval => interval.join('-')) };
  });
  const { week, knownThrough, timeZone } = now.source;
  const hours = Object.entries(week).map(([day, open]) => [day, open.map(interval => interval.join('-'))]);
  const text = JSON.stringify({
    calendar: now.id,
    timeZone,
    week: Object.fromEntries(hours),
    knownThrough,
    days: [...known, { name: '停电检修 Power cut', kind: 'companyShutdown', closed: shut }],
  });
  const asking = () => ({
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' as const },
    commandId: uuidv4(),
    keyed: false,
    correlationId: uuidv4(),
  });
  const drafted = await calendars.draft({ format: 'json', text }, undefined, asking());
  if (drafted.outcome === 'unreadable' || drafted.draft === undefined) {
    return `the calendar was not amended: ${JSON.stringify(drafted)}`;
  }
  const wanted = { draft: drafted.draft, reason: '停电检修 Power cut' };
  const given = await calendars.publish(now.id, wanted, asking());
  return given.outcome === 'accepted'
    ? `the calendar was amended: ${shut.join(' and ')} are closed (停电检修 Power cut)`
    : `the calendar was not amended: ${JSON.stringify(given)}`;
}

/** Roles that somebody of the company acts in. */
export const LIVE_ROLES: readonly Role[] = [
  'agent',
  'lead',
  'qa',
  'marketing',
  'marketingDirector',
  'technicalService',
  'technician',
];
