import type { Decision } from '../../domain/case/decision.ts';

/** Decides a command to a small stream; one that is full takes only what ends it. */
export function decideWithin<C extends { readonly type: string }, S, E>(
  aggregate: {
    readonly maxEvents: number;
    readonly endings: readonly string[];
    decide(command: C, state: S, now: number): Decision<E>;
  },
  command: C,
  before: { readonly state: S; readonly revision: number },
  now: number,
): Decision<E> {
  const { maxEvents, endings } = aggregate;
  if (before.revision + 1 >= maxEvents && !endings.includes(command.type)) {
    return {
      outcome: 'rejected',
      reason: 'streamTooLong',
      details: { limit: maxEvents, possible: [...endings] },
    };
  }
  return aggregate.decide(command, before.state, now);
}
