import { expect } from 'vitest';
import { type SlaEvent, slaEvents } from '../../domain/sla/events.ts';

type ClockEvent = Exclude<SlaEvent, { type: 'CaseTimerStarted' | 'CustomerReminded' | 'CaseTimerEnded' }>;

interface Kept {
  status: 'running' | 'paused' | 'breached' | 'ended';
  dueAt: number;
  /** A breach that is recorded and not rescinded. */
  breached: boolean;
  escalated: number[];
  /** Its receipt was corrected after its end: its result has to be rescinded next. */
  movedAfterEnd: boolean;
}

/**
 * What is true of the events of every promise, whatever was done: told again here from the events alone, without the
 * code that folds them (sla-semantics, "Clocks").
 */
export function clockLawsHold(events: readonly { type: string; data: object; occurredAt: number }[]): void {
  const clocks = new Map<string, Kept>();
  for (const event of events) {
    if (!isClockEvent(event)) continue;
    const name = `${event.data.clock} ${event.data.cycle}`;
    const clock = clocks.get(name);
    if (event.type === 'SlaClockStarted') {
      expect(clock, `${name} starts once`).toBeUndefined();
      const { dueAt } = event.data.schedule;
      clocks.set(name, { status: 'running', dueAt, breached: false, escalated: [], movedAfterEnd: false });
    } else {
      if (clock === undefined) throw new Error(`${event.type} of ${name}, which never started`);
      happens(name, clock, event);
    }
  }
}

function isClockEvent(event: { type: string }): event is ClockEvent {
  return Object.hasOwn(slaEvents, event.type) && /^(Sla|FollowUp)/.test(event.type);
}

function happens(name: string, clock: Kept, event: Exclude<ClockEvent, { type: 'SlaClockStarted' }>): void {
  const { occurredAt } = event;
  const open = (what: string, ...statuses: Kept['status'][]) =>
    expect(statuses, `${name} ${what} while ${clock.status}`).toContain(clock.status);
  if (clock.movedAfterEnd) expect(event.type, `${name} moved after its end`).toBe('SlaMetRescinded');
  clock.movedAfterEnd = false;
  switch (event.type) {
    case 'SlaClockWarned':
      open('warns', 'running');
      expect(event.data.dueAt).toBe(clock.dueAt);
      expect(occurredAt).toBeLessThan(clock.dueAt);
      return;
    case 'FollowUpWaveOpened':
      open('opens', 'running');
      return;
    case 'SlaClockPaused':
      open('pauses', 'running');
      expect(occurredAt, `${name} pauses before it is due`).toBeLessThan(clock.dueAt);
      clock.status = 'paused';
      return;
    case 'SlaClockResumed':
      open('resumes', 'paused');
      expect(event.data.schedule.dueAt, `${name} is due no earlier after a pause`).toBeGreaterThanOrEqual(
        clock.dueAt,
      );
      clock.dueAt = event.data.schedule.dueAt;
      clock.status = 'running';
      return;
    case 'SlaClockMet':
      open('is met', 'running');
      expect(clock.breached, `${name} is met without a breach`).toBe(false);
      expect(event.data.dueAt).toBe(clock.dueAt);
      expect(occurredAt, `${name} is met in time`).toBeLessThanOrEqual(clock.dueAt);
      clock.status = 'ended';
      return;
    case 'SlaClockBreached':
      open('is breached', 'running');
      expect(clock.breached, `${name} is breached once`).toBe(false);
      expect([event.data.dueAt, occurredAt]).toEqual([clock.dueAt, clock.dueAt]);
      expect(event.data.detectedAt).toBeGreaterThanOrEqual(clock.dueAt);
      Object.assign(clock, { status: 'breached', breached: true, escalated: [] });
      return;
    case 'SlaClockEscalated':
      open('escalates', 'breached');
      expect(clock.escalated, `${name} escalates once to a level`).not.toContain(event.data.level);
      clock.escalated.push(event.data.level);
      return;
    case 'SlaClockFulfilled':
      open('is fulfilled', 'breached');
      expect(event.data.lateMs).toBe(event.data.at - clock.dueAt);
      clock.status = 'ended';
      return;
    case 'SlaBreachRescinded':
      expect(clock.breached, `${name} has a breach to rescind`).toBe(true);
      clock.breached = false;
      if (clock.status === 'breached') clock.status = 'running';
      return;
    case 'SlaMetRescinded':
      open('has a result to rescind', 'ended');
      clock.dueAt = event.data.schedule.dueAt;
      clock.status = clock.breached ? 'breached' : 'running';
      return;
    case 'SlaClockDisputed':
      open('is disputed', 'ended');
      return;
    case 'SlaClockRescheduled':
      expect(event.data.previousDueAt).toBe(clock.dueAt);
      clock.movedAfterEnd = clock.status === 'ended';
      clock.dueAt = event.data.schedule.dueAt;
      return;
    case 'SlaClockCancelled':
      open('is cancelled', 'running', 'paused', 'breached');
      clock.status = 'ended';
      return;
  }
}
