import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import { registered } from '../../domain/case/lifecycle.ts';
import { complaint } from '../../domain/complaint/complaint.ts';
import { DEFAULT_TEAM_ID, SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { slaEvents } from '../../domain/sla/events.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { AggregateOutcome, Asking } from '../../src/directory/aggregate-writer.ts';
import { type House, openHouse } from '../../src/engine/open-house.ts';

export const complaints = registered(complaint);
export const at = (text: string): number => Date.parse(text);

/** The real house with a clock that is set by hand, in a folder of its own. */
export async function houseInTime(now: number) {
  const folder = mkdtempSync(join(tmpdir(), 'redress-house-'));
  const config: Config = loadConfig({ REDRESS_DATA: folder });
  const clock = { at: now, now: () => clock.at };
  const warnings: object[] = [];
  const log = {
    warn: (about: object) => warnings.push(about),
    error: (about: object) => warnings.push(about),
  };
  let house: House = await openHouse(config, { clock, log });
  return {
    clock,
    config,
    warnings,
    get house() {
      return house;
    },
    async restart() {
      await house.close();
      house = await openHouse(config, { clock, log });
    },
    async close() {
      await house.close();
      rmSync(folder, { recursive: true, force: true });
    },

    /** Drafts and publishes a calendar file; the version. */
    async publishCalendar(text: string, format: 'yaml' | 'ics' = 'yaml'): Promise<number> {
      const drafted = await house.calendars.draft({ format, text, calendarId: 'cn' }, undefined, asking());
      if (drafted.outcome === 'unreadable') throw new Error(JSON.stringify(drafted.problems));
      accepted(drafted.given);
      const wanted = { draft: drafted.draft ?? 0, reason: 'as announced' };
      const given = await house.calendars.publish('cn', wanted, asking());
      return Number(Object(accepted(given).events[0]?.data.calendar).version);
    },

    /** The policy in force with one line's target replaced, published. */
    async publishTarget(lifecycle: string, name: string, target: object): Promise<number> {
      const policy = await house.policy.content('inForce');
      if (policy === undefined) throw new Error('no policy');
      const { calendarId, lines, escalatesTo, authorityLimit, customerSilence, confirmation } = policy;
      const changed = lines.map(line =>
        line.lifecycle === lifecycle && line.clock === name && line.when.priority === undefined
          ? { ...line, target }
          : line,
      );
      const text = stringify({
        calendarId,
        lines: changed,
        escalatesTo,
        authorityLimit,
        customerSilence,
        confirmation,
      });
      const drafted = await house.policy.draft(text, undefined, asking());
      if (drafted.outcome === 'unreadable') throw new Error(JSON.stringify(drafted.problems));
      accepted(drafted.given);
      const given = await house.policy.publish({ draft: drafted.draft ?? 0, reason: 'agreed' }, asking());
      return Number(Object(accepted(given).events[0]?.data.policy).version);
    },

    /** A complaint that reaches the house now; its id. */
    async receive(more: object = {}): Promise<string> {
      const outcome = await house.handler.handle({
        lifecycle: complaints,
        command: {
          type: 'receive',
          data: received({
            kind: 'product',
            complainant: { name: 'Nanyang Garments' },
            channel: 'phone',
            siteRegion: 'province',
            description: 'The slider comes off.',
            ...more,
          }),
        },
        actor: AGENT,
        commandId: uuidv4(),
        keyed: false,
        correlationId: uuidv4(),
      });
      if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
      return outcome.caseId;
    },

    /** Every deadline that a promise of a case ever had, with why it changed. */
    async deadlinesOf(caseId: string, clockName: string) {
      const events = await house.store.readStream(`complaint-${caseId}`);
      return events.flatMap(({ type, data }) => {
        if (data.clock !== clockName) return [];
        if (type === 'SlaClockStarted') {
          const { schedule } = slaEvents.SlaClockStarted.schema.parse(data);
          return [{ because: 'started', ...deadline(schedule) }];
        }
        if (type !== 'SlaClockRescheduled') return [];
        const { because, schedule } = slaEvents.SlaClockRescheduled.schema.parse(data);
        return [{ because, ...deadline(schedule) }];
      });
    },

    async run(what: 'calendar' | 'policy' | 'provisional') {
      accepted(await house.deadlineRuns.start({ what, reason: 'amended' }, asking()));
      await house.deadlineRuns.settled();
      return (await house.deadlineRuns.list())[0];
    },
  };
}
export type HouseInTime = Awaited<ReturnType<typeof houseInTime>>;

/** With what its schema adds, as it comes in from the interface. */
function received(data: object) {
  return z
    .record(z.string(), z.json())
    .parse(JSON.parse(JSON.stringify(complaint.commands.receive.schema.parse(data))));
}

function deadline({
  dueAt,
  calendar,
  policyVersion,
  provisional,
}: ReturnType<typeof slaEvents.SlaClockStarted.schema.parse>['schedule']) {
  const due = Temporal.Instant.fromEpochMilliseconds(dueAt).toZonedDateTimeISO('Asia/Shanghai');
  return {
    due: due.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' '),
    calendar: calendar.version,
    policy: policyVersion,
    provisional,
  };
}

export function asking(): Asking {
  const commandId = uuidv4();
  return {
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' },
    commandId,
    keyed: false,
    correlationId: commandId,
  };
}

export function accepted(outcome: AggregateOutcome): AggregateOutcome & { outcome: 'accepted' } {
  if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome;
}

const AGENT: Actor = {
  id: uuidv4(),
  role: 'agent',
  roles: ['agent', 'lead'],
  via: 'http',
  qualifications: [],
  teamId: DEFAULT_TEAM_ID,
};
