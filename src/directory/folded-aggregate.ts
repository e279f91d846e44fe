import type { CommandDefinitions, EventDefinitions, EventOf } from '../../domain/case/event-definition.ts';
import type { Aggregate } from '../../domain/log/aggregate.ts';
import type { StoredEvent } from '../../domain/log/envelope.ts';
import { upcast } from '../../domain/log/upcast.ts';

/** A small stream folded from its events. No personal value is in it. */
export interface Folded<S> {
  readonly state: S;
  /** -1 before the first event. */
  readonly revision: number;
  /** Of the last event, UTC epoch milliseconds. */
  readonly recordedAt: number;
  /** Every command that the stream ever accepted, with its first event's revision. */
  readonly commands: ReadonlyMap<string, number>;
  /** The first event that this release does not know. The state stops before it. */
  readonly unknownType?: string;
}

export function emptyFold<S>(initial: S): Folded<S> {
  return { state: initial, revision: -1, recordedAt: 0, commands: new Map() };
}

/** The stream after further events; those that it has already, from another way of reading, are left out. */
export function foldEvents<S, C extends CommandDefinitions, E extends EventDefinitions>(
  aggregate: Aggregate<S, C, E>,
  before: Folded<S>,
  events: readonly StoredEvent[],
): Folded<S> {
  let { state, revision, recordedAt, unknownType } = before;
  const commands = new Map(before.commands);
  for (const event of events) {
    if (event.revision <= revision) continue;
    if (event.revision > revision + 1) {
      throw new Error(`${event.streamId} goes on at ${event.revision} after ${revision}`);
    }
    revision = event.revision;
    recordedAt = event.metadata.recordedAt;
    const { commandId } = event.metadata;
    if (!commands.has(commandId)) commands.set(commandId, revision);
    if (unknownType !== undefined) continue;
    const decoded = decodeEvent(aggregate.events, event);
    if (decoded === undefined) unknownType = `${event.type} v${event.schemaVersion}`;
    else state = aggregate.evolve(state, decoded);
  }
  return { state, revision, recordedAt, commands, ...(unknownType === undefined ? {} : { unknownType }) };
}

/**
 * A stored event in the shape of today; `undefined` for a type or version of a newer release.
 * Sealed or opened alike: `[sealed]` passes every schema.
 */
export function decodeEvent<E extends EventDefinitions>(
  definitions: E,
  event: StoredEvent,
): EventOf<E> | undefined {
  const current = upcast(event, definitions);
  const definition = definitions[event.type];
  if (current.outcome === 'unknown' || definition === undefined) return undefined;
  const data = definition.schema.parse(current.data);
  // The one cast: a type found in the definitions, and data that its schema gave out.
  return { type: event.type, data, occurredAt: event.metadata.occurredAt } as unknown as EventOf<E>;
}
