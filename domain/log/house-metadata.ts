import type { StoredEvent } from './envelope.ts';
import { SYSTEM_ACTOR_ID } from './fixed-streams.ts';

/** Of an event that the house writes on its own account, decided on no stream: `now` in UTC epoch milliseconds. */
export function houseMetadata(commandId: string, now: number): StoredEvent['metadata'] {
  return {
    occurredAt: now,
    decidedAt: now,
    recordedAt: now,
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' },
    commandId,
    correlationId: commandId,
    deciderVersion: 1,
  };
}
