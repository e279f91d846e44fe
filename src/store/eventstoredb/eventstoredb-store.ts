import { v7 as uuidv7 } from 'uuid';
import type { Position, RecordedEvent } from '../../../domain/log/envelope.ts';
import { LOG_STREAM_ID } from '../../../domain/log/fixed-streams.ts';
import { logCreated } from '../../../domain/log/log-created.ts';
import { AppendListeners } from '../append-listeners.ts';
import { encodeAppend } from '../encoded-append.ts';
import { type AppendResult, type NewEvent, StoreUnavailableError } from '../event-store.ts';
import { isKeyStream } from '../key-stream-name.ts';
import { type CopyAccess, movesOf, NoLogError, refuseUnfinished } from '../log-place.ts';
import type { KeyStreams, SharedEventStore } from '../shared-store.ts';
import { ClockComparison, type ClockOffset } from './clock-comparison.ts';
import { isUnfinishedCopy, markCopy } from './copy-mark.ts';
import { EsdbAppender } from './esdb-appender.ts';
import { esdbEventOf } from './esdb-event.ts';
import { esdbKeyStreams } from './esdb-key-streams.ts';
import { EsdbReader } from './esdb-reader.ts';
import { logIdOf } from './eventstoredb-log.ts';
import { followLog, type LogFeed } from './log-feed.ts';
import { type ClientLease, leaseClient } from './shared-client.ts';

export interface EventStoreDbOptions {
  /** As the client takes it: `esdb://user:password@host:2113?tls=true…`. */
  readonly connectionString: string;
  /** Tells the time of `LogCreated` in a new log. */
  readonly clock: { now(): number };
  /** A fresh UUID for a new log; UUIDv7 by default. */
  readonly newLogId?: () => string;
  /** How long an append is waited for before it counts as ambiguous. */
  readonly appendLimitMs?: number;
  /** How long a page of events is waited for. */
  readonly readLimitMs?: number;
  /** How often it is looked whether the subscription has fallen silent. */
  readonly feedCheckMs?: number;
  /** Told of each end of the subscription, which is made again by itself. */
  readonly onFeedEnded?: (error: unknown) => void;
  /** For who copies a log alone. */
  readonly copy?: CopyAccess;
}

/**
 * The log on EventStoreDB, which must be Redress's alone. What it does was seen on a real server of version 24.6;
 * see docs/decisions for what is relied on.
 * @throws StoreAddressError; StoreUnavailableError when the server cannot be reached; LogDamagedError when its log is
 *   none of ours; LogElsewhereError
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<SharedEventStore> {
  const lease = leaseClient(options.connectionString);
  try {
    const store = new EventStoreDbStore(lease, options);
    await store.open(options);
    return store;
  } catch (error) {
    await lease.release();
    throw error;
  }
}

class EventStoreDbStore implements SharedEventStore {
  logId = '';
  moves = 0;
  readonly keyStreams: KeyStreams;
  readonly #lease: ClientLease;
  readonly #reader: EsdbReader;
  readonly #appender: EsdbAppender;
  readonly #clocks = new ClockComparison();
  readonly #listeners = new AppendListeners();
  #told: Position = '';
  #feed: LogFeed | undefined;
  #closed = false;

  constructor(lease: ClientLease, { appendLimitMs, readLimitMs }: EventStoreDbOptions) {
    this.#lease = lease;
    this.#reader = new EsdbReader(lease.client, readLimitMs);
    this.#appender = new EsdbAppender(lease.client, {
      limitMs: appendLimitMs,
      onSending: eventId => this.#clocks.sending(eventId),
    });
    this.keyStreams = esdbKeyStreams({
      client: lease.client,
      reader: this.#reader,
      appender: this.#appender,
      ...(appendLimitMs === undefined ? {} : { limitMs: appendLimitMs }),
    });
  }

  /** Reads the log's id, or begins the log; of two nodes that begin it at once one does. */
  async open(options: EventStoreDbOptions): Promise<void> {
    const { onFeedEnded = () => {}, feedCheckMs, copy } = options;
    const where = 'EventStoreDB';
    if (copy === undefined) refuseUnfinished(await isUnfinishedCopy(this.#lease.client), where);
    let ofLog = await this.readStream(LOG_STREAM_ID);
    if (ofLog.length === 0) {
      await this.#begin(options);
      ofLog = await this.readStream(LOG_STREAM_ID);
    }
    this.logId = logIdOf(ofLog);
    if (copy === undefined) this.moves = movesOf(ofLog, 'eventstoredb', where);
    this.#told = await this.head();
    this.#feed = followLog(this.#lease.client, {
      after: this.#told,
      head: () => this.#reader.head(),
      checkMs: feedCheckMs,
      onEvent: ({ id, streamId, created }, position) => {
        this.#clocks.heard(id, created.getTime());
        if (!isKeyStream(streamId)) this.#tell(position);
      },
      onEnded: onFeedEnded,
    });
  }

  async #begin({ clock, newLogId = uuidv7, copy }: EventStoreDbOptions): Promise<void> {
    if (copy !== undefined && copy.first === undefined) {
      throw new NoLogError('there is no log in EventStoreDB');
    }
    if (copy !== undefined) await markCopy(this.#lease.client, true);
    const event =
      copy?.first ?? logCreated({ logId: newLogId(), eventId: uuidv7(), commandId: uuidv7() }, clock.now());
    // Whatever the answer, the stream tells who began the log.
    await this.append(LOG_STREAM_ID, -1, [event]).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailableError && error.ambiguous)) throw error;
    });
  }

  async append(
    streamId: string,
    expectedRevision: number,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    this.#assertOpen();
    // Checked before sending: a bad id or size takes other appends down with it, and what cannot be written out hangs.
    const { bodies } = encodeAppend(streamId, expectedRevision, events);
    const result = await this.#appender.append(streamId, expectedRevision, bodies.map(esdbEventOf));
    if (result.outcome === 'appended') this.#tell(result.position);
    return result;
  }

  onAppended(listener: (position: Position) => void): () => void {
    return this.#listeners.add(listener);
  }

  async readStream(streamId: string, fromRevision?: number): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    return this.#reader.readStream(streamId, fromRevision);
  }

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    return this.#reader.readAll(after, limit);
  }

  async readTypes(after: Position, types: readonly string[], lookAt: number) {
    this.#assertOpen();
    return this.#reader.readTypes(after, types, lookAt);
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    return this.#reader.head();
  }

  eventsBetween(after: Position, upTo: Position): number {
    return this.#reader.eventsBetween(after, upTo);
  }

  clockOffset(): ClockOffset | undefined {
    return this.#clocks.offset();
  }

  silentSince(): number | undefined {
    return this.#feed?.silentSince();
  }

  /** What was asked for before is finished first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#appender.settled();
    await this.#feed?.close();
    await this.#lease.release();
  }

  /** Once for each event, whether the answer or the feed comes first; what was sent again is no news. */
  #tell(position: Position): void {
    if (position <= this.#told) return;
    this.#told = position;
    this.#listeners.notify(position);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError('closed', 'the event store is closed');
  }
}
