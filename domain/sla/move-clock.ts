import { anchoredDue } from './anchored-due.ts';
import { breachClock } from './breaching.ts';
import type { Clock } from './clock.ts';
import type { ClockAnchor, SlaEvent } from './events.ts';
import { rescheduleClock } from './rescheduling.ts';
import type { PromiseOwner, SlaContext } from './schedule.ts';

/**
 * The date that a promise hangs on has moved: its deadline is computed from the new one, and keeps its start. A
 * deadline that had passed before the move stays missed; nothing moves that is met or breached.
 * @param at when it moved, epoch ms. A visit that moves cannot make a promise due before that; a corrected record
 *   can, since the date was never another.
 */
export function moveClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  because: 'visitMoved' | 'heldCorrected',
  anchor: ClockAnchor,
  at: number,
): readonly SlaEvent[] {
  if (clock.status !== 'running') return [];
  if (clock.schedule.dueAt < at) return breachClock(context, owner, clock);
  const due = anchoredDue(clock.target, clock.startedAt, context.calendar, anchor);
  const dueAt = because === 'visitMoved' ? Math.max(due.dueAt, at) : due.dueAt;
  return [
    rescheduleClock(context, owner, clock, because, dueAt, {
      at,
      anchor,
      provisional: due.provisional,
      ...(due.opensAt === undefined ? {} : { opensAt: due.opensAt, startedAt: due.opensAt }),
    }),
  ];
}
