import type { Decision } from '../case/decision.ts';
import type { CommandDefinitions, CommandOf, EventDefinitions, EventOf } from '../case/event-definition.ts';

/**
 * What a raised `deciderVersion` changed: a recheck takes another result of these commands, and of no others, as
 * explained. Never edited once it was released.
 */
export interface DeciderChange {
  /** The version that decides differently from the one before. */
  readonly version: number;
  readonly commands: readonly string[];
  /** For an auditor: what is decided differently, and why. */
  readonly why: string;
}

/**
 * A stream that is no case: a user, a team, a party. It has no clocks, no calendar and no numbers for people.
 * The subject of its personal fields is the stream's own uuid.
 */
export interface Aggregate<S, C extends CommandDefinitions, E extends EventDefinitions> {
  /** camelCase, as in stream ids. */
  readonly category: string;
  /** Raised by hand when commands decide differently. */
  readonly deciderVersion: number;
  /** One for every version after the first. */
  readonly deciderChanges?: readonly DeciderChange[];
  readonly commands: C;
  readonly events: E;
  readonly initial: S;
  /** Beyond this many events the stream takes only the commands in `endings`. */
  readonly maxEvents: number;
  readonly endings: readonly (keyof C & string)[];
  /** `now` in UTC epoch milliseconds. */
  decide(command: CommandOf<C>, state: S, now: number): Decision<EventOf<E>>;
  evolve(state: S, event: EventOf<E>): S;
}
