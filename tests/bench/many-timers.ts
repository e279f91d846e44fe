import { v4 as uuidv4 } from 'uuid';
import type { AnyCommand, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { lifecycleByName, lifecycles } from '../../domain/lifecycles.ts';
import { DEFAULT_TEAM_ID } from '../../domain/log/fixed-streams.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { chanceFrom } from '../../src/demo/random.ts';
import { eachAtOnce } from '../../src/engine/each-at-once.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { EngineViews } from '../../src/engine/engine-views.ts';
import { systemActor } from '../../src/engine/system-actor.ts';
import { rememberingWorkflows, workflows } from '../../workflows/index.ts';

const HOUR_MS = 3_600_000;
const AT_ONCE = 256;

/** A house that is only written to: no view is kept and no timer fires. */
const noViews: EngineViews = {
  caughtUp: async () => {},
  wake: () => {},
  waitFor: async () => true,
  status: () => [],
  onProgress: () => () => {},
  dueTimers: () => [],
  nextTimerAt: () => undefined,
  hostOverlaps: () => [],
  rebuild: async () => ({ events: 0 }),
  casesWithPromises: () => [],
  provisionalDeadlines: () => ({ count: 0 }),
  dueNotifications: () => [],
  nextNotificationAt: () => undefined,
  notificationCounts: () => ({ waiting: 0, sending: 0, sent: 0, givenUp: 0 }),
  numberOf: () => undefined,
  close: async () => {},
};

export interface WrittenCases {
  readonly cases: number;
  readonly timers: number;
}

/** What opens a case, and how many timers it then waits for. */
interface Opening {
  readonly lifecycle: string;
  readonly command: (receivedAt: number, index: number) => AnyCommand;
}

const liaison: Opening = {
  lifecycle: 'technical-liaison',
  command: (receivedAt, index) => ({
    type: 'recordResponse',
    data: {
      customer: { name: `宁波服饰 ${index % 5000}` },
      kind: 'requirement',
      contactPosition: 'technical',
      channel: 'email',
      text: '希望拉链在低温下保持顺滑 The zipper should run smoothly in the cold',
      receivedAt,
    },
  }),
};
const afterSales: Opening = {
  lifecycle: 'after-sales-request',
  command: (receivedAt, index) => ({
    type: 'report',
    data: {
      customer: { name: `温州箱包 ${index % 5000}` },
      channel: 'phone',
      siteRegion: 'province',
      fault: '装拉头机停机 The slider mounting machine stands still',
      receivedAt,
    },
  }),
};

/**
 * Opens cases by the engine itself, every byte as in a house, at instants given: liaisons with two timers each and
 * after-sales requests with four to six, so that a case waits for three.
 */
export async function writeCases(
  folder: string,
  count: number,
  receivedAt: (index: number) => number,
  only?: 'liaisons',
): Promise<WrittenCases> {
  const config = loadConfig({ REDRESS_DATA: folder });
  const engine = await openEngine(config, {
    clock: systemClock,
    log: { warn: () => {}, error: console.error },
    lifecycles,
    workflows,
    rememberingWorkflows,
    openViews: async () => noViews,
  });
  let timers = 0;
  try {
    await eachAtOnce([...Array(count).keys()], AT_ONCE, async index => {
      const opening = only === 'liaisons' || index % 2 === 0 ? liaison : afterSales;
      const at = receivedAt(index);
      const outcome = await engine.handler.handle({
        lifecycle: named(opening.lifecycle),
        command: parsed(opening, at, index),
        actor: {
          ...systemActor('cli'),
          roles: ['system'],
          role: 'system',
          qualifications: [],
          teamId: DEFAULT_TEAM_ID,
        },
        commandId: uuidv4(),
        keyed: false,
        correlationId: uuidv4(),
      });
      if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
      for (const { type, data } of outcome.events) {
        if (type === 'SlaClockStarted') timers += 1 + warningsIn(data);
      }
    });
    await engine.workflowsSettled();
  } finally {
    await engine.close();
  }
  return { cases: count, timers };
}

function warningsIn(data: object): number {
  const schedule: unknown = 'schedule' in data ? data.schedule : undefined;
  if (typeof schedule !== 'object' || schedule === null || !('warnings' in schedule)) return 0;
  return Array.isArray(schedule.warnings) ? schedule.warnings.length : 0;
}

const byName = new Map<string, AnyLifecycle>();
function named(name: string): AnyLifecycle {
  const lifecycle = byName.get(name) ?? lifecycleByName(name);
  if (lifecycle === undefined) throw new Error(`there is no lifecycle ${name}`);
  byName.set(name, lifecycle);
  return lifecycle;
}

function parsed({ lifecycle, command }: Opening, at: number, index: number): AnyCommand {
  const { type, data } = command(at, index);
  const schema = named(lifecycle).commands[type]?.schema;
  if (schema === undefined) throw new Error(`${lifecycle} has no command ${type}`);
  return { type, data: JSON.parse(JSON.stringify(schema.parse(data))) };
}

/** Receipts of the last two hours: nothing of them is due yet. */
export function lately(now: number, seed: number): (index: number) => number {
  const chance = chanceFrom(seed);
  return () => now - Math.floor(chance.between(0, 2 * HOUR_MS));
}

/**
 * A receipt whose first warning, at four fifths of one working day, is the last instant worked before `by`; its
 * breach is still to come. Epoch milliseconds.
 */
export function receiptWarnedBy(by: number): number {
  const calendar = compileCalendar(chinaCalendar());
  const warnAt = calendar.isWorkingTime(by) ? by : calendar.lastCloseBefore(by);
  // Four fifths of the 7.5 hours from a receipt to the same hour of the next working day.
  let low = warnAt - 20 * 24 * HOUR_MS;
  let high = warnAt;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (calendar.workingMsBetween(middle, warnAt) > 6 * HOUR_MS) low = middle;
    else high = middle;
  }
  return high;
}
