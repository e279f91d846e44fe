import type { Folded } from '../domain/case/event-definition.ts';
import type { StoredEvent } from '../domain/log/envelope.ts';
import { type SlaEvent, slaEvents } from '../domain/sla/events.ts';

const known: Readonly<Record<string, { readonly schemaVersion: number }>> = slaEvents;

/**
 * The event as clocks and timers are folded from it; `undefined` for every other, and for one of a later release.
 * As in the engine, of the stored event nothing else is known to the fold.
 */
export function asSlaEvent(event: StoredEvent): Folded<SlaEvent> | undefined {
  const definition = known[event.type];
  if (definition === undefined || event.schemaVersion > definition.schemaVersion) return undefined;
  const { occurredAt, commandId, decidedAt, actor } = event.metadata;
  // Stored data has the shape of the schema that it was parsed by before it was written.
  return {
    type: event.type,
    data: event.data,
    occurredAt,
    revision: event.revision,
    commandId,
    actorId: actor.id,
    decidedAt,
  } as unknown as Folded<SlaEvent>;
}
