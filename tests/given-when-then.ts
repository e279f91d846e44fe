import { expect } from 'vitest';
import type { z } from 'zod';
import type { Actor, Role } from '../domain/case/actor.ts';
import type { CaseState } from '../domain/case/case-state.ts';
import type { Decision } from '../domain/case/decision.ts';
import type {
  CommandDefinitions,
  EventDefinitions,
  EventOf,
  Folded,
} from '../domain/case/event-definition.ts';
import {
  type AnyCommand,
  type AnyEvent,
  type AnyLifecycle,
  type DecideContext,
  type Lifecycle,
  type LinkedCase,
  registered,
} from '../domain/case/lifecycle.ts';
import { SEALED } from '../domain/log/personal.ts';
import { personalPathsOf } from '../domain/log/personal-paths.ts';
import type { Clock } from '../domain/sla/clock.ts';
import { defaultPolicy } from '../domain/sla/default-policy.ts';
import type { ClockName } from '../domain/sla/events.ts';
import type { Organisation, Policy } from '../domain/sla/policy.ts';
import { type PendingTimer, pendingTimers } from '../domain/sla/timers.ts';
import { compileCalendar } from '../domain/time/calendar.ts';
import { chinaCalendar } from '../domain/time/china-calendar.ts';
import { withEdits } from '../src/privacy/json-edit.ts';

/**
 * Stories of one case: `given(lifecycle).did(…).passed(until).when(…).then(…)`. Every step goes the way of the
 * engine: roles first, then the schema, `decide`, the events' schemas, and what is folded is sealed. The house is
 * always the same: China's calendar, the default policy, one team.
 */

/** `'2026-09-30 16:00'` in the house's zone, as epoch milliseconds. */
export function at(local: string): number {
  const [date, time = '00:00'] = local.split(' ');
  return Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}+08:00`);
}

/** The n-th id that tests make up; those of `newId` are apart. */
export function idOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

const TEAM_ID = idOf(0xa);
export const OTHER_TEAM_ID = idOf(0xb);
export const ids = {
  team: TEAM_ID,
  lead: idOf(0x10),
  onDuty: idOf(0x11),
  head: idOf(0x12),
  case: idOf(0x13),
};

export function person(n: number, role: Role, more: Partial<Actor> = {}): Actor {
  return { id: idOf(n), role, roles: [role], via: 'http', qualifications: [], ...more };
}
export const agent = person(0x20, 'agent', { teamId: TEAM_ID });
export const otherAgent = person(0x21, 'agent', { teamId: OTHER_TEAM_ID });
export const lead = person(0x10, 'lead', { teamId: TEAM_ID });
export const customer = person(0x23, 'customer');
export const qa = person(0x24, 'qa', { teamId: TEAM_ID });
export const qaHead = person(0x12, 'qaHead', { teamId: TEAM_ID });
export const marketing = person(0x26, 'marketing', { teamId: TEAM_ID });
export const judge = person(0x27, 'marketing', {
  teamId: TEAM_ID,
  qualifications: [{ name: 'remoteJudgement', validUntil: at('2026-12-31 23:59') }],
});
export const technicalCentre = person(0x28, 'technicalCentre', { teamId: TEAM_ID });
export const technician = person(0x29, 'technician', { teamId: TEAM_ID });
export const system = person(0x2a, 'system', { via: 'timer' });

const calendar = compileCalendar(chinaCalendar());
const ORGANISATION: Organisation = {
  assigneeLead: ids.lead,
  teamLead: ids.lead,
  onDuty: [ids.onDuty],
  heads: [ids.head],
};

/** What a step may have about it beside who and when. */
export interface Setting {
  readonly linkedCase?: LinkedCase;
  readonly customerGrade?: 'A' | 'B' | 'C' | 'D';
  readonly policy?: Policy;
  readonly organisation?: Organisation;
}

/** An event that is expected: its data at least this, its instant only if given. */
export interface Expected {
  readonly type: string;
  readonly data?: object;
  readonly at?: string;
}
export function event(type: string, data?: object, happenedAt?: string): Expected {
  return {
    type,
    ...(data === undefined ? {} : { data }),
    ...(happenedAt === undefined ? {} : { at: happenedAt }),
  };
}

type Data<C extends CommandDefinitions, K extends keyof C> = z.input<C[K]['schema']>;

export function given<S extends CaseState, C extends CommandDefinitions, E extends EventDefinitions>(
  lifecycle: Lifecycle<S, C, E>,
  setting: Setting = {},
): Story<S, C, E> {
  return new Story<S, C, E>(registered(lifecycle), setting, {
    state: lifecycle.initial,
    revision: -1,
    decisions: 0,
    events: [],
    folded: [],
  });
}

interface Told {
  readonly state: CaseState;
  readonly revision: number;
  readonly decisions: number;
  readonly events: readonly AnyEvent[];
  /** The same as they are read from the log: sealed, with their place in it. */
  readonly folded: readonly Folded<AnyEvent>[];
}

/** Immutable: a story can be told on in several ways. */
export class Story<S extends CaseState, C extends CommandDefinitions, E extends EventDefinitions> {
  readonly #lifecycle: AnyLifecycle;
  readonly #setting: Setting;
  readonly #told: Told;

  constructor(lifecycle: AnyLifecycle, setting: Setting, told: Told) {
    this.#lifecycle = lifecycle;
    this.#setting = setting;
    this.#told = told;
  }

  /** Folded by the lifecycle's own `evolve`, which gives its own state. */
  get state(): S {
    return this.#told.state as S;
  }
  get revision(): number {
    return this.#told.revision;
  }
  /** All events so far, their personal values readable. */
  get events(): readonly EventOf<E>[] {
    return this.#told.events as readonly EventOf<E>[];
  }
  /** The same as they are read from the log: sealed, with their place in it. */
  get folded(): readonly Folded<AnyEvent>[] {
    return this.#told.folded;
  }
  /** The state once more, from the events alone. */
  refolded(): CaseState {
    const { initial } = this.#lifecycle;
    return this.#told.folded.reduce((state, each) => this.#lifecycle.evolve(state, each), initial);
  }
  get possible(): readonly string[] {
    return this.#lifecycle.possible(this.#told.state);
  }
  get pending(): readonly PendingTimer[] {
    return pendingTimers(this.#told.state);
  }

  /** The newest cycle of a clock, or the one named. */
  clock(name: ClockName, cycle?: number): Clock {
    const found = this.#told.state.clocks.findLast(
      c => c.clock === name && (cycle === undefined || c.cycle === cycle),
    );
    if (found === undefined) throw new Error(`no ${name} ${cycle ?? ''} in this story`);
    return found;
  }
  /** The due instant of its newest cycle, in the house's zone. */
  due(name: ClockName, cycle?: number): string {
    return local(this.clock(name, cycle).schedule.dueAt);
  }
  /** Revision of the last event of a type. */
  revisionOf(type: string): number {
    const found = this.#told.events.findLastIndex(e => e.type === type);
    if (found < 0) throw new Error(`no ${type} in this story`);
    return found;
  }
  /** The data of the last event of a type. */
  last<T extends EventOf<E>['type']>(type: T): (EventOf<E> & { type: T })['data'] {
    return this.#told.events[this.revisionOf(type)]?.data as (EventOf<E> & { type: T })['data'];
  }

  with(setting: Setting): Story<S, C, E> {
    return new Story<S, C, E>(this.#lifecycle, { ...this.#setting, ...setting }, this.#told);
  }

  /** A command that must be accepted. */
  did<K extends keyof C & string>(
    type: K,
    data: Data<C, K>,
    by: Actor,
    now: string | number,
    setting: Setting = {},
  ): Story<S, C, E> {
    const { decision, parsed } = this.#decide({ type, data: plain(data) }, by, instant(now), setting);
    if (decision.outcome === 'rejected') {
      throw new Error(`${parsed.type} was rejected: ${decision.reason} ${JSON.stringify(decision.details)}`);
    }
    return this.#fold(decision.events, by, instant(now));
  }

  /** Events of another release or another case, taken as they are. */
  happened(...events: readonly EventOf<E>[]): Story<S, C, E> {
    const last = events.at(-1)?.occurredAt ?? 0;
    return this.#fold(events as readonly AnyEvent[], system, last);
  }

  /** Every timer due until then fires, each at its instant, the earliest first. */
  passed(until: string | number): Story<S, C, E> {
    const end = instant(until);
    let story: Story<S, C, E> = this;
    for (let fired = 0; fired < 1_000; fired++) {
      const next = story.pending.filter(t => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) return story;
      story = story.fired(next, next.at);
    }
    throw new Error('a timer that fires for ever');
  }

  /** One timer fires, whether it is pending (any more) or not. */
  fired(timer: PendingTimer, now: string | number = timer.at): Story<S, C, E> {
    const { decision } = this.#decide({ type: 'fireTimer', data: { ...timer } }, system, instant(now), {});
    if (decision.outcome === 'rejected') throw new Error(`${timer.kind} was rejected: ${decision.reason}`);
    return this.#fold(decision.events, system, instant(now));
  }

  /** The pending timer of a kind; of a clock, and with a key, if these are given. */
  timer(kind: PendingTimer['kind'], name?: string, key?: string): PendingTimer {
    const found = this.pending.find(
      t => t.kind === kind && (name === undefined || t.name === name) && (key === undefined || t.key === key),
    );
    if (found === undefined) throw new Error(`no ${kind} of ${name ?? 'anything'} is pending`);
    return found;
  }

  when<K extends keyof C & string>(
    type: K,
    data: Data<C, K>,
    by: Actor,
    now: string | number,
    setting: Setting = {},
  ) {
    return outcomeOf(this.#decide({ type, data: plain(data) }, by, instant(now), setting).decision);
  }
  whenFired(timer: PendingTimer, now: string | number = timer.at) {
    return outcomeOf(
      this.#decide({ type: 'fireTimer', data: { ...timer } }, system, instant(now), {}).decision,
    );
  }

  /** The decision itself, for properties: a command that its schema refuses is none. */
  tried(
    command: AnyCommand,
    by: Actor,
    now: number,
    setting: Setting = {},
  ): { decision: Decision<AnyEvent>; next: Story<S, C, E> } {
    const { decision } = this.#decide(command, by, now, setting);
    const next = decision.outcome === 'accepted' ? this.#fold(decision.events, by, now) : this;
    return { decision, next };
  }

  #decide(command: AnyCommand, actor: Actor, now: number, setting: Setting) {
    const definition = this.#lifecycle.commands[command.type];
    if (definition === undefined) throw new Error(`no command ${command.type}`);
    if (!actor.roles.some(role => definition.roles.includes(role))) {
      throw new Error(`${actor.role} may not ${command.type}`);
    }
    const data = plain(definition.schema.parse(command.data));
    const parsed = { type: command.type, data };
    const { decisions, state } = this.#told;
    const {
      policy = defaultPolicy(),
      organisation = ORGANISATION,
      ...linked
    } = { ...this.#setting, ...setting };
    let made = 0;
    const context: DecideContext = {
      now,
      caseId: ids.case,
      actor,
      policy,
      calendar,
      calendarOf: () => calendar,
      newId: () => idOf(0x1_0000 + decisions * 0x100 + made++),
      organisation,
      ...linked,
    };
    return { decision: this.#lifecycle.decide(parsed, state, context), parsed };
  }

  #fold(events: readonly AnyEvent[], actor: Actor, decidedAt: number): Story<S, C, E> {
    const { decisions } = this.#told;
    let { state, revision } = this.#told;
    const folded: Folded<AnyEvent>[] = [];
    for (const { type, data, occurredAt } of events) {
      const schema = this.#lifecycle.events[type]?.schema;
      if (schema === undefined) throw new Error(`${type} is in no registry`);
      // Nothing that the schema would drop on its way into the log.
      expect(plain(schema.parse(data)), type).toEqual(plain(data));
      revision++;
      const sealed = sealedIn(schema, plain(data));
      const commandId = idOf(0x100_0000 + decisions);
      const each = { type, data: sealed, occurredAt, revision, commandId, actorId: actor.id, decidedAt };
      folded.push(each);
      state = this.#lifecycle.evolve(state, each);
    }
    return new Story<S, C, E>(this.#lifecycle, this.#setting, {
      state,
      revision,
      decisions: decisions + 1,
      events: [...this.#told.events, ...events],
      folded: [...this.#told.folded, ...folded],
    });
  }
}

function outcomeOf(decision: Decision<AnyEvent>) {
  const accepted = () => {
    if (decision.outcome === 'rejected') {
      throw new Error(`rejected: ${decision.reason} ${JSON.stringify(decision.details)}`);
    }
    return decision.events;
  };
  return {
    decision,
    /** These events and no others, in this order. */
    // biome-ignore lint/suspicious/noThenProperty: given, when, then; nobody awaits it
    then(...expected: readonly Expected[]): void {
      const events = accepted();
      const shown = events.map(e => ({ type: e.type, data: e.data, at: local(e.occurredAt) }));
      expect(events.map(e => e.type)).toEqual(expected.map(e => e.type));
      expect(shown).toMatchObject(
        expected.map(({ at: when, ...rest }) => (when === undefined ? rest : { ...rest, at: when })),
      );
    },
    thenRejected(reason: string, details: object = {}): void {
      expect(decision).toMatchObject({ outcome: 'rejected', reason, details });
    },
  };
}

function instant(when: string | number): number {
  return typeof when === 'number' ? when : at(when);
}

/** An instant in the house's zone: `2026-09-30 16:00`, with seconds where there are any. */
export function local(instantMs: number): string {
  const text = new Date(instantMs + 8 * 3_600_000).toISOString().replace('T', ' ').replace('Z', '');
  return text.replace(/\.000$/, '').replace(/:00$/, '');
}

/** As JSON would carry it: what is undefined is not there. Commands and events hold nothing else. */
function plain(data: unknown): AnyEvent['data'] {
  return JSON.parse(JSON.stringify(data)) as AnyEvent['data'];
}

function sealedIn(schema: z.ZodObject, data: AnyEvent['data']): AnyEvent['data'] {
  const edits = personalPathsOf(schema)(data, ids.case).map(({ path }) => ({
    path,
    value: SEALED,
  }));
  return withEdits({ ...data }, edits);
}
