import { sameTarget, type Target, timeLeft } from '../time/target.ts';
import { anchoredDue } from './anchored-due.ts';
import type { Clock, ClockMove } from './clock.ts';
import type { SlaEvent } from './events.ts';
import { policyLine } from './policy.ts';
import { rescheduleClock } from './rescheduling.ts';
import { knownUntil, type PromiseOwner, replayDeadline, type SlaContext } from './schedule.ts';
import { moveWithReply } from './with-reply.ts';

type Rescheduled = SlaEvent & { type: 'SlaClockRescheduled' };

/** What is laid on promises that run already. `context.calendar` is the version to lay on. */
export interface Reapplied {
  /** `calendar`: every clock keeps its own target. `policyApplied`: it gets that of the policy in force. */
  readonly because: 'calendar' | 'policyApplied';
  /** Only deadlines that rest on days which no calendar knew. */
  readonly provisionalOnly: boolean;
}

/**
 * The open promises of a case, counted again from their starts by another calendar version or policy, with every
 * pause, appointment and bound since: events for those that move. What has fallen due stays: a breach is a breach.
 */
export function reapplyClocks(
  context: SlaContext,
  owner: PromiseOwner,
  clocks: readonly Clock[],
  what: Reapplied,
): readonly SlaEvent[] {
  return moveWithReply(clocks, (clock, notLaterThan) => {
    const event = reapplyClock(context, owner, clock, what, notLaterThan);
    return event === undefined ? [] : [event];
  });
}

function reapplyClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  { because, provisionalOnly }: Reapplied,
  notLaterThan: number,
): Rescheduled | undefined {
  const { schedule, pause } = clock;
  if (clock.status !== 'running' && clock.status !== 'paused') return undefined;
  // What has fallen due is the timer's, who may be on its way.
  if (pause === undefined && schedule.dueAt <= context.now) return undefined;
  if (provisionalOnly && !schedule.provisional) return undefined;
  if (because === 'calendar' && schedule.calendar.id !== context.calendar.id) return undefined;
  const target = because === 'calendar' ? clock.ordinaryTarget : policyTarget(context, owner, clock);
  if (target === undefined) return undefined;

  const before = count(clock, clock.ordinaryTarget, {
    ...withOrganisation(context),
    calendar: context.calendarOf(schedule.calendar),
  });
  const after = count(clock, target, context, urgentBound(context, owner, clock));
  // What held it back beyond what is counted (the floor of a calming, a visit moved late) goes on holding it.
  const held = schedule.dueAt > before.dueAt ? schedule.dueAt : 0;
  const counted = Math.min(Math.max(after.dueAt, held), notLaterThan);
  const dueAt = pause === undefined ? withFloor(context, schedule.dueAt, counted) : counted;

  const left = pause === undefined ? {} : { leftMs: leftAnew(context, clock, target, dueAt) };
  const opens =
    after.opensAt === undefined || clock.openedAt !== undefined
      ? {}
      : { opensAt: after.opensAt, startedAt: after.opensAt };
  const changesTarget = !sameTarget(target, clock.ordinaryTarget);
  const event = rescheduleClock(
    because === 'calendar' ? asPromised(context, owner, clock) : context,
    owner,
    clock,
    because,
    dueAt,
    {
      ...left,
      ...opens,
      ...(changesTarget ? { target } : {}),
      ...(after.bound === undefined ? {} : { notLaterThan: after.bound }),
      provisional: after.provisional || !knownUntil(target, dueAt, context.calendar),
    },
  );
  if (changesTarget || isAnother(clock, event)) return event;
  // Warnings that were laid on again after a pause are no fraction of the whole, and stay as they are.
  if (pause !== undefined || clock.moves.length > 0) return undefined;
  const asBefore = { ...asPromised(context, owner, clock), calendar: context.calendarOf(schedule.calendar) };
  const unchanged = rescheduleClock(asBefore, owner, clock, because, schedule.dueAt, opens);
  const toCome = ({ data }: Rescheduled) =>
    JSON.stringify(
      data.schedule.warnings.filter(w => w.at > context.now).map(({ threshold, at }) => [threshold, at]),
    );
  return toCome(event) === toCome(unchanged) ? undefined : event;
}

/** The ordinary target that the policy in force gives; none where it promises nothing. */
function policyTarget(context: SlaContext, owner: PromiseOwner, clock: Clock): Target | undefined {
  const facts = { ...owner.facts, priority: 'normal' as const };
  return policyLine(context.policy, owner.lifecycle, clock.clock, facts)?.target;
}

interface Counted {
  readonly dueAt: number;
  readonly opensAt?: number;
  readonly provisional: boolean;
  /** The urgent bound that was counted anew. */
  readonly bound?: number;
}

/** As a corrected receipt counts it: of a clock that began urgent the earlier of its two targets. */
function count(clock: Clock, ordinary: Target, { calendar }: SlaContext, bound?: number): Counted {
  const moves =
    bound === undefined
      ? clock.moves
      : clock.moves.map((move): ClockMove => (isUrgentBound(move) ? { ...move, dueAt: bound } : move));
  const replay = (target: Target) => replayDeadline(target, clock.startedAt, moves, calendar, clock.anchor);
  const promised = replay(ordinary);
  const more = bound === undefined ? {} : { bound };
  const beganUrgent = clock.urgent && !sameTarget(clock.target, clock.ordinaryTarget);
  if (!beganUrgent) return { ...promised, ...more };
  const hurried = replay(clock.target);
  return { ...(hurried.dueAt < promised.dueAt ? hurried : promised), ...more };
}

function isUrgentBound(move: ClockMove): move is ClockMove & { kind: 'bound' } {
  return move.kind === 'bound' && move.urgent;
}

/** When an urgency confirmed midway lets it fall due at the latest: counted from then on, by the calendar laid on. */
function urgentBound(context: SlaContext, owner: PromiseOwner, clock: Clock): number | undefined {
  const bound = clock.moves.find(isUrgentBound);
  if (bound === undefined) return undefined;
  const facts = { ...owner.facts, priority: 'urgent' as const };
  const line = policyLine(context.policy, owner.lifecycle, clock.clock, facts);
  if (line === undefined || line.when.priority !== 'urgent') return undefined;
  return anchoredDue(line.target, bound.at, context.calendar, clock.anchor).dueAt;
}

/** A change that nobody at the case made leaves as much time as a return to normal does, or what there was. */
function withFloor(context: SlaContext, dueAt: number, counted: number): number {
  if (counted >= dueAt) return counted;
  const floorMs = Math.round(context.policy.normalAgainFloorHours * 3_600_000);
  return Math.max(counted, Math.min(dueAt, context.calendar.addWorkingMs(context.now, floorMs)));
}

/** What is left of a paused clock: as it was, and what the change gives or takes before the pause. */
function leftAnew(context: SlaContext, clock: Clock, target: Target, dueAt: number): number {
  const { pause, schedule } = clock;
  if (pause === undefined) return 0;
  const leftUntil = (of: Target, until: number, calendar: SlaContext['calendar']) =>
    timeLeft(of, Math.min(pause.countedFrom, until), until, calendar);
  const now = leftUntil(target, dueAt, context.calendar);
  const sameTime = target.kind === clock.target.kind;
  if (!sameTime) return Math.max(0, now);
  const was = leftUntil(clock.target, schedule.dueAt, context.calendarOf(schedule.calendar));
  return Math.max(0, pause.leftMs + now - was);
}

/**
 * The context for a change that leaves the promise itself alone: the clock goes on naming its policy version, with
 * the warnings that one asked for.
 */
function asPromised(context: SlaContext, owner: PromiseOwner, clock: Clock): SlaContext {
  const { lifecycle } = owner;
  const thresholds = [...clock.schedule.warnings.map(w => w.threshold), ...clock.warned];
  const warnAt = [...new Set(thresholds)].filter(threshold => threshold !== 'closedTime');
  const line = { lifecycle, clock: clock.clock, when: {}, target: clock.ordinaryTarget, warnAt };
  const policy = { ...context.policy, version: clock.schedule.policyVersion, lines: [line] };
  return { ...withOrganisation(context), policy };
}

/** A copy whose organisation is looked up only if somebody asks: what is read is recorded. */
function withOrganisation(context: SlaContext): SlaContext {
  return {
    now: context.now,
    policy: context.policy,
    calendar: context.calendar,
    calendarOf: ref => context.calendarOf(ref),
    get organisation() {
      return context.organisation;
    },
  };
}

/** Whether its instants differ, the time left, or what is known of them. */
function isAnother({ schedule, pause }: Clock, { data }: Rescheduled): boolean {
  const next = data.schedule;
  if (next.dueAt !== schedule.dueAt || next.provisional !== schedule.provisional) return true;
  if (next.opensAt !== schedule.opensAt) return true;
  return pause !== undefined && data.leftMs !== pause.leftMs;
}
