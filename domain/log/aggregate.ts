import type { Decision } from '../case/decision.ts';
import type { CommandDefinitions, CommandOf, EventDefinitions, EventOf } from '../case/event-definition.ts';

/**
 * A stream that is no case: a user, a team, a party. It has no clocks, no calendar and no numbers for people.
 * The subject of its personal fields is the stream's own uuid.
 */
export interface Aggregate<S, C extends CommandDefinitions, E extends EventDefinitions> {
  /** camelCase, as in stream ids. */
  readonly category: string;
  /** Raised by hand when commands decide differently. */
  readonly deciderVersion: number;
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
