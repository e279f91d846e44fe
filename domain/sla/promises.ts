import { breachClock } from './breaching.ts';
import { type Clock, isOpen, nextCycle } from './clock.ts';
import { clockId } from './clock-id.ts';
import type { ClockName, SlaEvent } from './events.ts';
import { endPause } from './pausing.ts';
import { type PromiseOwner, promise, type SlaContext } from './schedule.ts';

/**
 * How promises begin and how they are kept, as events (sla-semantics, "Clocks"). Every function of this folder that
 * acts on a clock is given it as it stands and answers the events; an impossible act answers none, and the caller says
 * why it is refused.
 */

/** Begins a promise; no event where the policy makes none. A wave begins when it opens, whenever it was promised. */
export function startClock(
  context: SlaContext,
  owner: PromiseOwner,
  clocks: readonly Clock[],
  clock: ClockName,
  startedAt: number,
  options: Parameters<typeof promise>[4] & { readonly cycle?: number } = {},
): readonly SlaEvent[] {
  const promised = promise(context, owner, clock, startedAt, options);
  if (promised === undefined) return [];
  const cycle = options.cycle ?? nextCycle(clocks, clock);
  const begins = promised.schedule.opensAt ?? startedAt;
  const { dueAt } = options;
  // From it later changes are counted, as from an appointment.
  const carried = dueAt === undefined ? {} : { carriedDueAt: dueAt };
  const data = { clock, cycle, startedAt: begins, ...promised, ...carried };
  return [{ type: 'SlaClockStarted', data, occurredAt: begins }];
}

/** The fact that keeps the promise. Late, it records the breach first if nobody has yet. */
export function meetClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock | undefined,
  at: number,
  mode?: string,
): readonly SlaEvent[] {
  if (clock === undefined || !isOpen(clock)) return [];
  const how = mode === undefined ? {} : { mode };
  const { dueAt } = clock.schedule;
  switch (clock.status) {
    case 'paused': {
      const { events, clock: resumed } = endPause(context, clock, at, 'fact');
      return [...events, ...meetClock(context, owner, resumed, at, mode)];
    }
    case 'running':
      return at <= dueAt
        ? [met(clock, at, clock.pausedMs, how)]
        : [...breachClock(context, owner, clock), fulfilled(clock, at, how)];
    default:
      return [fulfilled(clock, at, how)];
  }
}

function met(clock: Clock, at: number, pausedMs: number, how: { mode?: string }): SlaEvent {
  return {
    type: 'SlaClockMet',
    data: { ...clockId(clock), dueAt: clock.schedule.dueAt, pausedMs, ...how },
    occurredAt: at,
  };
}

export function fulfilled(clock: Clock, at: number, how: { mode?: string }): SlaEvent {
  const data = { ...clockId(clock), at, lateMs: at - clock.schedule.dueAt, ...how };
  return { type: 'SlaClockFulfilled', data, occurredAt: at };
}
