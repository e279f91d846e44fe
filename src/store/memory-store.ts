import { v7 as uuidv7 } from 'uuid';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import { logCreated } from '../../domain/log/log-created.ts';
import { AppendListeners } from './append-listeners.ts';
import { encodeAppend } from './encoded-append.ts';
import { type AppendResult, type EventStore, type NewEvent, StoreUnavailableError } from './event-store.ts';
import { numberOfPosition, positionOf, recordedEvent } from './position.ts';

/**
 * A store in memory, for tests: the same port, the same checks and the same stored text as the embedded store,
 * nothing durable.
 */
export function memoryStore(options: {
  readonly clock: { now(): number };
  readonly newLogId?: () => string;
}): EventStore {
  return new MemoryStore(options.newLogId?.() ?? uuidv7(), options.clock.now());
}

/** One event; its position is its place in the whole log, from 1. */
interface Entry {
  readonly eventId: string;
  readonly body: string;
  readonly place: number;
}

class MemoryStore implements EventStore {
  readonly logId: string;
  readonly moves = 0;
  readonly #all: Entry[] = [];
  readonly #streams = new Map<string, Entry[]>();
  readonly #listeners = new AppendListeners();
  #closed = false;

  constructor(logId: string, now: number) {
    this.logId = logId;
    const first = logCreated({ logId, eventId: uuidv7(), commandId: uuidv7() }, now);
    this.#decide(first.streamId, -1, [first]);
  }

  async append(
    streamId: string,
    expectedRevision: number,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    this.#assertOpen();
    const before = this.#all.length;
    const result = this.#decide(streamId, expectedRevision, events);
    if (this.#all.length > before) this.#listeners.notify(positionOf(this.#all.length));
    return result;
  }

  onAppended(listener: (position: Position) => void): () => void {
    return this.#listeners.add(listener);
  }

  eventsBetween(after: Position, upTo: Position): number {
    return Math.max(numberOfPosition(upTo) - numberOfPosition(after), 0);
  }

  async readStream(streamId: string, fromRevision = 0): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    return (this.#streams.get(streamId) ?? []).slice(fromRevision).map(toEvent);
  }

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    const start = numberOfPosition(after);
    return this.#all.slice(start, start + limit).map(toEvent);
  }

  async readTypes(after: Position, types: readonly string[], lookAt: number) {
    const looked = await this.readAll(after, lookAt);
    const upTo = looked.at(-1)?.position ?? after;
    return { events: looked.filter(({ type }) => types.includes(type)), upTo };
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    return positionOf(this.#all.length);
  }

  async recordedUntil(): Promise<number | undefined> {
    this.#assertOpen();
    return this.#all.slice(-1).map(toEvent)[0]?.metadata.recordedAt;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #decide(streamId: string, expectedRevision: number, events: readonly NewEvent[]): AppendResult {
    const { eventIds, bodies } = encodeAppend(streamId, expectedRevision, events);
    const stream = this.#streams.get(streamId) ?? [];
    const actualRevision = stream.length - 1;
    if (actualRevision === expectedRevision) {
      for (const [index, body] of bodies.entries()) {
        const entry = { eventId: eventIds[index] ?? '', body, place: this.#all.length + 1 };
        this.#all.push(entry);
        stream.push(entry);
      }
      this.#streams.set(streamId, stream);
    } else {
      const stored = stream.slice(expectedRevision + 1, expectedRevision + 1 + eventIds.length);
      const resent = stored.length === eventIds.length && stored.every((e, at) => e.eventId === eventIds[at]);
      if (!resent) return { outcome: 'conflict', actualRevision };
    }
    const revision = expectedRevision + eventIds.length;
    return { outcome: 'appended', revision, position: positionOf(stream[revision]?.place ?? 0) };
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError('closed', 'the event store is closed');
  }
}

function toEvent(entry: Entry): RecordedEvent {
  return recordedEvent(entry.body, positionOf(entry.place));
}
