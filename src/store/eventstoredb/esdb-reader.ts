import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AllStreamResolvedEvent,
  EventStoreDBClient,
  ResolvedEvent,
  StreamingRead,
} from '@eventstore/db-client';
import type { Position, RecordedEvent } from '../../../domain/log/envelope.ts';
import { StoreUnavailableError } from '../event-store.ts';
import { isKeyStream } from '../key-stream-name.ts';
import { recordedEventOf } from './esdb-event.ts';
import { esdbFailure, isStreamNotFound } from './esdb-failure.ts';
import { bytesBetween, esdbPositionOf, placeOf } from './place.ts';
import { withinLimit } from './time-limit.ts';

const READ_LIMIT_MS = 10_000;
const PAGE_EVENTS = 500;
/** Of the whole log at once: a question a page, and who reads it asks for a thousand or two. */
const SCAN_EVENTS = 2_000;
/** The newest event is mostly the last of all: few are asked for first. */
const FIRST_HEAD_PAGE = 8;
/** Pauses before a read that was cut off is begun again. */
const AGAIN_AFTER_MS = [20, 100, 400];
/** Of an event, before any was seen. */
const ASSUMED_BYTES = 1_000;

/** Reads the log out of a database: pages within a time limit, without what is not of the log. */
export class EsdbReader {
  readonly #client: EventStoreDBClient;
  readonly #limitMs: number;
  #eventBytes = ASSUMED_BYTES;

  constructor(client: EventStoreDBClient, limitMs = READ_LIMIT_MS) {
    this.#client = client;
    this.#limitMs = limitMs;
  }

  async readStream(streamId: string, fromRevision = 0): Promise<readonly RecordedEvent[]> {
    const found: RecordedEvent[] = [];
    for await (const page of this.pagesOf(streamId, fromRevision)) {
      for (const { event } of page) if (event !== undefined) found.push(recordedEventOf(event));
    }
    return found;
  }

  /** Of any stream, as the leader has it; nothing for one that does not exist. @throws StoreUnavailableError */
  async *pagesOf(streamId: string, fromRevision = 0): AsyncGenerator<readonly ResolvedEvent[]> {
    for (let from = fromRevision; ; ) {
      let page: readonly ResolvedEvent[];
      try {
        page = await this.#read('read a stream', () =>
          this.#client.readStream(streamId, {
            fromRevision: BigInt(from),
            maxCount: PAGE_EVENTS,
            requiresLeader: true,
          }),
        );
      } catch (error) {
        if (isStreamNotFound(error)) return;
        throw error;
      }
      yield page;
      if (page.length < PAGE_EVENTS) return;
      from += page.length;
    }
  }

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    return (await this.#scan(after, limit)).events;
  }

  async readTypes(after: Position, types: readonly string[], lookAt: number) {
    const { events, upTo } = await this.#scan(after, lookAt);
    return { events: events.filter(({ type }) => types.includes(type)), upTo };
  }

  async head(): Promise<Position> {
    let from: Position | undefined;
    for (let count = FIRST_HEAD_PAGE; ; count = Math.min(8 * count, PAGE_EVENTS)) {
      const page = await this.#page('backwards', from, count);
      const newest = page.find(isOfLog);
      if (newest?.event?.position !== undefined) return placeOf(newest.event.position);
      const oldest = page.at(-1)?.event?.position;
      if (oldest === undefined) return '';
      from = placeOf(oldest);
    }
  }

  /** Places are bytes in the server's file: about how many events lie between, by the size of those read last. */
  eventsBetween(after: Position, upTo: Position): number {
    if (upTo <= after) return 0;
    return Math.max(1, Math.round(bytesBetween(after, upTo) / this.#eventBytes));
  }

  /** The next of the log, at most `limit`. System events and keys lie between. */
  async #scan(after: Position, limit: number) {
    const events: RecordedEvent[] = [];
    /** Where a page of nothing but what is not of the log ended; at the end of the database it is not moved on. */
    let passed = after;
    for (let reached = after; events.length < limit; ) {
      // The place itself is read again, and left out.
      const count = Math.min(SCAN_EVENTS, limit - events.length) + 1;
      const page = await this.#page('forwards', reached === '' ? undefined : reached, count);
      this.#noteSize(page);
      const from = reached;
      for (const resolved of page) {
        const { event } = resolved;
        if (event?.position === undefined || events.length >= limit) continue;
        const place = placeOf(event.position);
        if (place <= from) continue;
        reached = place;
        if (isOfLog(resolved)) events.push(recordedEventOf(event, place));
      }
      if (page.length < count || reached === from) break;
      passed = reached;
    }
    // Up to an event of the log where there is one: a place that others hand out is an event's.
    return { events, upTo: events.at(-1)?.position ?? passed };
  }

  #noteSize(page: readonly AllStreamResolvedEvent[]): void {
    const first = page[0]?.event?.position;
    const last = page.at(-1)?.event?.position;
    if (page.length < 10 || first === undefined || last === undefined) return;
    this.#eventBytes = Math.max(1, Number(last.commit - first.commit) / (page.length - 1));
  }

  async #page(direction: 'forwards' | 'backwards', from: Position | undefined, maxCount: number) {
    const start = direction === 'forwards' ? 'start' : 'end';
    const fromPosition = from === undefined ? start : (esdbPositionOf(from) ?? start);
    return this.#read('read the log', () =>
      this.#client.readAll({ direction, fromPosition, maxCount, requiresLeader: true }),
    );
  }

  /** A whole page; one that a broken connection cut off is read again, from its beginning. */
  async #read<E>(what: string, begin: () => StreamingRead<E>): Promise<E[]> {
    for (const pauseMs of [...AGAIN_AFTER_MS, undefined]) {
      try {
        return await this.#readOnce(begin());
      } catch (error) {
        if (isStreamNotFound(error)) throw error;
        // What took its whole time is not tried again.
        if (pauseMs === undefined || error instanceof StoreUnavailableError)
          throw esdbFailure(error, what, false);
        await sleep(pauseMs);
      }
    }
    throw new Error('a read without an end');
  }

  /** Within the limit: the library's reads know no deadline. */
  #readOnce<E>(stream: StreamingRead<E>): Promise<E[]> {
    // By its events: to iterate over it costs a turn an event, a third of all that a read costs here.
    const whole = new Promise<E[]>((resolve, reject) => {
      const page: E[] = [];
      stream.on('data', each => page.push(each));
      stream.on('end', () => resolve(page));
      stream.on('error', reject);
    });
    const limits = { limitMs: this.#limitMs, what: 'answer a read', ambiguous: false };
    return withinLimit(whole, limits, () => stream.destroy());
  }
}

/** The server keeps events of its own in the database, and keys lie there too. */
function isOfLog({ event }: AllStreamResolvedEvent): boolean {
  return (
    event !== undefined &&
    !event.type.startsWith('$') &&
    !event.streamId.startsWith('$') &&
    !isKeyStream(event.streamId)
  );
}
