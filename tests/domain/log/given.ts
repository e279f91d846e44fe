import { expect } from 'vitest';
import type {
  CommandDefinitions,
  CommandOf,
  EventDefinitions,
  EventOf,
} from '../../../domain/case/event-definition.ts';
import type { Aggregate } from '../../../domain/log/aggregate.ts';

/** Distributes over the union, which a plain `Omit` would merge. */
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** `givenOn(user, now)(event, …).when(command).then(event, …)`; events happen at `now` unless they say otherwise. */
export function givenOn<S, C extends CommandDefinitions, E extends EventDefinitions>(
  aggregate: Aggregate<S, C, E>,
  now: number,
) {
  return (...history: readonly EventOf<E>[]) => {
    const state = history.reduce((before, event) => aggregate.evolve(before, event), aggregate.initial);
    return {
      state,
      when(command: CommandOf<C>) {
        const decision = aggregate.decide(command, state, now);
        return {
          // biome-ignore lint/suspicious/noThenProperty: given, when, then; nobody awaits it
          then(...events: readonly Without<EventOf<E>, 'occurredAt'>[]) {
            const expected = events.map(event => ({ ...event, occurredAt: now }));
            expect(decision).toEqual({ outcome: 'accepted', events: expected });
          },
          thenRejected(reason: string) {
            expect(decision).toMatchObject({ outcome: 'rejected', reason });
          },
        };
      },
    };
  };
}
