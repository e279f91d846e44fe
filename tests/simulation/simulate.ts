import { v4 as uuidv4 } from 'uuid';
import type { Actor, Role } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { lifecycleByName, lifecycles } from '../../domain/lifecycles.ts';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { CALENDAR_STREAM_ID, DEFAULT_TEAM_ID, POLICY_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import { calendarVersionSchema } from '../../domain/time/calendar.ts';
import { chanceFrom } from '../../src/demo/random.ts';
import { createPolicyBook } from '../../src/engine/policy-book.ts';
import { timerRequest } from '../../src/engine/timer-request.ts';
import { house, published, testClock } from '../engine/house.ts';
import { type DayTable, KNOWN_THROUGH, knownTables } from './day-table.ts';
import { ModelCase } from './model-case.ts';
import type { Outcome } from './model-clock.ts';
import { anyScript, HOST, type Script } from './scripts.ts';

const FROM = Date.parse('2019-01-02T00:00:00+08:00');
const DAY_MS = 86_400_000;
/** Cases come in over three years. */
const DAYS = 3 * 365;
/** Long enough for the last wave of the last visit. */
const AFTERMATH_MS = 300 * DAY_MS;
/** How long a timer waits for commands on their way. */
const GRACE_MS = 2_000;

export interface Difference {
  readonly seed: number;
  readonly case: number;
  readonly script: readonly string[];
  readonly engine: readonly string[];
  readonly model: readonly string[];
}
export interface Simulated {
  readonly cases: number;
  readonly steps: number;
  readonly refused: number;
  readonly timersFired: number;
  readonly promises: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

/** Plays cases of three virtual years by the engine and on paper, and tells where the two part. */
export async function simulate(seed: number, cases: number): Promise<Simulated> {
  const chance = chanceFrom(seed);
  const tables = knownTables();
  const clock = testClock(FROM);
  const { handler, store } = house({ clock, parts: { lifecycles, policies: policiesOf(tables) } });
  const differences: Difference[] = [];
  const promises: Record<string, number> = {};
  let steps = 0;
  let refused = 0;
  let timersFired = 0;

  const passTime = async (lifecycle: AnyLifecycle, caseId: string, to: number): Promise<void> => {
    for (;;) {
      const loaded = await handler.load(lifecycle, caseId);
      const due = (loaded === undefined ? [] : pendingTimers(loaded.state))
        .filter(({ at }) => at <= to - GRACE_MS)
        .sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      clock.at = Math.max(clock.at, due.at + GRACE_MS);
      const outcome = await handler.handle(timerRequest(store.logId, lifecycle, caseId, due));
      if (outcome.outcome !== 'accepted')
        throw new Error(`a timer was not taken: ${JSON.stringify(outcome)}`);
      timersFired++;
    }
    clock.at = to;
  };

  for (let index = 0; index < cases; index++) {
    const receivedAt = FROM + Math.floor(chance.between(0, DAYS * 86_400)) * 1000;
    const script = anyScript(receivedAt, chance);
    const lifecycle = lifecycleByName(script.lifecycle);
    if (lifecycle === undefined) throw new Error(`there is no ${script.lifecycle}`);
    const paper = new ModelCase(tables);
    let caseId: string | undefined;
    const answers: string[] = [];
    const means: string[] = [];
    // Cases do not touch each other: each is played from its beginning to its end.
    clock.at = receivedAt;
    for (const step of script.steps) {
      if (caseId !== undefined) await passTime(lifecycle, caseId, step.now);
      clock.at = step.now;
      paper.pass(step.now, GRACE_MS);
      const definition = lifecycle.commands[step.command];
      const data = JSON.parse(JSON.stringify(definition?.schema.parse(step.data)));
      const outcome = await handler.handle({
        lifecycle,
        ...(caseId === undefined ? {} : { caseId }),
        command: { type: step.command, data },
        actor: person(step.by),
        commandId: uuidv4(),
        keyed: false,
        correlationId: uuidv4(),
      });
      if (outcome.outcome === 'accepted') caseId = outcome.caseId;
      else refused++;
      answers.push(outcome.outcome === 'rejected' ? `rejected ${outcome.reason}` : outcome.outcome);
      means.push(step.means(paper) ? 'accepted' : 'rejected');
      steps++;
      if (caseId === undefined) throw new Error(`${step.command} opened nothing: ${JSON.stringify(outcome)}`);
    }
    if (caseId === undefined) continue;
    const end = clock.at + AFTERMATH_MS;
    await passTime(lifecycle, caseId, end);
    paper.pass(end, GRACE_MS);
    const engine = byName(
      outcomesOf(
        (await handler.load(lifecycle, caseId))?.state.clocks ?? [],
        await store.readStream(`${lifecycle.category}-${caseId}`),
      ),
    );
    const model = byName(paper.outcomes);
    for (const { status } of engine) promises[status] = (promises[status] ?? 0) + 1;
    const answered = answers.map(answer => answer.split(' ')[0]);
    if (!same(engine, model) || !same(answered, means)) {
      differences.push({ seed, case: index, ...toldApart(script, answers, means, engine, model) });
    }
    handler.dropCache();
  }
  return { cases, steps, refused, timersFired, promises, differences };
}

/** Cycles of one name stay in their order. */
function byName(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.toSorted((a, b) => a.clock.localeCompare(b.clock));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Only what differs, with instants that a person can read. */
function toldApart(
  script: Script,
  answers: readonly string[],
  means: readonly string[],
  engine: readonly Outcome[],
  model: readonly Outcome[],
): Pick<Difference, 'script' | 'engine' | 'model'> {
  const differing = engine.map((outcome, i) => ({ engine: outcome, model: model[i] }));
  const apart = differing.filter(pair => !same(pair.engine, pair.model));
  return {
    script: script.steps.map((s, i) => `${wall(s.now)} ${s.command} ${answers[i]} (paper: ${means[i]})`),
    engine: apart.map(pair => readable(pair.engine)),
    model: apart.map(pair => readable(pair.model)),
  };
}

function readable(value: unknown): string {
  return JSON.stringify(value ?? null).replace(/1[56]\d{11}/g, at => wall(Number(at)));
}

function wall(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', '_');
}

type FoldedClock = Awaited<ReturnType<ReturnType<typeof house>['handler']['load']>>;

/** The engine's promises as its events and its state tell. */
function outcomesOf(
  clocks: NonNullable<FoldedClock>['state']['clocks'],
  events: readonly RecordedEvent[],
): readonly Outcome[] {
  return clocks.map(clock => {
    const own = events.filter(({ data }) => data.clock === clock.clock && data.cycle === clock.cycle);
    const of = (type: string) => own.filter(event => event.type === type);
    const { result, breach } = clock;
    return {
      clock: clock.clock,
      dueAt: clock.schedule.dueAt,
      status: clock.status,
      warned: of('SlaClockWarned')
        .map(({ data, metadata }) => `${data.threshold} ${metadata.occurredAt}`)
        .sort(),
      escalated: of('SlaClockEscalated')
        .map(({ data, metadata }) => `${data.level} ${metadata.occurredAt}`)
        .sort(),
      pausedMs: clock.pausedMs,
      provisional: clock.schedule.provisional,
      ...(breach === undefined ? {} : { breachedAt: breach.dueAt }),
      ...(result === undefined ? {} : { at: result.at, lateMs: result.lateMs }),
    };
  });
}

/** Each published state of the calendar as a version of the house's. */
function policiesOf(tables: ReturnType<typeof knownTables>) {
  const book = createPolicyBook();
  book.apply(published(POLICY_STREAM_ID, 'PolicyPublished', { policy: defaultPolicy() }));
  for (const [index, { knownFrom, days }] of tables.entries()) {
    const calendar = calendarVersionSchema.parse({
      calendarId: 'cn',
      version: index + 1,
      timeZone: 'Asia/Shanghai',
      week: { ...WEEK, sat: [], sun: [] },
      exceptions: exceptionsOf(days),
      knownThrough: KNOWN_THROUGH,
      knownFrom,
    });
    book.apply({ ...published(CALENDAR_STREAM_ID, 'CalendarPublished', { calendar }), revision: index });
  }
  return book;
}

const HOURS = [
  ['08:30', '12:00'],
  ['13:30', '17:30'],
];
const WEEK = { mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS, fri: HOURS };

function exceptionsOf(days: DayTable): object {
  return Object.fromEntries(
    [...days].map(([date, { off, name }]) => [
      date,
      { kind: off ? 'publicHoliday' : 'makeUpWorkingDay', name, intervals: off ? [] : HOURS },
    ]),
  );
}

/** One person a role; `host` is the technical service's who receives visitors. */
function person(role: Role | 'host'): Actor {
  const known: Role = role === 'host' ? 'technicalService' : role;
  const id =
    role === 'host' ? HOST : `00000000-0000-4000-8000-${String(ROLE_IDS.indexOf(known)).padStart(12, '0')}`;
  return { id, role: known, roles: [known], via: 'http', qualifications: [], teamId: DEFAULT_TEAM_ID };
}
const ROLE_IDS: readonly Role[] = [
  'agent',
  'lead',
  'qa',
  'marketing',
  'marketingDirector',
  'technicalService',
  'technician',
];
