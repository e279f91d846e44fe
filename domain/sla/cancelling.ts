import { breachClock } from './breaching.ts';
import { type Clock, isOpen } from './clock.ts';
import { clockId } from './clock-id.ts';
import type { SlaEvent } from './events.ts';
import { endPause } from './pausing.ts';
import type { PromiseOwner, SlaContext } from './schedule.ts';

/** Promises that end without a result of their own: cancelled, or handed over to another case. */

/**
 * What time brought to a clock up to an instant and no timer has recorded yet: the end of a pause at its maximum, and
 * the breach. Whoever ends a clock asks first: a promise that was broken is not made unbroken by cancelling it.
 */
function lapsed(context: SlaContext, owner: PromiseOwner, clock: Clock, at: number): readonly SlaEvent[] {
  if (clock.status === 'paused') {
    const { events, clock: resumed } = endPause(context, clock, at, 'command');
    const broken = lapsed(context, owner, resumed, at);
    return broken.length === 0 ? [] : [...events, ...broken];
  }
  return clock.status === 'running' && clock.schedule.dueAt < at ? breachClock(context, owner, clock) : [];
}

/** An open clock as it is handed over at a merge: its pause ended, and breached if it was due before. */
export function handOverClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  at: number,
): { readonly events: readonly SlaEvent[]; readonly clock: Clock } {
  const paused = clock.status === 'paused';
  const running = paused ? endPause(context, clock, at, 'merged') : { events: [], clock };
  const broken = lapsed(context, owner, running.clock, at);
  return {
    events: [...running.events, ...broken],
    clock: broken.length === 0 ? running.clock : { ...running.clock, status: 'breached' },
  };
}

/** @param held whose promise it is: what time brought before the cancelling, and no timer told yet, is recorded first */
export function cancelClock(
  clock: Clock | undefined,
  because: (SlaEvent & { type: 'SlaClockCancelled' })['data']['because'],
  at: number,
  held?: { readonly context: SlaContext; readonly owner: PromiseOwner },
): readonly SlaEvent[] {
  if (clock === undefined || !isOpen(clock)) return [];
  const before = held === undefined ? [] : lapsed(held.context, held.owner, clock, at);
  return [...before, { type: 'SlaClockCancelled', data: { ...clockId(clock), because }, occurredAt: at }];
}
