import type { Folded } from '../case/event-definition.ts';
import { sameTarget, type Target } from '../time/target.ts';
import type { ClockAnchor, ClockName, PauseReason, Schedule, SlaEvent, Threshold } from './events.ts';

/** What moved a deadline after its start, kept so that it can be computed anew: with pauses and appointments. */
export type ClockMove =
  | { readonly kind: 'pause'; readonly from: number; readonly to: number }
  /** `carried`: not agreed, but the deadline that it had in another case, or before a merge that was undone. */
  | {
      readonly kind: 'agreed';
      readonly at: number;
      readonly dueAt: number;
      readonly carried?: true;
    }
  /** Not later than that from then on: by urgency, or by the deadline of a case merged into this one. */
  | {
      readonly kind: 'bound';
      readonly at: number;
      readonly dueAt: number;
      readonly urgent: boolean;
      /** The decision. */
      readonly by: string;
    };

export interface ClockPause {
  readonly reason: PauseReason;
  readonly since: number;
  /** The part before is among the clock's moves already: since then the deadline was changed. */
  readonly countedFrom: number;
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
  /** The decision whose fact is being judged anew. */
  readonly rejudged?: string;
  readonly breachRescinded: boolean;
  readonly disputed: boolean;
  readonly cancelledBecause?: string;
  /** Revision of the event that handed it to another case. */
  readonly handedOver?: number;
  /** It carries on one of a case that was merged into this one. */
  readonly continues?: {
    readonly caseId: string;
    readonly cycle: number;
    readonly mergeRevision?: number | undefined;
  };
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
      return clock.disputed ? 'disputed' : clock.breachRescinded ? 'metAfterRescinding' : 'met';
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
      const { clock, cycle, startedAt, target, ordinaryTarget, anchor, schedule, carriedDueAt, continues } =
        event.data;
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
          moves:
            carriedDueAt === undefined
              ? []
              : [{ kind: 'agreed', at: startedAt, dueAt: carriedDueAt, carried: true }],
          urgent: ordinaryTarget !== undefined,
          escalatedLevels: [],
          breachRescinded: false,
          disputed: false,
          ...(continues === undefined ? {} : { continues }),
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
        pause: {
          reason,
          since: event.occurredAt,
          countedFrom: event.occurredAt,
          leftMs,
          warningsLeft,
          endsAt,
        },
      };
    }
    case 'SlaClockResumed': {
      const { pause, ...running } = clock;
      const from = pause?.countedFrom ?? event.occurredAt;
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
      const { pause: _ended, rejudged, ...rest } = clock;
      return {
        ...rest,
        status: 'met',
        pausedMs: event.data.pausedMs,
        result: resultFact(event.occurredAt, event.occurredAt - event.data.dueAt, event, rejudged),
      };
    }
    case 'SlaClockBreached': {
      const { dueAt, detectedAt, escalatesAt } = event.data;
      const breach = escalatesAt === undefined ? { dueAt, detectedAt } : { dueAt, detectedAt, escalatesAt };
      return {
        ...clock,
        status: 'breached',
        armedRevision: event.revision,
        breach,
        breachRescinded: false,
        escalatedLevels: [],
      };
    }
    case 'SlaClockFulfilled': {
      const { rejudged, ...rest } = clock;
      const { at, lateMs } = event.data;
      return { ...rest, status: 'fulfilled', result: resultFact(at, lateMs, event, rejudged) };
    }
    case 'SlaBreachRescinded':
      // Of an open breach (its receipt was corrected) the clock runs again; of a fulfilled one the result counts as met.
      return clock.status === 'breached'
        ? { ...withoutBreach(clock), status: 'running', armedRevision: event.revision, breachRescinded: true }
        : { ...clock, breachRescinded: true };
    case 'SlaMetRescinded': {
      const { result, ...open } = clock;
      const status = clock.breach !== undefined && !clock.breachRescinded ? 'breached' : 'running';
      const again = {
        ...open,
        status,
        schedule: event.data.schedule,
        armedRevision: event.revision,
      } as const;
      // A corrected receipt judges the same fact anew; otherwise the fact itself is gone, and what was said of it.
      return event.data.because === 'correctedReceipt' && result !== undefined
        ? { ...again, rejudged: result.commandId }
        : { ...again, disputed: false };
    }
    case 'SlaClockDisputed':
      return { ...clock, disputed: true };
    case 'SlaClockEscalated':
      return { ...clock, escalatedLevels: [...clock.escalatedLevels, event.data.level] };
    case 'SlaClockRescheduled': {
      const { schedule, startedAt, anchor, because } = event.data;
      return {
        ...clock,
        ...rescheduledTarget(clock, event),
        ...rescheduledMoves(clock, event),
        schedule,
        startedAt: startedAt ?? clock.startedAt,
        armedRevision: event.revision,
        urgent: because === 'urgent' ? true : because === 'normalAgain' ? false : clock.urgent,
        ...(anchor === undefined ? {} : { anchor }),
      };
    }
    case 'SlaClockCancelled': {
      const { pause: _ended, ...rest } = clock;
      return { ...rest, status: 'cancelled', cancelledBecause: event.data.because };
    }
  }
}

type Rescheduled = ClockEvent & { type: 'SlaClockRescheduled' };

function rescheduledTarget(clock: Clock, { data }: Rescheduled): Pick<Clock, 'target' | 'ordinaryTarget'> {
  const { target, ordinaryTarget } = clock;
  if (data.because === 'normalAgain') return { target: ordinaryTarget, ordinaryTarget };
  if (data.target === undefined) return { target, ordinaryTarget };
  // A clock that began while the case was urgent keeps its urgent target beside the ordinary one.
  const beganUrgent = clock.urgent && !sameTarget(target, ordinaryTarget);
  return { target: beganUrgent ? target : data.target, ordinaryTarget: data.target };
}

/** What the deadline is to be computed from later; of a paused clock, the pause up to now as well. */
function rescheduledMoves(clock: Clock, event: Rescheduled): Pick<Clock, 'moves' | 'pause'> {
  const { occurredAt: at, data } = event;
  const { because, schedule, notLaterThan, leftMs, warningsLeft } = data;
  const reapplied = because === 'calendar' || because === 'policyApplied' || because === 'correctedReceipt';
  const kept =
    because === 'normalAgain'
      ? clock.moves.filter(m => m.kind !== 'bound' || !m.urgent)
      : because === 'correctedReceipt'
        ? withReceipt(clock.moves, data)
        : reapplied && notLaterThan !== undefined
          ? // The urgent bound itself, counted anew.
            clock.moves.map(m => (m.kind === 'bound' && m.urgent ? { ...m, dueAt: notLaterThan } : m))
          : clock.moves;
  const move: readonly ClockMove[] =
    because === 'agreedWithCustomer'
      ? [{ kind: 'agreed', at, dueAt: schedule.dueAt }]
      : notLaterThan === undefined || reapplied
        ? []
        : [{ kind: 'bound', at, dueAt: notLaterThan, urgent: because === 'urgent', by: event.commandId }];
  const { pause } = clock;
  if (pause === undefined) return { moves: [...kept, ...move] };
  const changed = {
    ...pause,
    leftMs: leftMs ?? pause.leftMs,
    warningsLeft: warningsLeft ?? pause.warningsLeft,
  };
  if (move.length === 0) return { moves: kept, pause: changed };
  const upToNow: ClockMove = { kind: 'pause', from: pause.countedFrom, to: at };
  return { moves: [...kept, upToNow, ...move], pause: { ...changed, countedFrom: at } };
}

/** What rested on a receipt of another case that was taken over, counted from the corrected one. */
export function withReceipt(
  moves: readonly ClockMove[],
  {
    startedAt,
    carriedDueAt,
    notLaterThan,
    boundBy,
  }: Pick<Rescheduled['data'], 'startedAt' | 'carriedDueAt' | 'notLaterThan' | 'boundBy'>,
): readonly ClockMove[] {
  return moves.map(move => {
    if (move.kind === 'agreed' && move.carried === true && carriedDueAt !== undefined)
      return { ...move, at: startedAt ?? move.at, dueAt: carriedDueAt };
    if (move.kind === 'bound' && move.by === boundBy && notLaterThan !== undefined)
      return { ...move, dueAt: notLaterThan };
    return move;
  });
}

function withoutBreach(clock: Clock): Clock {
  const { breach: _rescinded, ...rest } = clock;
  return rest;
}

function resultFact(
  at: number,
  lateMs: number,
  event: { commandId: string; data: { mode?: string | undefined } },
  commandId = event.commandId,
) {
  const { mode } = event.data;
  return mode === undefined ? { at, lateMs, commandId } : { at, lateMs, commandId, mode };
}
