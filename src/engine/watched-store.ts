import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LOG_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import type { EventStore } from '../store/event-store.ts';
import { StoreUnavailableError } from '../store/event-store.ts';

/** How long a failure is believed without looking again. */
const BELIEVED_MS = 5_000;
const PROBE_BYTES = 64 * 1024;

export interface StoreHealth {
  /** Why the log took no write lately; `undefined` while it does, or when there is room again. */
  trouble(): Promise<string | undefined>;
  /** When the newest event was recorded; `undefined` while the log cannot be read, and of a store that several write to. */
  recordedUntil(): Promise<number | undefined>;
  /** Takes note of what went wrong elsewhere on the way to the log: the keys lie on the same disk. */
  failed(error: unknown): void;
}

/** What was appended since the start. */
export interface StoreFigures {
  /** Appends by how they ended. */
  readonly appended: number;
  readonly conflicts: number;
  readonly failed: number;
  readonly events: number;
  /** Of all appends together: how long they were waited for. */
  readonly seconds: number;
}

/**
 * The store, and what is known of its health. Nothing is written to the log to try it, and a service that is taken out
 * of rotation gets no command that would tell: after a failure `mayWrite` is asked.
 */
export function watchedStore(
  store: EventStore,
  /** Whether the log would take a write by now, as far as that can be told without one. */
  mayWrite: () => Promise<boolean>,
): { readonly store: EventStore; readonly health: StoreHealth; readonly figures: StoreFigures } {
  const figures = { appended: 0, conflicts: 0, failed: 0, events: 0, seconds: 0 };
  let failure: { readonly reason: string; readonly at: number } | undefined;
  const failed = (error: unknown): void => {
    if (!(error instanceof StoreUnavailableError) || error.reason === 'closed') return;
    failure = { reason: error.message, at: performance.now() };
  };
  const watched: EventStore = {
    logId: store.logId,
    moves: store.moves,
    async append(streamId, expectedRevision, events) {
      const askedAt = performance.now();
      try {
        const result = await store.append(streamId, expectedRevision, events);
        failure = undefined;
        if (result.outcome === 'appended') {
          figures.appended++;
          figures.events += events.length;
        } else {
          figures.conflicts++;
        }
        return result;
      } catch (error) {
        figures.failed++;
        failed(error);
        throw error;
      } finally {
        figures.seconds += (performance.now() - askedAt) / 1_000;
      }
    },
    readStream: (streamId, fromRevision) => store.readStream(streamId, fromRevision),
    readAll: (after, limit) => store.readAll(after, limit),
    readTypes: (after, types, lookAt) => store.readTypes(after, types, lookAt),
    head: () => store.head(),
    onAppended: listener => store.onAppended(listener),
    eventsBetween: (after, upTo) => store.eventsBetween(after, upTo),
    close: () => store.close(),
  };
  return {
    store: watched,
    figures,
    health: {
      failed,
      recordedUntil: async () => store.recordedUntil?.().catch(() => undefined),
      async trouble() {
        if (failure === undefined) return undefined;
        if (performance.now() - failure.at < BELIEVED_MS) return failure.reason;
        const { reason } = failure;
        failure = (await mayWrite()) ? undefined : { reason, at: performance.now() };
        return failure?.reason;
      },
    },
  };
}

/** A file can be written beside the log. */
export async function hasRoom(folder: string): Promise<boolean> {
  const path = join(folder, `.room-${randomUUID()}`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.write(Buffer.alloc(PROBE_BYTES, 1));
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  } catch {
    return false;
  } finally {
    await rm(path, { force: true });
  }
}

/** The leader of the database answers. */
export async function answersReads(store: Pick<EventStore, 'readStream'>): Promise<boolean> {
  try {
    await store.readStream(LOG_STREAM_ID);
    return true;
  } catch {
    return false;
  }
}
