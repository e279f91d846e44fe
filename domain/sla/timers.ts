import type { Folded } from '../case/event-definition.ts';
import type { Clock } from './clock.ts';
import type { SlaEvent } from './events.ts';
import { opensLater } from './open-wave.ts';

/** A case's timer that is no promise: reminders to the customer, and what silence brings. */
export interface CaseTimer {
  readonly timer: string;
  readonly cycle: number;
  readonly remindAt: readonly number[];
  readonly reminded: number;
  readonly endsAt?: number;
  readonly endsWith?: 'closeWithoutReply' | 'confirmBySilence';
  readonly armedRevision: number;
  readonly active: boolean;
}

export const TIMER_KINDS = [
  'warn',
  'breach',
  'escalate',
  'endPause',
  'openWave',
  'remind',
  'confirmBySilence',
  'closeWithoutReply',
] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

/** One thing that time alone will bring, unless something happens first. */
export interface PendingTimer {
  /** Clock or timer name. */
  readonly name: string;
  readonly cycle: number;
  readonly kind: TimerKind;
  /** Threshold, level or number, as text; empty where the kind says all. */
  readonly key: string;
  readonly at: number;
  readonly armedRevision: number;
}

export function evolveTimers(timers: readonly CaseTimer[], event: Folded<SlaEvent>): readonly CaseTimer[] {
  switch (event.type) {
    case 'CaseTimerStarted': {
      const { timer, cycle, remindAt, endsAt, endsWith } = event.data;
      return [
        ...timers,
        {
          timer,
          cycle,
          remindAt,
          reminded: 0,
          ...(endsAt === undefined ? {} : { endsAt }),
          ...(endsWith === undefined ? {} : { endsWith }),
          armedRevision: event.revision,
          active: true,
        },
      ];
    }
    case 'CustomerReminded':
      return timers.map(t => (isSame(t, event.data) ? { ...t, reminded: event.data.number } : t));
    case 'CaseTimerEnded':
      return timers.map(t => (isSame(t, event.data) ? { ...t, active: false } : t));
    default:
      return timers;
  }
}

function isSame(timer: CaseTimer, data: { readonly timer: string; readonly cycle: number }): boolean {
  return timer.timer === data.timer && timer.cycle === data.cycle;
}

/** Everything time will bring to a clock as it stands: at an equal instant a wave opens first, and a warning comes before the breach. */
export function clockTimers(clock: Clock): readonly PendingTimer[] {
  const { clock: name, cycle, armedRevision } = clock;
  switch (clock.status) {
    case 'running':
      return [
        ...waveOpening(clock),
        ...clock.schedule.warnings
          .filter(w => !clock.warned.includes(w.threshold))
          .map(w => ({
            name,
            cycle,
            kind: 'warn' as const,
            key: String(w.threshold),
            at: w.at,
            armedRevision,
          })),
        { name, cycle, kind: 'breach', key: '', at: clock.schedule.dueAt, armedRevision },
      ];
    case 'paused':
      return clock.pause === undefined
        ? []
        : [{ name, cycle, kind: 'endPause', key: '', at: clock.pause.endsAt, armedRevision }];
    case 'breached': {
      const at = clock.breach?.escalatesAt;
      return at === undefined || clock.escalatedLevels.includes(2)
        ? []
        : [{ name, cycle, kind: 'escalate', key: '2', at, armedRevision }];
    }
    case 'met':
    case 'fulfilled':
    case 'cancelled':
      return [];
  }
}

function waveOpening(clock: Clock): readonly PendingTimer[] {
  const { clock: name, cycle, armedRevision, schedule } = clock;
  return schedule.opensAt === undefined || !opensLater(clock)
    ? []
    : [{ name, cycle, kind: 'openWave', key: '', at: schedule.opensAt, armedRevision }];
}

export function caseTimers(timer: CaseTimer): readonly PendingTimer[] {
  if (!timer.active) return [];
  const { timer: name, cycle, armedRevision } = timer;
  const reminders = timer.remindAt
    .map((at, index) => ({ name, cycle, kind: 'remind' as const, key: String(index + 1), at, armedRevision }))
    .slice(timer.reminded);
  return timer.endsAt === undefined || timer.endsWith === undefined
    ? reminders
    : [...reminders, { name, cycle, kind: timer.endsWith, key: '', at: timer.endsAt, armedRevision }];
}

export function pendingTimers(state: {
  readonly clocks: readonly Clock[];
  readonly timers: readonly CaseTimer[];
}): readonly PendingTimer[] {
  return [...state.clocks.flatMap(clockTimers), ...state.timers.flatMap(caseTimers)];
}
