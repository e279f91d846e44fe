import { expect } from 'vitest';
import { type SlaEvent, slaEvents } from '../../domain/sla/events.ts';
import { explainPromise } from '../../domain/sla/explain-promise.ts';
import { promiseHistories } from '../../domain/sla/promise-history.ts';
import type { WorkingCalendar } from '../../domain/time/calendar.ts';
import { idOf } from '../given-when-then.ts';

/** What is true of every explanation, whatever was done to the case: it counts what was owed, and leaves no gap. */
export function explanationsHold(
  events: readonly { type: string; data: object; occurredAt: number }[],
  calendar: WorkingCalendar,
  now: number,
): void {
  const written = events.flatMap((event, revision) =>
    isSlaEvent(event)
      ? {
          ...event,
          revision,
          commandId: idOf(revision),
          actorId: idOf(1),
          decidedAt: event.occurredAt,
          recordedAt: event.occurredAt,
          actor: { id: idOf(1), role: 'agent', via: 'http' as const },
          command: 'anything',
        }
      : [],
  );
  for (const history of promiseHistories(written)) {
    const { clock, cycle, schedule } = history.clock;
    const name = `${clock} #${cycle}`;
    const told = explainPromise(history, () => calendar, now);
    expect([told.countedMs + told.leftMs, told.beyondMs], name).toEqual([told.owed.ms, 0]);
    const bounds = told.stretches.flatMap(({ from, to }) => [from, to]);
    for (let i = 1; i < bounds.length - 1; i += 2) expect(bounds[i], name).toBe(bounds[i + 1]);
    if (bounds.length > 0) {
      expect(bounds[0], name).toBe(told.countsFrom);
      // The end of a very long list is left out, and counted.
      const ends = history.way.stopped?.since ?? schedule.dueAt;
      if (told.stretchesLeftOut === 0) expect(bounds.at(-1), name).toBe(ends);
      else expect(bounds.at(-1), name).toBeLessThan(ends);
    }
  }
}

function isSlaEvent(event: { type: string }): event is SlaEvent {
  return Object.hasOwn(slaEvents, event.type);
}
