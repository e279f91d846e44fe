import { type CaseRules, ownerOf } from '../case/case-rules.ts';
import type { Rejected } from '../case/decision.ts';
import { beforePromise } from '../case/facts.ts';
import type { DecideContext } from '../case/lifecycle.ts';
import { openClock } from '../sla/clock.ts';
import type { ClockName, SlaEvent } from '../sla/events.ts';
import { meetClock, startClock } from '../sla/promises.ts';
import type { ComplaintState } from './state.ts';

/** One decision in the making: the complaint as it is, the context, and when the fact happened. */
export interface Turn {
  readonly state: ComplaintState;
  readonly context: DecideContext;
  readonly at: number;
  /** Meets the clocks of these names that are open. */
  meet(names: readonly ClockName[], mode?: string): readonly SlaEvent[];
  /** Why the fact can't keep the open promises of these names: it lies before they began. */
  tooEarly(names: readonly ClockName[]): Rejected | undefined;
  /** Begins the next cycle of each. */
  start(names: readonly ClockName[]): readonly SlaEvent[];
}

export function turnOf(
  state: ComplaintState,
  context: DecideContext,
  at: number,
  rules: CaseRules<ComplaintState>,
): Turn {
  const owner = ownerOf(state, rules);
  return {
    state,
    context,
    at,
    meet: (names, mode) =>
      names.flatMap(name => meetClock(context, owner, openClock(state.clocks, name), at, mode)),
    tooEarly(names) {
      return names
        .map(name => beforePromise(at, openClock(state.clocks, name)))
        .find(early => early !== undefined);
    },
    start: names => names.flatMap(name => startClock(context, owner, state.clocks, name, at)),
  };
}

/** The data of a command without what says when its fact happened. */
export function factOf<T extends { occurredAt?: number | undefined; backdatingReason?: string | undefined }>(
  data: T,
): Omit<T, 'occurredAt' | 'backdatingReason'> {
  const { occurredAt: _at, backdatingReason: _why, ...fact } = data;
  return fact;
}
