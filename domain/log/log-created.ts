import { z } from 'zod';
import type { StoredEvent } from './envelope.ts';
import { uuidSchema } from './envelope.ts';
import { LOG_STREAM_ID } from './fixed-streams.ts';
import { houseMetadata } from './house-metadata.ts';
import { LOG_FORMAT_VERSION } from './log-id.ts';

/** Data of `LogCreated`, the first event of every log. */
export const logCreatedSchema = z.object({
  logId: uuidSchema,
  formatVersion: z.literal(LOG_FORMAT_VERSION),
});

/** The first event of a new log. `ids` are fresh UUIDs; `now` in UTC epoch milliseconds. */
export function logCreated(
  ids: { readonly logId: string; readonly eventId: string; readonly commandId: string },
  now: number,
): StoredEvent {
  return {
    eventId: ids.eventId,
    streamId: LOG_STREAM_ID,
    revision: 0,
    type: 'LogCreated',
    schemaVersion: 1,
    data: logCreatedSchema.parse({ logId: ids.logId, formatVersion: LOG_FORMAT_VERSION }),
    sealed: [],
    metadata: houseMetadata(ids.commandId, now),
  };
}
