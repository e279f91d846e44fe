import type { Clock } from './clock.ts';
import type { SlaEvent } from './events.ts';

/**
 * Moves the promises of one case for one cause. An acknowledgement is never due later than the first reply of the same
 * case: it is moved after that one, and told when the reply falls due by then.
 * @param move of one clock, by no later an instant (epoch ms) than given
 * @returns the events in the order of the clocks
 */
export function moveWithReply<E extends SlaEvent>(
  clocks: readonly Clock[],
  move: (clock: Clock, notLaterThan: number) => readonly E[],
): readonly E[] {
  const moved = new Map<Clock, readonly E[]>();
  const isBounded = ({ clock }: Clock) => clock === 'acknowledgement';
  for (const clock of clocks) {
    if (!isBounded(clock)) moved.set(clock, move(clock, Number.POSITIVE_INFINITY));
  }
  const reply = clocks.findLast(c => c.clock === 'firstReply' && c.status === 'running');
  const changes: readonly SlaEvent[] = (reply && moved.get(reply)) ?? [];
  const dueAts = changes.map(e => (e.type === 'SlaClockRescheduled' ? e.data.schedule.dueAt : undefined));
  const replyDueAt = dueAts.at(-1) ?? reply?.schedule.dueAt ?? Number.POSITIVE_INFINITY;
  for (const clock of clocks) if (isBounded(clock)) moved.set(clock, move(clock, replyDueAt));
  return clocks.flatMap(clock => moved.get(clock) ?? []);
}
