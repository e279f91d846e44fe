import type { z } from 'zod';
import type { DeciderChange } from '../log/aggregate.ts';
import type { Clock } from '../sla/clock.ts';
import type { ClockName } from '../sla/events.ts';
import type { Organisation, Policy } from '../sla/policy.ts';
import type { WorkingCalendar } from '../time/calendar.ts';
import type { Actor } from './actor.ts';
import type { CaseState, TakenOver } from './case-state.ts';
import type { Decision } from './decision.ts';
import type { CommandDefinitions, CommandOf, EventDefinitions, EventOf, Folded } from './event-definition.ts';
import { type UnusableReference, withReferences } from './references.ts';

/** Another case that a command names, as it was read (by stream and revision) before the decision. */
export interface LinkedCase {
  readonly caseId: string;
  readonly lifecycle: string;
  readonly revision: number;
  readonly phase: string;
  readonly receivedAt: number;
  readonly mergedInto?: string;
  /** Of a merged case: revision of the event by which it was merged. */
  readonly mergeRevision?: number;
  /** What it has taken over from others. */
  readonly takenOver: readonly TakenOver[];
  readonly clocks: readonly Clock[];
}

/** People asked to host on some days (local dates, both ends included): looked up in a view before the decision. */
export interface HostQuery {
  readonly hostIds: readonly string[];
  readonly from: string;
  readonly to: string;
}
/** A host who is expected elsewhere on one of those days: a warning, never a bar. */
export interface HostOverlap {
  readonly hostId: string;
  readonly caseId: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Everything a decision may know beside the stream. Plain data and pure functions: no clock, no chance.
 * What of `actor`, `organisation`, `linkedCase`, `customerGrade` and `unusableReferences` was read is recorded with the
 * decision.
 */
export interface DecideContext {
  /** The instant of the decision; no fact may lie after it. */
  readonly now: number;
  /** The stream's own uuid. */
  readonly caseId: string;
  readonly actor: Actor;
  readonly policy: Policy;
  /** The version of the policy's calendar that is known at `now`. */
  readonly calendar: WorkingCalendar;
  /** Any published version, by which an older deadline was computed. */
  calendarOf(ref: { readonly id: string; readonly version: number }): WorkingCalendar;
  /** A UUID derived from the command's id: the same again when the decision is taken again. */
  newId(): string;
  readonly organisation: Organisation;
  readonly linkedCase?: LinkedCase;
  readonly customerGrade?: 'A' | 'B' | 'C' | 'D';
  /** What the command names and there is not, or not any more; absent for none. */
  readonly unusableReferences?: readonly UnusableReference[];
  /** What the view answers to `hostQueryOf`, other cases only. */
  readonly hostOverlaps?: readonly HostOverlap[];
}

/** What lists, escalation and routing need of any case. */
export interface CaseSummary {
  readonly phase: string;
  readonly priority: 'normal' | 'urgent';
  readonly receivedAt: number;
  readonly assigneeId?: string;
  readonly teamId: string;
  readonly closed: boolean;
}

type CorrectableFields = Readonly<
  Record<string, { readonly kind: 'value' | 'text'; readonly schema?: z.ZodType }>
>;

/**
 * One lifecycle: routes, OpenAPI, forms and the command line are made from this object.
 * To add one is to add a folder and a line in `domain/lifecycles.ts`.
 */
export interface Lifecycle<
  S extends CaseState = CaseState,
  C extends CommandDefinitions = CommandDefinitions,
  E extends EventDefinitions = EventDefinitions,
> {
  /** kebab-case, as in policies: `complaint`. */
  readonly name: string;
  /** Plural, as in URLs: `complaints`. */
  readonly collection: string;
  /** camelCase, as in stream ids. */
  readonly category: string;
  /** Prefix of the number for people: `CMP`. */
  readonly numberPrefix: string;
  /** Raised by hand, with an entry that names which commands decide differently. */
  readonly deciderVersion: number;
  /** One for every version after the first. */
  readonly deciderChanges?: readonly DeciderChange[];
  /** The commands that open a case. */
  readonly opens: readonly (keyof C & string)[];
  /** Those of `opens` that also act on a case: given with its id they continue it, given without one they open one. */
  readonly continues?: readonly (keyof C & string)[];
  /** Every promise that it may start: a policy has to say a target for each. */
  readonly promises: readonly ClockName[];
  readonly commands: C;
  /** The fields that `correctDetails` can put right, with their schemas. */
  readonly correctable?: CorrectableFields;
  readonly events: E;
  readonly initial: S;
  decide(command: CommandOf<C>, state: S, context: DecideContext): Decision<EventOf<E>>;
  evolve(state: S, event: Folded<EventOf<E>>): S;
  summarize(state: S): CaseSummary;
  /** What is possible now, for a rejection and for a page's buttons. */
  possible(state: S): readonly (keyof C & string)[];
  /** The other case that a command is about: read before the decision and given as `context.linkedCase`. */
  linkedCaseOf?(command: CommandOf<C>): string | undefined;
  /** Whom a command wants as hosts, and when: who is taken is read before the decision and given as `context.hostOverlaps`. */
  hostQueryOf?(command: CommandOf<C>, state: S): HostQuery | undefined;
}

/** A lifecycle as the engine holds it, its own types no longer visible. Commands and events are parsed by its schemas first. */
export interface AnyLifecycle {
  readonly name: string;
  readonly collection: string;
  readonly category: string;
  readonly numberPrefix: string;
  readonly deciderVersion: number;
  readonly deciderChanges?: readonly DeciderChange[];
  readonly opens: readonly string[];
  readonly continues?: readonly string[];
  readonly promises: readonly ClockName[];
  readonly commands: CommandDefinitions;
  readonly correctable?: CorrectableFields;
  readonly events: EventDefinitions;
  readonly initial: CaseState;
  decide(command: AnyCommand, state: CaseState, context: DecideContext): Decision<AnyEvent>;
  evolve(state: CaseState, event: Folded<AnyEvent>): CaseState;
  summarize(state: CaseState): CaseSummary;
  possible(state: CaseState): readonly string[];
  linkedCaseOf?(command: AnyCommand): string | undefined;
  hostQueryOf?(command: AnyCommand, state: CaseState): HostQuery | undefined;
}
export interface AnyCommand {
  readonly type: string;
  readonly data: Readonly<Record<string, z.core.util.JSONType>>;
}
export interface AnyEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, z.core.util.JSONType>>;
  readonly occurredAt: number;
}

export function defineLifecycle<
  S extends CaseState,
  C extends CommandDefinitions,
  E extends EventDefinitions,
>(lifecycle: Lifecycle<S, C, E>): Lifecycle<S, C, E> {
  return {
    ...lifecycle,
    decide: (command, state, context) =>
      withReferences(lifecycle.decide(command, state, context), context.unusableReferences),
  };
}

/** Forgets a lifecycle's own types for the registry; sound because the engine parses by `commands` and `events`. */
export function registered<S extends CaseState, C extends CommandDefinitions, E extends EventDefinitions>(
  lifecycle: Lifecycle<S, C, E>,
): AnyLifecycle {
  return lifecycle as unknown as AnyLifecycle;
}
