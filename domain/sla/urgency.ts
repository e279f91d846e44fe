import { layOn, timeLeft } from '../time/target.ts';
import { anchoredDue } from './anchored-due.ts';
import type { Clock } from './clock.ts';
import type { SlaEvent } from './events.ts';
import { policyLine } from './policy.ts';
import { rescheduleClock } from './rescheduling.ts';
import { type PromiseOwner, replayDeadline, type SlaContext } from './schedule.ts';

/**
 * The case became urgent: the earlier of the deadline and now plus the urgent target; of a paused clock, of the time left.
 * @param notLaterThan a bound that holds without an urgent target too: an acknowledgement's, by the first reply
 */
export function hurryClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  notLaterThan = Number.POSITIVE_INFINITY,
): readonly SlaEvent[] {
  if (clock.status !== 'running' && clock.status !== 'paused') return [];
  // A wave stays where its date puts it: nobody is asked about a visit before the wave opens.
  if (clock.schedule.opensAt !== undefined) return [];
  const urgent = { ...owner, facts: { ...owner.facts, priority: 'urgent' as const } };
  const line = policyLine(context.policy, owner.lifecycle, clock.clock, urgent.facts);
  if (line === undefined || line.when.priority !== 'urgent') {
    return notLaterThan < clock.schedule.dueAt
      ? [boundClock(context, urgent, clock, 'urgent', notLaterThan)]
      : [];
  }
  const urgentDueAt = anchoredDue(line.target, context.now, context.calendar, clock.anchor).dueAt;
  return [boundClock(context, urgent, clock, 'urgent', Math.min(urgentDueAt, notLaterThan))];
}

/** Not later than that from now on; a paused clock, not more left than from now to then. */
export function boundClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  because: 'urgent' | 'merged',
  notLaterThan: number,
): SlaEvent & { type: 'SlaClockRescheduled' } {
  const { pause, schedule, target } = clock;
  const { now, calendar } = context;
  if (pause === undefined) {
    const dueAt = Math.min(schedule.dueAt, notLaterThan);
    return rescheduleClock(context, owner, clock, because, dueAt, { notLaterThan });
  }
  const boundLeftMs = Math.max(0, timeLeft(target, now, notLaterThan, calendar));
  const leftMs = Math.min(pause.leftMs, boundLeftMs);
  const laidOnAt = layOn(target, now, leftMs, calendar);
  const dueAt = boundLeftMs < pause.leftMs ? laidOnAt : Math.max(schedule.dueAt, laidOnAt);
  return rescheduleClock(context, owner, clock, because, dueAt, { leftMs, notLaterThan });
}

/** When it would fall due if it ran on from now. */
export function dueIfResumed({ target, schedule, pause }: Clock, { now, calendar }: SlaContext): number {
  if (pause === undefined) return schedule.dueAt;
  return Math.max(schedule.dueAt, layOn(target, Math.min(now, pause.endsAt), pause.leftMs, calendar));
}

/**
 * Back to normal: the deadline as if it had never been urgent, but never earlier than now plus the policy's floor.
 * @param notLaterThan what bounds it all the same: an acknowledgement, the first reply
 */
export function calmClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  notLaterThan = Number.POSITIVE_INFINITY,
): readonly SlaEvent[] {
  if (!clock.urgent || (clock.status !== 'running' && clock.status !== 'paused')) return [];
  const { calendar } = context;
  const normal = { ...owner, facts: { ...owner.facts, priority: 'normal' as const } };
  const target = clock.ordinaryTarget;
  const moves = clock.moves.filter(move => move.kind !== 'bound' || !move.urgent);
  const ordinary = replayDeadline(target, clock.startedAt, moves, calendar, clock.anchor).dueAt;
  const floorMs = Math.round(context.policy.normalAgainFloorHours * 3_600_000);
  const floorAt = calendar.addWorkingMs(context.now, floorMs);
  const dueAt = Math.min(Math.max(ordinary, floorAt), notLaterThan);
  const calm = { ...clock, target };
  if (clock.pause === undefined) return [rescheduleClock(context, normal, calm, 'normalAgain', dueAt)];
  const { countedFrom } = clock.pause;
  const leftMs = Math.max(
    timeLeft(target, countedFrom, Math.max(ordinary, countedFrom), calendar),
    timeLeft(target, context.now, floorAt, calendar),
  );
  return [rescheduleClock(context, normal, calm, 'normalAgain', dueAt, { leftMs })];
}
