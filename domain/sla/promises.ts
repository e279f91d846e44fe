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
    at < clock.schedule.dueAt &&
    // What was paused once is not paused a second time by a pause recorded late.
    clock.moves.every(move => move.kind !== 'pause' || move.to <= at)
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

type Resumed = SlaEvent & { type: 'SlaClockResumed' };
type EndedBy = Resumed['data']['endedBy'];

/** The paused clock as it runs again. */
function endPause(
  context: SlaContext,
  clock: Clock,
  at: number,
  by: EndedBy,
): { readonly events: readonly SlaEvent[]; readonly clock: Clock } {
  const [resumed] = resumeClock(context, clock, at, by);
  if (resumed === undefined) return { events: [], clock };
  const { pause: _ended, ...rest } = clock;
  const { schedule, pausedMs } = resumed.data;
  return {
    events: [resumed],
    clock: { ...rest, status: 'running', schedule, pausedMs: clock.pausedMs + pausedMs },
  };
}

/**
 * Lays the time left on again; never earlier than the deadline was. A pause ends at its maximum at the latest, told
 * by its timer or not.
 */
export function resumeClock(context: SlaContext, clock: Clock, at: number, by: EndedBy): readonly Resumed[] {
  const { pause } = clock;
  if (clock.status !== 'paused' || pause === undefined) return [];
  const [resumedAt, endedBy] =
    at > pause.endsAt ? [pause.endsAt, 'maximumPause' as const] : [Math.max(at, pause.since), by];
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
    readonly notLaterThan?: number;
    readonly target?: Target;
  } = {},
): SlaEvent & { type: 'SlaClockRescheduled' } {
  const at = options.at ?? context.now;
  const fractions = policyLine(context.policy, owner.lifecycle, clock.clock, owner.facts)?.warnAt ?? [];
  const startedAt = options.startedAt ?? clock.startedAt;
  const target = options.target ?? clock.target;
  const warnings = warningsOf(context.calendar, target, startedAt, dueAt, fractions)
    .filter(w => !clock.warned.includes(w.threshold))
    // A warning that the change puts into the past is due now, not before it was known.
    .map(w => ({ threshold: w.threshold, at: Math.max(w.at, Math.min(at, dueAt)) }));
  return {
    type: 'SlaClockRescheduled',
    data: {
      ...id(clock),
      because,
      previousDueAt: clock.schedule.dueAt,
      ...(options.leftMs === undefined
        ? {}
        : {
            leftMs: options.leftMs,
            warningsLeft: warningsLeft(context, target, warnings, dueAt, options.leftMs),
          }),
      ...(options.notLaterThan === undefined ? {} : { notLaterThan: options.notLaterThan }),
      ...(options.target === undefined ? {} : { target: options.target }),
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

/** As far before the end of what is left as they are before the deadline; the one before closed time is found anew. */
function warningsLeft(
  context: SlaContext,
  target: Target,
  warnings: Schedule['warnings'],
  dueAt: number,
  leftMs: number,
): { threshold: Threshold; leftMs: number }[] {
  return warnings
    .filter(w => w.threshold !== 'closedTime' && w.at < dueAt)
    .map(w => ({
      threshold: w.threshold,
      leftMs: Math.max(0, leftMs - timeLeft(target, w.at, dueAt, context.calendar)),
    }));
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
  // A wave stays where its date puts it: nobody is asked about a visit before the wave opens.
  if (clock.schedule.opensAt !== undefined) return [];
  const urgent = { ...owner, facts: { ...owner.facts, priority: 'urgent' as const } };
  const line = policyLine(context.policy, owner.lifecycle, clock.clock, urgent.facts);
  if (line === undefined || line.when.priority !== 'urgent') return [];
  const urgentDueAt = anchoredDue(line.target, context.now, context.calendar, clock.anchor).dueAt;
  return [boundClock(context, urgent, clock, 'urgent', urgentDueAt)];
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

/** Back to normal: the deadline as if it had never been urgent, but never earlier than now plus the policy's floor. */
export function calmClock(context: SlaContext, owner: PromiseOwner, clock: Clock): readonly SlaEvent[] {
  if (!clock.urgent || (clock.status !== 'running' && clock.status !== 'paused')) return [];
  const { calendar } = context;
  const normal = { ...owner, facts: { ...owner.facts, priority: 'normal' as const } };
  const target = clock.ordinaryTarget;
  const moves = clock.moves.filter(move => move.kind !== 'bound' || !move.urgent);
  const ordinary = replayDeadline(target, clock.startedAt, moves, calendar, clock.anchor).dueAt;
  const floorMs = Math.round(context.policy.normalAgainFloorHours * 3_600_000);
  const floorAt = calendar.addWorkingMs(context.now, floorMs);
  const dueAt = Math.max(ordinary, floorAt);
  const calm = { ...clock, target };
  if (clock.pause === undefined) return [rescheduleClock(context, normal, calm, 'normalAgain', dueAt)];
  const { countedFrom } = clock.pause;
  const leftMs = Math.max(
    timeLeft(target, countedFrom, Math.max(ordinary, countedFrom), calendar),
    timeLeft(target, context.now, floorAt, calendar),
  );
  return [rescheduleClock(context, normal, calm, 'normalAgain', dueAt, { leftMs })];
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
  return [...before, { type: 'SlaClockCancelled', data: { ...id(clock), because }, occurredAt: at }];
}

/**
 * The step that met it was taken back, or its message bounced: it runs again, or is breached at its true due instant.
 * A breach that stands is not recorded a second time.
 * @param until when it stopped running for another reason: the case's end; now, if not given
 */
export function rescindResult(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  because: 'retracted' | 'bounced',
  at: number,
  {
    still,
    until = context.now,
  }: { readonly still?: number | undefined; readonly until?: number | undefined } = {},
): readonly SlaEvent[] {
  if (clock.status !== 'met' && clock.status !== 'fulfilled') return [];
  const rescinded: SlaEvent = {
    type: 'SlaMetRescinded',
    data: { ...id(clock), because, schedule: clock.schedule },
    occurredAt: at,
  };
  if (still !== undefined) {
    const again = { ...clock, status: isBreached(clock) ? ('breached' as const) : ('running' as const) };
    return [rescinded, ...meetClock(context, owner, again, still)];
  }
  if (isBreached(clock) || clock.schedule.dueAt >= until) return [rescinded];
  return [rescinded, ...breachClock(context, owner, { ...clock, status: 'running' })];
}

/** A breach was recorded and stands. */
function isBreached(clock: Clock): boolean {
  return clock.breach !== undefined && !clock.breachRescinded;
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
  if (clock?.result === undefined || isBreached(clock) || clock.disputed) return [];
  return [{ type: 'SlaClockDisputed', data: id(clock), occurredAt: at }];
}

/**
 * A corrected receipt judges the clock anew, finished or not: rescheduled, its result rescinded and recorded again.
 * @param notLaterThan a bound of the new deadline: an acknowledgement's, by the first reply's
 */
export function rejudgeClock(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  startedAt: number,
  notLaterThan = Number.POSITIVE_INFINITY,
): readonly SlaEvent[] {
  if (clock.status === 'cancelled') return [];
  const { calendar, now } = context;
  const counted = (target: Target) =>
    replayDeadline(target, startedAt, clock.moves, calendar, clock.anchor).dueAt;
  const promised = counted(clock.ordinaryTarget);
  const hurried = clock.urgent ? Math.min(promised, counted(clock.target)) : promised;
  const dueAt = Math.min(hurried, notLaterThan);
  const { events: ended, clock: counting } =
    clock.pause !== undefined && dueAt <= clock.pause.since
      ? // It was due before it was paused: there was nothing to pause.
        endPause(context, clock, clock.pause.since, 'correctedReceipt')
      : { events: [], clock };
  const { pause } = counting;
  const moved = rescheduleClock(context, owner, counting, 'correctedReceipt', dueAt, {
    startedAt,
    ...(pause === undefined
      ? {}
      : {
          leftMs: Math.max(0, timeLeft(clock.target, Math.min(pause.countedFrom, dueAt), dueAt, calendar)),
        }),
  });
  const judged = { ...counting, startedAt, schedule: moved.data.schedule };
  return [...ended, moved, ...resultAnew(context, owner, judged, now)];
}

/** The same fact, held against the deadline as it is now. */
function resultAnew(
  context: SlaContext,
  owner: PromiseOwner,
  clock: Clock,
  now: number,
): readonly SlaEvent[] {
  const { schedule, result } = clock;
  if (result === undefined) {
    return clock.status === 'breached' && schedule.dueAt >= now ? [correctedAway(clock, now)] : [];
  }
  const rescinded: SlaEvent = {
    type: 'SlaMetRescinded',
    data: { ...id(clock), because: 'correctedReceipt', schedule },
    occurredAt: now,
  };
  const { at, mode } = result;
  if (!isBreached(clock)) {
    return [rescinded, ...meetClock(context, owner, { ...clock, status: 'running' }, at, mode)];
  }
  const recorded = fulfilled(clock, at, mode === undefined ? {} : { mode });
  return at <= schedule.dueAt ? [rescinded, recorded, correctedAway(clock, now)] : [rescinded, recorded];
}

function correctedAway(clock: Clock, at: number): SlaEvent {
  return { type: 'SlaBreachRescinded', data: { ...id(clock), because: 'correctedReceipt' }, occurredAt: at };
}

function id(clock: Clock): { clock: ClockName; cycle: number } {
  return { clock: clock.clock, cycle: clock.cycle };
}
