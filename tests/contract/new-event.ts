import { v7 as uuidv7 } from 'uuid';
import type { NewEvent } from '../../src/store/event-store.ts';

const ACTOR_ID = '4d3b7a52-6f0e-4c57-9f4e-0d2a1c9b8e11';

/** An event as a handler would make it, with the given data. */
export function newEvent(data: NewEvent['data'] = {}, type = 'NoteAdded'): NewEvent {
  const commandId = uuidv7();
  return {
    eventId: uuidv7(),
    type,
    schemaVersion: 1,
    data,
    sealed: [],
    metadata: {
      occurredAt: 1_790_000_000_000,
      decidedAt: 1_790_000_000_100,
      recordedAt: 1_790_000_000_100,
      actor: { id: ACTOR_ID, role: 'technicalService', via: 'http' },
      commandId,
      correlationId: commandId,
      deciderVersion: 1,
    },
  };
}

export function newEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, number) => newEvent({ number }));
}

/** A stream that no other test writes to. */
export function newStreamId(category = 'complaint'): string {
  return `${category}-${uuidv7()}`;
}
