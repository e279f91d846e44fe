import { v5 as uuidv5 } from 'uuid';
import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { type CheckpointSigned, houseEvents } from '../../domain/log/house-events.ts';
import type { EventLog } from '../store/event-store.ts';
import type { BodyReader } from '../store/stored-bodies.ts';
import type { CheckpointToCheck } from './checked-checkpoints.ts';

/** A checkpoint as it stands in the log. */
export interface LoggedCheckpoint extends CheckpointSigned {
  readonly eventId: string;
  readonly streamId: string;
  readonly revision: number;
  /** When it was written down. */
  readonly signedAt: number;
}

/** The log's format was settled in this year: no checkpoint is older. */
const FIRST_YEAR = 2026;

/** One stream a year (UTC), of the same id on every node. */
export function checkpointStreamId(logId: string, year: number): string {
  return `checkpoint-${uuidv5(`checkpoints of ${year}`, logId)}`;
}

/** All checkpoints in the log, oldest first. `now` in UTC epoch milliseconds. */
export async function readCheckpoints(log: CheckpointLog, now: number): Promise<readonly LoggedCheckpoint[]> {
  const found: LoggedCheckpoint[] = [];
  for (const year of yearsUntil(now)) found.push(...(await checkpointsOf(log, year)));
  return found;
}

export async function newestCheckpoint(
  log: CheckpointLog,
  now: number,
): Promise<LoggedCheckpoint | undefined> {
  for (const year of yearsUntil(now).reverse()) {
    const newest = (await checkpointsOf(log, year)).at(-1);
    if (newest !== undefined) return newest;
  }
  return undefined;
}

/**
 * The notes in the log, for whoever trusts nothing in it. An event that holds none that can be read gives an empty
 * one: it is not passed over. One of a newer release is.
 */
export async function notesIn(log: BodyReader, now: number): Promise<readonly CheckpointToCheck[]> {
  const notes: CheckpointToCheck[] = [];
  for (const year of yearsUntil(now)) {
    for (const { body, streamId, revision } of await log.ofStream(checkpointStreamId(log.logId, year))) {
      const { data, isNewer } = checkpointIn(body);
      if (data !== undefined)
        notes.push({ note: data.note, source: `the checkpoint of ${data.size} in the log` });
      else if (!isNewer)
        notes.push({ note: '', source: `the checkpoint at ${streamId} revision ${revision}` });
    }
  }
  return notes;
}

function checkpointIn(body: string): {
  readonly data?: CheckpointSigned | undefined;
  readonly isNewer: boolean;
} {
  const { schema, schemaVersion } = houseEvents.CheckpointSigned;
  try {
    const event: unknown = JSON.parse(body);
    if (typeof event !== 'object' || event === null) return { isNewer: false };
    const { data, schemaVersion: written }: Record<string, unknown> = { ...event };
    if (typeof written === 'number' && written > schemaVersion) return { isNewer: true };
    return { data: schema.safeParse(data).data, isNewer: false };
  } catch {
    return { isNewer: false };
  }
}

type CheckpointLog = Pick<EventLog, 'logId' | 'readStream'>;

async function checkpointsOf(log: CheckpointLog, year: number): Promise<readonly LoggedCheckpoint[]> {
  const events = await log.readStream(checkpointStreamId(log.logId, year));
  return events.flatMap(event => checkpointOf(event) ?? []);
}

/** And the next: a clock that was wrong once may have written into it. */
function yearsUntil(now: number): number[] {
  const last = Math.max(FIRST_YEAR, new Date(now).getUTCFullYear()) + 1;
  return Array.from({ length: last - FIRST_YEAR + 1 }, (_, after) => FIRST_YEAR + after);
}

/** `undefined` for what is no checkpoint that this release reads. */
function checkpointOf(event: RecordedEvent): LoggedCheckpoint | undefined {
  const { schema, schemaVersion } = houseEvents.CheckpointSigned;
  if (event.type !== 'CheckpointSigned' || event.schemaVersion !== schemaVersion) return undefined;
  const parsed = schema.safeParse(event.data);
  if (!parsed.success) return undefined;
  const { eventId, streamId, revision, metadata } = event;
  return { ...parsed.data, eventId, streamId, revision, signedAt: metadata.recordedAt };
}
