import type { Folded } from '../case/event-definition.ts';
import type { ActorStamp } from '../log/envelope.ts';
import { type Clock, evolveClocks } from './clock.ts';
import type { ClockName, PauseReason, Schedule, SlaEvent } from './events.ts';

/** An event of a promise with what its envelope says of who wrote it. */
export type WrittenSlaEvent = Folded<SlaEvent> & {
  readonly actor: ActorStamp;
  readonly recordedAt: number;
  /** The command that it was decided by. */
  readonly command: string;
};
type OfClock = Exclude<WrittenSlaEvent, { type: 'CaseTimerStarted' | 'CustomerReminded' | 'CaseTimerEnded' }>;
export type ClockEntry = OfClock;

export interface PausedSpan {
  readonly from: number;
  /** Absent while it lasts. */
  readonly to?: number;
  readonly reason: PauseReason;
  readonly endsAt: number;
}

/** A way of counting that holds from an instant on: after a pause the calendar may be a newer one. */
export interface CountingLeg {
  readonly from: number;
  readonly calendar: Schedule['calendar'];
}

/** How a deadline is counted: the calendars that hold one after the other, and what is left out. */
export interface CountingWay {
  /** In the order of their starts; the first begins with the clock. */
  readonly legs: readonly CountingLeg[];
  readonly pauses: readonly PausedSpan[];
  /** Of a clock that stands still, or was cancelled so: since when, and what is still to pass. */
  readonly stopped?: { readonly since: number; readonly leftMs: number };
}

/** One promise with everything that was ever written of it. */
export interface PromiseHistory {
  readonly clock: Clock;
  readonly entries: readonly ClockEntry[];
  readonly way: CountingWay;
  /** The event that set the deadline from the beginning, and the way it was counted then. */
  readonly setBy: ClockEntry & { type: 'SlaClockStarted' | 'SlaClockRescheduled' };
  readonly setWay: CountingWay;
}

/** The promises of a case in the order in which they began. */
export function promiseHistories(events: readonly WrittenSlaEvent[]): readonly PromiseHistory[] {
  const histories = new Map<string, PromiseHistory>();
  let clocks: readonly Clock[] = [];
  for (const event of events) {
    clocks = evolveClocks(clocks, event);
    if (!isOfClock(event)) continue;
    const key = `${event.data.clock} ${event.data.cycle}`;
    const clock = clocks.find(c => sameClock(c, event.data));
    if (clock === undefined) continue;
    const before = histories.get(key);
    if (before === undefined) {
      if (event.type === 'SlaClockStarted') histories.set(key, begun(clock, event));
    } else {
      histories.set(key, goneOn({ ...before, clock, entries: [...before.entries, event] }, event));
    }
  }
  return [...histories.values()];
}

function isOfClock(event: WrittenSlaEvent): event is OfClock {
  return 'clock' in event.data;
}

function sameClock(clock: Clock, data: { readonly clock: ClockName; readonly cycle: number }): boolean {
  return clock.clock === data.clock && clock.cycle === data.cycle;
}

function begun(clock: Clock, event: OfClock & { type: 'SlaClockStarted' }): PromiseHistory {
  const way = { legs: [{ from: clock.startedAt, calendar: event.data.schedule.calendar }], pauses: [] };
  return { clock, entries: [event], way, setBy: event, setWay: way };
}

function goneOn(history: PromiseHistory, event: OfClock): PromiseHistory {
  const { clock, way } = history;
  switch (event.type) {
    case 'SlaClockPaused': {
      const { reason, endsAt, leftMs } = event.data;
      const pauses = [...way.pauses, { from: event.occurredAt, reason, endsAt }];
      return { ...history, way: { ...way, pauses, stopped: { since: event.occurredAt, leftMs } } };
    }
    case 'SlaClockResumed': {
      const leg = { from: event.occurredAt, calendar: event.data.schedule.calendar };
      const pauses = pauseEnded(way.pauses, event.occurredAt);
      return { ...history, way: { legs: [...way.legs, leg], pauses } };
    }
    case 'SlaClockRescheduled': {
      const { schedule, leftMs } = event.data;
      const { stopped } = way;
      const changed = {
        legs: [{ from: clock.startedAt, calendar: schedule.calendar }],
        pauses: way.pauses,
        ...(stopped === undefined ? {} : { stopped: { ...stopped, leftMs: leftMs ?? stopped.leftMs } }),
      };
      return { ...history, way: changed, setBy: event, setWay: changed };
    }
    case 'SlaClockCancelled':
      return { ...history, way: { ...way, pauses: pauseEnded(way.pauses, event.occurredAt) } };
    default:
      return history;
  }
}

function pauseEnded(pauses: readonly PausedSpan[], at: number): readonly PausedSpan[] {
  return pauses.map(pause => (pause.to === undefined ? { ...pause, to: Math.max(pause.from, at) } : pause));
}
