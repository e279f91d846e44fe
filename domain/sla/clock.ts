import type { Folded } from '../case/event-definition.ts';
import type { Target } from '../time/target.ts';
import type { ClockAnchor, ClockName, PauseReason, Schedule, SlaEvent, Threshold } from './events.ts';

/** What moved a deadline after its start, kept so that it can be computed anew: with pauses and appointments. */
export type ClockMove =
  | { readonly kind: 'pause'; readonly from: number; readonly to: number }
  | { readonly kind: 'agreed'; readonly at: number; readonly dueAt: number };

export interface ClockPause {
  readonly reason: PauseReason;
  readonly since: number;
  readonly leftMs: number;
  readonly warningsLeft: readonly { readonly threshold: Threshold; readonly leftMs: number }[];
  readonly endsAt: number;
}

/** One running promise of one case, folded from its events. Instants are epoch milliseconds. */
export interface Clock {
  readonly clock: ClockName;
  /** Counted per clock from 1. */
  readonly cycle: number;
  readonly status: 'running' | 'paused' | 'breached' | 'met' | 'fulfilled' | 'cancelled';
  readonly startedAt: number;
  readonly startedBy: string;
  readonly target: Target;
  readonly ordinaryTarget: Target;
  readonly schedule: Schedule;
  /** Dates that the deadline hangs on beside its start. */
  readonly anchor?: ClockAnchor;
  /** Of a follow-up wave: when its opening was told. */
  readonly openedAt?: number;
  /** Revision of the event that armed the timers that are pending now. */
  readonly armedRevision: number;
  readonly warned: readonly Threshold[];
  readonly pauses: number;
  readonly pausedMs: number;
  readonly pause?: ClockPause;
  readonly moves: readonly ClockMove[];
  readonly urgent: boolean;
  readonly breach?: { readonly dueAt: number; readonly detectedAt: number; readonly escalatesAt?: number };
  readonly escalatedLevels: readonly number[];
  /** The fact that ended it, and the decision that recorded it. */
  readonly result?: {
    readonly at: number;
    readonly lateMs: number;
    readonly commandId: string;
    readonly mode?: string;
  };
  readonly breachRescinded: boolean;
  readonly disputed: boolean;
  readonly cancelledBecause?: string;
}

export function isOpen(clock: Clock): boolean {
  return clock.status === 'running' || clock.status === 'paused' || clock.status === 'breached';
}

/** How a promise ended, as reports count it; a rescinded breach counts as met and is listed. */
export type SlaResult =
  | 'met'
  | 'metAfterRescinding'
  | 'late'
  | 'breachedOpen'
  | 'disputed'
  | 'cancelled'
  | 'running';
export function resultOf(clock: Clock): SlaResult {
  switch (clock.status) {
    case 'running':
    case 'paused':
      return 'running';
    case 'breached':
      return 'breachedOpen';
    case 'cancelled':
      // A breach that was recorded before the cancelling stays a breach.
      return clock.breach !== undefined && !clock.breachRescinded ? 'late' : 'cancelled';
    case 'met':
      return clock.disputed ? 'disputed' : 'met';
    case 'fulfilled':
      return clock.breachRescinded ? (clock.disputed ? 'disputed' : 'metAfterRescinding') : 'late';
  }
}

/** The clock that is open, or else the newest; `undefined` when it never started. */
export function latest(clocks: readonly Clock[], name: ClockName): Clock | undefined {
  return clocks.findLast(c => c.clock === name && isOpen(c)) ?? clocks.findLast(c => c.clock === name);
}

export function openClock(clocks: readonly Clock[], name: ClockName): Clock | undefined {
  return clocks.findLast(c => c.clock === name && isOpen(c));
}

export function nextCycle(clocks: readonly Clock[], name: ClockName): number {
  return clocks.reduce((most, c) => (c.clock === name && c.cycle > most ? c.cycle : most), 0) + 1;
}

/** The clocks after one more event. Events that are no clock's leave them as they are. */
export function evolveClocks(clocks: readonly Clock[], event: Folded<SlaEvent>): readonly Clock[] {
  switch (event.type) {
    case 'SlaClockStarted': {
      const { clock, cycle, startedAt, target, ordinaryTarget, anchor, schedule } = event.data;
      return [
        ...clocks,
        {
          clock,
          cycle,
          status: 'running',
          startedAt,
          startedBy: event.commandId,
          target,
          ordinaryTarget: ordinaryTarget ?? target,
          schedule,
          ...(anchor === undefined ? {} : { anchor }),
          armedRevision: event.revision,
          warned: [],
          pauses: 0,
          pausedMs: 0,
          moves: [],
          urgent: ordinaryTarget !== undefined,
          escalatedLevels: [],
          breachRescinded: false,
          disputed: false,
        },
      ];
    }
    case 'CaseTimerStarted':
    case 'CustomerReminded':
    case 'CaseTimerEnded':
      return clocks;
    default:
      return clocks.map(c =>
        c.clock === event.data.clock && c.cycle === event.data.cycle ? evolveClock(c, event) : c,
      );
  }
}

type ClockEvent = Exclude<
  Folded<SlaEvent>,
  { type: 'SlaClockStarted' | 'CaseTimerStarted' | 'CustomerReminded' | 'CaseTimerEnded' }
>;

function evolveClock(clock: Clock, event: ClockEvent): Clock {
  switch (event.type) {
    case 'SlaClockWarned':
      return { ...clock, warned: [...clock.warned, event.data.threshold] };
    case 'FollowUpWaveOpened':
      return { ...clock, openedAt: event.occurredAt };
    case 'SlaClockPaused': {
      const { reason, leftMs, warningsLeft, endsAt } = event.data;
      return {
        ...clock,
        status: 'paused',
        armedRevision: event.revision,
        pauses: clock.pauses + 1,
        pause: { reason, since: event.occurredAt, leftMs, warningsLeft, endsAt },
      };
    }
    case 'SlaClockResumed': {
      const { pause, ...running } = clock;
      const from = pause?.since ?? event.occurredAt;
      return {
        ...running,
        status: 'running',
        schedule: event.data.schedule,
        armedRevision: event.revision,
        pausedMs: clock.pausedMs + event.data.pausedMs,
        moves: [...clock.moves, { kind: 'pause', from, to: event.occurredAt }],
      };
    }
    case 'SlaClockMet': {
      const { pause: _ended, ...rest } = clock;
      return {
        ...rest,
        status: 'met',
        pausedMs: event.data.pausedMs,
        result: resultFact(event.occurredAt, event.occurredAt - event.data.dueAt, event),
      };
    }
    case 'SlaClockBreached': {
      const { dueAt, detectedAt, escalatesAt } = event.data;
      const breach = escalatesAt === undefined ? { dueAt, detectedAt } : { dueAt, detectedAt, escalatesAt };
      return { ...clock, status: 'breached', armedRevision: event.revision, breach, breachRescinded: false };
    }
    case 'SlaClockFulfilled':
      return { ...clock, status: 'fulfilled', result: resultFact(event.data.at, event.data.lateMs, event) };
    case 'SlaBreachRescinded':
      // Of an open breach (its receipt was corrected) the clock runs again; of a fulfilled one the result counts as met.
      return clock.status === 'breached'
        ? { ...withoutBreach(clock), status: 'running', armedRevision: event.revision, breachRescinded: true }
        : { ...clock, breachRescinded: true };
    case 'SlaMetRescinded': {
      const { result: _rescinded, ...open } = clock;
      const status = clock.breach !== undefined && !clock.breachRescinded ? 'breached' : 'running';
      return { ...open, status, schedule: event.data.schedule, armedRevision: event.revision };
    }
    case 'SlaClockDisputed':
      return { ...clock, disputed: true };
    case 'SlaClockEscalated':
      return { ...clock, escalatedLevels: [...clock.escalatedLevels, event.data.level] };
    case 'SlaClockRescheduled': {
      const { schedule, startedAt, leftMs, anchor, because } = event.data;
      const pause =
        clock.pause !== undefined && leftMs !== undefined ? { ...clock.pause, leftMs } : clock.pause;
      const moves: readonly ClockMove[] =
        because === 'agreedWithCustomer'
          ? [...clock.moves, { kind: 'agreed', at: event.occurredAt, dueAt: schedule.dueAt }]
          : clock.moves;
      return {
        ...clock,
        schedule,
        startedAt: startedAt ?? clock.startedAt,
        armedRevision: event.revision,
        moves,
        urgent: because === 'urgent' ? true : because === 'normalAgain' ? false : clock.urgent,
        ...(anchor === undefined ? {} : { anchor }),
        ...(pause === undefined ? {} : { pause }),
      };
    }
    case 'SlaClockCancelled': {
      const { pause: _ended, ...rest } = clock;
      return { ...rest, status: 'cancelled', cancelledBecause: event.data.because };
    }
  }
}

function withoutBreach(clock: Clock): Clock {
  const { breach: _rescinded, ...rest } = clock;
  return rest;
}

function resultFact(
  at: number,
  lateMs: number,
  event: { commandId: string; data: { mode?: string | undefined } },
) {
  const { mode } = event.data;
  return mode === undefined
    ? { at, lateMs, commandId: event.commandId }
    : { at, lateMs, commandId: event.commandId, mode };
}
