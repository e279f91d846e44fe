import { z } from 'zod';
import type { StoredEvent } from './envelope.ts';
import { houseMetadata } from './house-metadata.ts';

/** The kinds of store that a log can live in. */
const LOG_HOMES = ['sqlite', 'eventstoredb'] as const;
export type LogHome = (typeof LOG_HOMES)[number];

/**
 * Data of `LogMoved`, the last event that a log gets in one store and the last that is copied to the other: it closes
 * the one and opens the other. Positions are counted anew in each.
 */
export const logMovedSchema = z.object({
  /** How often the log has moved, this time included. */
  move: z.int().min(1),
  from: z.enum(LOG_HOMES),
  to: z.enum(LOG_HOMES),
  /** Events in the tree before this one, and its root: base64 of SHA-256. */
  size: z.int().min(1),
  root: z.string().length(44),
});
export type LogMove = z.infer<typeof logMovedSchema>;

/** `now` in UTC epoch milliseconds; `ids` are fresh UUIDs. */
export function logMoved(
  move: LogMove,
  ids: { readonly eventId: string; readonly commandId: string },
  now: number,
): Omit<StoredEvent, 'streamId' | 'revision'> {
  return {
    eventId: ids.eventId,
    type: 'LogMoved',
    schemaVersion: 1,
    data: move,
    sealed: [],
    metadata: houseMetadata(ids.commandId, now),
  };
}

/** The last move that a log's own stream tells of; `undefined` for one that is where it began. */
export function lastMove(
  events: readonly StoredEvent[],
): (LogMove & { readonly movedAt: number }) | undefined {
  const last = events.findLast(({ type }) => type === 'LogMoved');
  return last === undefined
    ? undefined
    : { ...logMovedSchema.parse(last.data), movedAt: last.metadata.recordedAt };
}
