import type { AllStreamResolvedEvent, EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { v7 as uuidv7 } from 'uuid';
import type { Position, RecordedEvent } from '../../../domain/log/envelope.ts';
import { LOG_STREAM_ID } from '../../../domain/log/fixed-streams.ts';
import { logCreated, logCreatedSchema } from '../../../domain/log/log-created.ts';
import { AppendListeners } from '../append-listeners.ts';
import { encodeAppend } from '../encoded-append.ts';
import { type AppendResult, type EventStore, type NewEvent, StoreUnavailableError } from '../event-store.ts';
import { type CopyAccess, movesOf, NoLogError, refuseUnfinished } from '../log-place.ts';
import { isUnfinishedCopy, markCopy } from './copy-mark.ts';
import { esdbEventOf, LogDamagedError, recordedEventOf } from './esdb-event.ts';
import { conflictOf, esdbFailure, isStreamNotFound } from './esdb-failure.ts';
import { followLog, type LogFeed } from './log-feed.ts';
import { esdbPositionOf, placeOf } from './place.ts';
import { type ClientLease, leaseClient } from './shared-client.ts';
import { withinLimit } from './time-limit.ts';

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
  /** Told of each end of the subscription, which is made again by itself. */
  readonly onFeedEnded?: (error: unknown) => void;
  /** For who copies a log alone. */
  readonly copy?: CopyAccess;
}

/** A leader that is lost is replaced within some 5 s, one that hangs within 18 s. */
const APPEND_LIMIT_MS = 10_000;
const READ_LIMIT_MS = 10_000;
/**
 * Written to the transport at once; more wait here. Under its backpressure the library loses hold of promises, and
 * appends past it are no faster.
 */
const MOST_IN_FLIGHT = 256;
/** The library's answer to its own deadline, when a second one follows, ends the process: ours is always first. */
const LIBRARY_DEADLINE_MS = 24 * 60 * 60 * 1_000;
const PAGE_EVENTS = 500;

/**
 * The log on EventStoreDB, which must be Redress's alone. What it does was seen on a real server of version 24.6;
 * see docs/decisions for what is relied on.
 * @throws StoreUnavailableError when the server cannot be reached; LogDamagedError when its log is none of ours;
 *   LogElsewhereError
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStore> {
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

class EventStoreDbStore implements EventStore {
  logId = '';
  moves = 0;
  readonly #lease: ClientLease;
  readonly #client: EventStoreDBClient;
  readonly #appendLimitMs: number;
  readonly #readLimitMs: number;
  readonly #listeners = new AppendListeners();
  readonly #waiting: (() => void)[] = [];
  readonly #appending = new Set<Promise<AppendResult>>();
  #inFlight = 0;
  #told: Position = '';
  #feed: LogFeed | undefined;
  #closed = false;

  constructor(lease: ClientLease, { appendLimitMs, readLimitMs }: EventStoreDbOptions) {
    this.#lease = lease;
    this.#client = lease.client;
    this.#appendLimitMs = appendLimitMs ?? APPEND_LIMIT_MS;
    this.#readLimitMs = readLimitMs ?? READ_LIMIT_MS;
  }

  /** Reads the log's id, or begins the log; of two nodes that begin it at once one does. */
  async open(options: EventStoreDbOptions): Promise<void> {
    const { clock, newLogId = uuidv7, onFeedEnded = () => {}, copy } = options;
    const where = 'EventStoreDB';
    if (copy === undefined) refuseUnfinished(await isUnfinishedCopy(this.#client), where);
    let ofLog = await this.readStream(LOG_STREAM_ID);
    if (ofLog.length === 0) {
      if (copy !== undefined && copy.first === undefined) {
        throw new NoLogError('there is no log in EventStoreDB');
      }
      if (copy !== undefined) await markCopy(this.#client, true);
      const event =
        copy?.first ?? logCreated({ logId: newLogId(), eventId: uuidv7(), commandId: uuidv7() }, clock.now());
      // Whatever the answer, the stream tells who began the log.
      await this.append(LOG_STREAM_ID, -1, [event]).catch((error: unknown) => {
        if (!(error instanceof StoreUnavailableError && error.ambiguous)) throw error;
      });
      ofLog = await this.readStream(LOG_STREAM_ID);
    }
    const created = logCreatedSchema.safeParse(ofLog[0]?.data);
    if (!created.success) {
      throw new LogDamagedError(
        'the log does not begin with an event LogCreated of a format that this release reads',
      );
    }
    this.logId = created.data.logId;
    if (copy === undefined) this.moves = movesOf(ofLog, 'eventstoredb', where);
    this.#told = await this.head();
    this.#feed = followLog(this.#client, this.#told, position => this.#tell(position), onFeedEnded);
  }

  async append(
    streamId: string,
    expectedRevision: number,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    this.#assertOpen();
    const appending = this.#append(streamId, expectedRevision, events);
    this.#appending.add(appending);
    try {
      return await appending;
    } finally {
      this.#appending.delete(appending);
    }
  }

  async #append(
    streamId: string,
    expectedRevision: number,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    // Checked before sending: a bad id or size takes other appends down with it, and what cannot be written out hangs.
    const { bodies } = encodeAppend(streamId, expectedRevision, events);
    const esdbEvents = bodies.map(esdbEventOf);
    await this.#turn();
    try {
      const { success, nextExpectedRevision, position } = await withinLimit(
        this.#client.appendToStream(streamId, esdbEvents, {
          expectedRevision: expectedRevision === -1 ? 'no_stream' : BigInt(expectedRevision),
          requiresLeader: true,
          deadline: LIBRARY_DEADLINE_MS,
        }),
        { limitMs: this.#appendLimitMs, what: 'take an append', ambiguous: true },
      );
      if (!success || position === undefined) throw new Error('an append without a position');
      const place = placeOf(position);
      this.#tell(place);
      return { outcome: 'appended', revision: Number(nextExpectedRevision), position: place };
    } catch (error) {
      const conflict = conflictOf(error);
      if (conflict !== undefined) return { outcome: 'conflict', ...conflict };
      throw esdbFailure(error, 'take an append', true);
    } finally {
      this.#next();
    }
  }

  onAppended(listener: (position: Position) => void): () => void {
    return this.#listeners.add(listener);
  }

  async readStream(streamId: string, fromRevision = 0): Promise<readonly RecordedEvent[]> {
    this.#assertOpen();
    const found: RecordedEvent[] = [];
    for (let from = fromRevision; ; ) {
      let page: readonly ResolvedEvent[];
      try {
        page = await this.#read(
          this.#client.readStream(streamId, {
            fromRevision: BigInt(from),
            maxCount: PAGE_EVENTS,
            requiresLeader: true,
          }),
        );
      } catch (error) {
        if (isStreamNotFound(error)) return [];
        throw esdbFailure(error, 'read a stream', false);
      }
      for (const { event } of page) if (event !== undefined) found.push(recordedEventOf(event));
      if (page.length < PAGE_EVENTS) return found;
      from += page.length;
    }
  }

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    return (await this.#scan(after, limit, Number.POSITIVE_INFINITY)).events;
  }

  async readTypes(after: Position, types: readonly string[], lookAt: number) {
    const { events, upTo } = await this.#scan(after, lookAt, lookAt);
    return { events: events.filter(({ type }) => types.includes(type)), upTo };
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    let from: Position | undefined;
    for (;;) {
      const page = await this.#page('backwards', from, PAGE_EVENTS);
      const newest = page.find(isOurs);
      if (newest?.event?.position !== undefined) return placeOf(newest.event.position);
      const oldest = page.at(-1)?.event?.position;
      if (oldest === undefined) return '';
      from = placeOf(oldest);
    }
  }

  /** What was asked for before is finished first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#appending);
    await this.#feed?.close();
    await this.#lease.release();
  }

  /** Once for each event, whether the answer or the feed comes first; what was sent again is no news. */
  #tell(position: Position): void {
    if (position <= this.#told) return;
    this.#told = position;
    this.#listeners.notify(position);
  }

  /** Our next events, at most `limit`, of at most `lookAt` ours or not. System events lie between ours. */
  async #scan(after: Position, limit: number, lookAt: number) {
    this.#assertOpen();
    const events: RecordedEvent[] = [];
    let upTo = after;
    for (let left = lookAt; events.length < limit && left > 0; ) {
      // The place itself is read again, and left out.
      const count = Math.min(PAGE_EVENTS, limit - events.length) + 1;
      const page = await this.#page('forwards', upTo === '' ? undefined : upTo, count);
      const fresh = page.filter(
        ({ event }) => event?.position !== undefined && placeOf(event.position) > upTo,
      );
      for (const resolved of fresh) {
        const { event } = resolved;
        if (event?.position === undefined || events.length >= limit) break;
        // Up to an event of ours alone: a place that others hand out is an event's.
        if (!isOurs(resolved)) continue;
        events.push(recordedEventOf(event));
        upTo = placeOf(event.position);
        left--;
      }
      if (page.length < count) return { events, upTo };
      const last = fresh.at(-1)?.event?.position;
      if (last === undefined) return { events, upTo };
      if (placeOf(last) > upTo) upTo = placeOf(last);
    }
    return { events, upTo: events.at(-1)?.position ?? upTo };
  }

  async #page(direction: 'forwards' | 'backwards', from: Position | undefined, maxCount: number) {
    const start = direction === 'forwards' ? 'start' : 'end';
    const fromPosition = from === undefined ? start : (esdbPositionOf(from) ?? start);
    try {
      return await this.#read(this.#client.readAll({ direction, fromPosition, maxCount }));
    } catch (error) {
      throw esdbFailure(error, 'read the log', false);
    }
  }

  /** A whole page, within the limit: the library's reads know no deadline. */
  #read<E>(stream: AsyncIterable<E> & { destroy(error?: Error): unknown }): Promise<E[]> {
    const whole = async (): Promise<E[]> => {
      const page: E[] = [];
      for await (const each of stream) page.push(each);
      return page;
    };
    const limits = { limitMs: this.#readLimitMs, what: 'answer a read', ambiguous: false };
    return withinLimit(whole(), limits, () => stream.destroy());
  }

  async #turn(): Promise<void> {
    if (this.#inFlight < MOST_IN_FLIGHT) {
      this.#inFlight++;
      return;
    }
    await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inFlight--;
    else next();
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError('closed', 'the event store is closed');
  }
}

/** The server keeps events of its own in the log. */
function isOurs({ event }: AllStreamResolvedEvent): boolean {
  return event !== undefined && !event.type.startsWith('$') && !event.streamId.startsWith('$');
}
