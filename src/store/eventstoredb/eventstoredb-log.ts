import type { StoredEvent } from '../../../domain/log/envelope.ts';
import { LOG_STREAM_ID } from '../../../domain/log/fixed-streams.ts';
import { logIdIn } from '../../../domain/log/log-id.ts';
import type { EventLog } from '../event-store.ts';
import { LogDamagedError } from './esdb-event.ts';
import { EsdbReader } from './esdb-reader.ts';
import { leaseClient } from './shared-client.ts';

/**
 * Opens a log that was begun for reading only, without listening: for worker threads, each with a client of its own.
 * @throws StoreUnavailableError when the server cannot be reached; LogDamagedError when its log is none of ours
 */
export async function openEventStoreDbLog(options: {
  readonly connectionString: string;
  /** How long a page of events is waited for. */
  readonly readLimitMs?: number;
}): Promise<EventLog> {
  const lease = leaseClient(options.connectionString);
  try {
    const reader = new EsdbReader(lease.client, options.readLimitMs);
    const logId = logIdOf(await reader.readStream(LOG_STREAM_ID));
    return {
      logId,
      readStream: (streamId, fromRevision) => reader.readStream(streamId, fromRevision),
      readAll: (after, limit) => reader.readAll(after, limit),
      readTypes: (after, types, lookAt) => reader.readTypes(after, types, lookAt),
      head: () => reader.head(),
      close: () => lease.release(),
    };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/** The log's id, in the first event of its own stream. @throws LogDamagedError */
export function logIdOf([first]: readonly StoredEvent[]): string {
  const logId = logIdIn(first?.data);
  if (logId !== undefined) return logId;
  throw new LogDamagedError(
    'the log does not begin with an event LogCreated of a format that this release reads',
  );
}
