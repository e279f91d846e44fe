import { closedTimeWarning, dueOf, layOn, type Target, timeLeft } from '../time/target.ts';
import { anchoredDue } from './anchored-due.ts';
import { type Clock, isOpen, nextCycle } from './clock.ts';
import type {
  ClockAnchor,
  ClockName,
  PauseReason,
  Recipient,
  Schedule,
  SlaEvent,
  Threshold,
} from './events.ts';
import { policyLine } from './policy.ts';
import { type PromiseOwner, promise, replayDeadline, type SlaContext, warningsOf } from './schedule.ts';

/**
 * What happens to promises, as events (sla-semantics, "Clocks"). Every function is given the clock as it
 * stands and answers the events; an impossible act answers none, and the caller says why it is refused.
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
  return [
    { type: 'SlaClockStarted', data: { clock, cycle, startedAt: begins, ...promised }, occurredAt: begins },
  ];
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
      const since = clock.pause?.since ?? at;
      return [met(clock, at, clock.pausedMs + Math.max(0, at - since), how)];
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
    data: { ...id(clock), dueAt: clock.schedule.dueAt, pausedMs, ...how },
    occurredAt: at,
  };
}

function fulfilled(clock: Clock, at: number, how: { mode?: string }): SlaEvent {
  const data = { ...id(clock), at, lateMs: at - clock.schedule.dueAt, ...how };
  return { type: 'SlaClockFulfilled', data, occurredAt: at };
}

/** The due instant passed: the breach, and whoever must hear of it at once. */
export function breachClock(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  const { dueAt } = clock.schedule;
  const calendar = context.calendarOf(clock.schedule.calendar);
  const urgent = owner.facts.priority === 'urgent';
  const hasLevelTwo = clock.clock !== 'input';
  const escalatesAt = hasLevelTwo && !urgent ? levelTwoAt(context, clock.target, clock) : undefined;
  const breach: SlaEvent = {
    type: 'SlaClockBreached',
    data: {
      ...id(clock),
      dueAt,
      detectedAt: context.now,
      dueInClosedTime: closedTimeWarning(clock.startedAt, dueAt, calendar) !== undefined,
      ...(escalatesAt === undefined ? {} : { escalatesAt }),
    },
    occurredAt: dueAt,
  };
  const levelOne = escalated(clock, 1, dueAt, levelOneRecipients(context, owner));
  return urgent && hasLevelTwo
    ? [breach, levelOne, escalated(clock, 2, dueAt, levelTwoRecipients(context, owner))]
    : [breach, levelOne];
}

function levelTwoAt(context: SlaContext, target: Target, clock: Clock): number {
  const delayMs = Math.round(context.policy.escalateAfterHours * 3_600_000);
  return layOn(target, clock.schedule.dueAt, delayMs, context.calendarOf(clock.schedule.calendar));
}

function escalated(clock: Clock, level: 1 | 2, at: number, recipients: Recipient[]): SlaEvent {
  const data = { ...id(clock), level, dueAt: clock.schedule.dueAt, recipients };
  return { type: 'SlaClockEscalated', data, occurredAt: at };
}

/** The assignee's lead; without an assignee the person on duty and the team's lead. */
function levelOneRecipients(context: SlaContext, owner: PromiseOwner): Recipient[] {
  const { assigneeLead, teamLead, onDuty } = context.organisation;
  if (owner.assigneeId !== undefined && assigneeLead !== undefined)
    return [{ userId: assigneeLead, role: 'lead' }];
  const duty = onDuty.map(userId => ({ userId, role: 'onDuty' }));
  return teamLead === undefined ? duty : [...duty, { userId: teamLead, role: 'lead' }];
}

function levelTwoRecipients(context: SlaContext, owner: PromiseOwner): Recipient[] {
  const role = context.policy.escalatesTo[owner.lifecycle] ?? 'lead';
  return context.organisation.heads.map(userId => ({ userId, role }));
}

/** Level 2, by the timer that the breach armed. */
export function escalateClock(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  const at = clock.breach?.escalatesAt;
  if (clock.status !== 'breached' || at === undefined || clock.escalatedLevels.includes(2)) return [];
  return [escalated(clock, 2, at, levelTwoRecipients(context, owner))];
}

/** Tells the assignee (else who is on duty); before closed time whoever is on duty as well. */
export function warnClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  threshold: Threshold,
): readonly SlaEvent[] {
  const warning = clock.schedule.warnings.find(w => w.threshold === threshold);
  if (warning === undefined || clock.status !== 'running' || clock.warned.includes(threshold)) return [];
  const assignee = owner.assigneeId === undefined ? [] : [{ userId: owner.assigneeId, role: 'assignee' }];
  const dutyToo = assignee.length === 0 || threshold === 'closedTime';
  const duty = dutyToo ? context.organisation.onDuty.map(userId => ({ userId, role: 'onDuty' })) : [];
  const data = { ...id(clock), threshold, dueAt: clock.schedule.dueAt, recipients: [...assignee, ...duty] };
  return [{ type: 'SlaClockWarned', data, occurredAt: warning.at }];
}

/** Which promises may wait for somebody. */
const PAUSABLE: readonly ClockName[] = [
  'remoteJudgement',
  'onSiteArrival',
  'onSiteResolution',
  'decision',
  'closing',
];

export function canPause(clock: Clock, at: number): boolean {
  return (
    PAUSABLE.includes(clock.clock) &&
    clock.status === 'running' &&
    at >= clock.startedAt &&
    at < clock.schedule.dueAt
  );
}

/** Stops the clock at an instant; the time left is kept in the target's own time. Check `canPause` first. */
export function pauseClock(
  context: SlaContext,
  clock: Clock,
  at: number,
  reason: PauseReason,
): readonly SlaEvent[] {
  const calendar = context.calendarOf(clock.schedule.calendar);
  const maximum = {
    kind: 'workingDays',
    count: context.policy.maximumPauseWorkingDays,
    countFrom: 'receipt',
  } as const;
  return [
    {
      type: 'SlaClockPaused',
      data: {
        ...id(clock),
        reason,
        leftMs: timeLeft(clock.target, at, clock.schedule.dueAt, calendar),
        warningsLeft: clock.schedule.warnings
          .filter(w => !clock.warned.includes(w.threshold) && w.threshold !== 'closedTime')
          .map(w => ({
            threshold: w.threshold,
            leftMs: w.at <= at ? 0 : timeLeft(clock.target, at, w.at, calendar),
          })),
        endsAt: dueOf(maximum, at, context.calendar).dueAt,
      },
      occurredAt: at,
    },
  ];
}

/** Lays the time left on again; never earlier than the deadline was. */
export function resumeClock(
  context: SlaContext,
  clock: Clock,
  at: number,
  endedBy: 'message' | 'sample' | 'command' | 'maximumPause',
): readonly SlaEvent[] {
  const { pause } = clock;
  if (clock.status !== 'paused' || pause === undefined) return [];
  const resumedAt = Math.max(at, pause.since);
  const { calendar } = context;
  const dueAt = Math.max(clock.schedule.dueAt, layOn(clock.target, resumedAt, pause.leftMs, calendar));
  const laidOn = pause.warningsLeft
    .filter(w => !clock.warned.includes(w.threshold))
    .map(w => {
      const before = clock.schedule.warnings.find(s => s.threshold === w.threshold)?.at ?? 0;
      return {
        threshold: w.threshold,
        at: Math.max(before, layOn(clock.target, resumedAt, w.leftMs, calendar)),
      };
    });
  const closed = clock.warned.includes('closedTime')
    ? undefined
    : closedTimeWarning(resumedAt, dueAt, calendar);
  const warnings =
    closed === undefined ? laidOn : [...laidOn, { threshold: 'closedTime' as const, at: closed }];
  const schedule = scheduleWith(context, clock, dueAt, warnings);
  const data = { ...id(clock), endedBy, pausedMs: resumedAt - pause.since, schedule };
  return [{ type: 'SlaClockResumed', data, occurredAt: resumedAt }];
}

/** Moves a running or paused deadline, with the warnings that were not given yet. Never silent. */
export function rescheduleClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  because: (SlaEvent & { type: 'SlaClockRescheduled' })['data']['because'],
  dueAt: number,
  options: {
    readonly leftMs?: number;
    readonly startedAt?: number;
    readonly at?: number;
    readonly anchor?: ClockAnchor;
    readonly opensAt?: number;
    readonly provisional?: boolean;
  } = {},
): SlaEvent {
  const at = options.at ?? context.now;
  const fractions = policyLine(context.policy, owner.lifecycle, clock.clock, owner.facts)?.warnAt ?? [];
  const startedAt = options.startedAt ?? clock.startedAt;
  const warnings = warningsOf(context.calendar, clock.target, startedAt, dueAt, fractions)
    .filter(w => !clock.warned.includes(w.threshold))
    // A warning that the change puts into the past is due now, not before it was known.
    .map(w => ({ threshold: w.threshold, at: Math.max(w.at, Math.min(at, dueAt)) }));
  return {
    type: 'SlaClockRescheduled',
    data: {
      ...id(clock),
      because,
      previousDueAt: clock.schedule.dueAt,
      ...(options.leftMs === undefined ? {} : { leftMs: options.leftMs }),
      ...(options.startedAt === undefined ? {} : { startedAt: options.startedAt }),
      ...(options.anchor === undefined ? {} : { anchor: options.anchor }),
      schedule: {
        ...scheduleWith(context, clock, dueAt, warnings),
        ...(options.opensAt === undefined ? {} : { opensAt: options.opensAt }),
        ...(options.provisional === undefined ? {} : { provisional: options.provisional }),
      },
    },
    occurredAt: at,
  };
}

function scheduleWith(
  context: SlaContext,
  clock: Clock,
  dueAt: number,
  warnings: Schedule['warnings'],
): Schedule {
  const { calendar } = context;
  const usesCalendar = clock.target.kind !== 'elapsed' || clock.target.except !== undefined;
  return {
    ...clock.schedule,
    dueAt,
    warnings: warnings.filter(w => w.at < dueAt).sort((a, b) => a.at - b.at),
    policyVersion: context.policy.version,
    calendar: { id: calendar.id, version: calendar.version },
    provisional: usesCalendar && !calendar.isKnown(dueAt),
  };
}

/** The case became urgent: the earlier of the deadline and now plus the urgent target; of a paused clock, of the time left. */
export function hurryClock(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  if (clock.status !== 'running' && clock.status !== 'paused') return [];
  const urgent = { ...owner, facts: { ...owner.facts, priority: 'urgent' as const } };
  const line = policyLine(context.policy, owner.lifecycle, clock.clock, urgent.facts);
  if (line === undefined || line.when.priority !== 'urgent') return [];
  const urgentDueAt = anchoredDue(line.target, context.now, context.calendar, clock.anchor).dueAt;
  if (clock.pause === undefined) {
    const dueAt = Math.min(clock.schedule.dueAt, urgentDueAt);
    return [rescheduleClock(context, urgent, clock, 'urgent', dueAt)];
  }
  const urgentLeftMs = timeLeft(clock.target, context.now, urgentDueAt, context.calendar);
  const leftMs = Math.min(clock.pause.leftMs, urgentLeftMs);
  const dueAt = Math.min(clock.schedule.dueAt, layOn(clock.target, context.now, leftMs, context.calendar));
  return [rescheduleClock(context, urgent, clock, 'urgent', dueAt, { leftMs })];
}

/** Back to normal: the deadline as if it had never been urgent, but never earlier than now plus the policy's floor. */
export function calmClock(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  if (!clock.urgent || (clock.status !== 'running' && clock.status !== 'paused')) return [];
  const { calendar } = context;
  const normal = { ...owner, facts: { ...owner.facts, priority: 'normal' as const } };
  const ordinary = replayDeadline(
    clock.ordinaryTarget,
    clock.startedAt,
    clock.moves,
    calendar,
    clock.anchor,
  ).dueAt;
  const floorMs = Math.round(context.policy.normalAgainFloorHours * 3_600_000);
  const floorAt = calendar.addWorkingMs(context.now, floorMs);
  if (clock.pause === undefined) {
    return [rescheduleClock(context, normal, clock, 'normalAgain', Math.max(ordinary, floorAt))];
  }
  const leftMs = Math.max(
    timeLeft(clock.target, clock.pause.since, Math.max(ordinary, clock.pause.since), calendar),
    timeLeft(clock.target, context.now, floorAt, calendar),
  );
  return [rescheduleClock(context, normal, clock, 'normalAgain', Math.max(ordinary, floorAt), { leftMs })];
}

export function cancelClock(
  clock: Clock | undefined,
  because: (SlaEvent & { type: 'SlaClockCancelled' })['data']['because'],
  at: number,
): readonly SlaEvent[] {
  if (clock === undefined || !isOpen(clock)) return [];
  return [{ type: 'SlaClockCancelled', data: { ...id(clock), because }, occurredAt: at }];
}

/** The step that met it was taken back, or its message bounced: it runs again, or is breached at its true due instant. */
export function rescindResult(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  because: 'retracted' | 'bounced',
  at: number,
): readonly SlaEvent[] {
  if (clock.status !== 'met' && clock.status !== 'fulfilled') return [];
  const rescinded: SlaEvent = {
    type: 'SlaMetRescinded',
    data: { ...id(clock), because, schedule: clock.schedule },
    occurredAt: at,
  };
  const again = { ...clock, status: 'running' as const };
  return clock.schedule.dueAt < context.now
    ? [rescinded, ...breachClock(context, owner, again)]
    : [rescinded];
}

/** A breach whose promise was kept in time but recorded late. Check `lateMs <= 0` and who asks first. */
export function rescindBreach(clock: Clock, evidence: string, at: number): SlaEvent {
  return {
    type: 'SlaBreachRescinded',
    data: { ...id(clock), because: 'keptInTime', evidence },
    occurredAt: at,
  };
}

export function disputeClock(clock: Clock | undefined, at: number): readonly SlaEvent[] {
  if (clock?.status !== 'met' || clock.disputed) return [];
  return [{ type: 'SlaClockDisputed', data: id(clock), occurredAt: at }];
}

/** A corrected receipt judges the clock anew, finished or not: rescheduled, its result rescinded and recorded again. */
export function rejudgeClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  startedAt: number,
): readonly SlaEvent[] {
  if (clock.status === 'cancelled') return [];
  const { calendar } = context;
  const { dueAt } = replayDeadline(clock.target, startedAt, clock.moves, calendar, clock.anchor);
  const pauseLeft =
    clock.pause === undefined
      ? {}
      : { leftMs: timeLeft(clock.target, Math.min(clock.pause.since, dueAt), dueAt, calendar) };
  const moved = rescheduleClock(context, owner, clock, 'correctedReceipt', dueAt, {
    startedAt,
    ...pauseLeft,
  });
  if (moved.type !== 'SlaClockRescheduled') return [];
  const { schedule } = moved.data;
  const rescheduled = { ...clock, startedAt, schedule };
  switch (clock.status) {
    case 'running':
    case 'paused':
      return [moved];
    case 'breached':
      return dueAt >= context.now ? [moved, correctedAway(clock, context.now)] : [moved];
    case 'met': {
      const again: SlaEvent = {
        type: 'SlaMetRescinded',
        data: { ...id(clock), because: 'correctedReceipt', schedule },
        occurredAt: context.now,
      };
      const at = clock.result?.at ?? context.now;
      return [
        moved,
        again,
        ...meetClock(context, owner, { ...rescheduled, status: 'running' }, at, clock.result?.mode),
      ];
    }
    case 'fulfilled': {
      const at = clock.result?.at ?? context.now;
      const mode = clock.result?.mode;
      const judged = fulfilled(rescheduled, at, mode === undefined ? {} : { mode });
      return at <= dueAt && !clock.breachRescinded
        ? [moved, judged, correctedAway(clock, context.now)]
        : [moved, judged];
    }
  }
}

function correctedAway(clock: Clock, at: number): SlaEvent {
  return { type: 'SlaBreachRescinded', data: { ...id(clock), because: 'correctedReceipt' }, occurredAt: at };
}

function id(clock: Clock): { clock: ClockName; cycle: number } {
  return { clock: clock.clock, cycle: clock.cycle };
}
