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
import { LogDamagedError, recordedEventOf } from './esdb-event.ts';
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
    for await (const page of this.#pages(streamId, fromRevision, eventIn)) {
      for (const event of page) if (event !== undefined) found.push(event);
    }
    return found;
  }

  /** Of any stream, as the leader has it; nothing for one that does not exist. @throws StoreUnavailableError */
  pagesOf(streamId: string): AsyncGenerator<readonly ResolvedEvent[]> {
    return this.#pages(streamId, 0, each => each);
  }

  async *#pages<T>(
    streamId: string,
    fromRevision: number,
    taken: (each: ResolvedEvent) => T,
  ): AsyncGenerator<readonly T[]> {
    for (let from = fromRevision; ; ) {
      let page: readonly T[];
      try {
        page = await this.#read(
          'read a stream',
          () =>
            this.#client.readStream(streamId, {
              fromRevision: BigInt(from),
              maxCount: PAGE_EVENTS,
              requiresLeader: true,
            }),
          taken,
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
      const page = await this.#page('backwards', from, count, placeIn);
      const newest = page.find(each => each.ofLog);
      if (newest !== undefined) return newest.position;
      from = page.at(-1)?.position;
      if (from === undefined) return '';
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
      const page = await this.#page('forwards', reached === '' ? undefined : reached, count, eventOrPlace);
      this.#noteSize(page);
      const from = reached;
      for (const each of page) {
        if (each.position <= from || events.length >= limit) continue;
        reached = each.position;
        if ('streamId' in each) events.push(each);
      }
      if (page.length < count || reached === from) break;
      passed = reached;
    }
    // Up to an event of the log where there is one: a place that others hand out is an event's.
    return { events, upTo: events.at(-1)?.position ?? passed };
  }

  #noteSize(page: readonly { readonly position: Position }[]): void {
    const [first, last] = [page[0], page.at(-1)];
    if (page.length < 10 || first === undefined || last === undefined) return;
    this.#eventBytes = Math.max(1, bytesBetween(first.position, last.position) / (page.length - 1));
  }

  async #page<T>(
    direction: 'forwards' | 'backwards',
    from: Position | undefined,
    maxCount: number,
    taken: (each: AllStreamResolvedEvent) => T,
  ): Promise<readonly T[]> {
    const start = direction === 'forwards' ? 'start' : 'end';
    const fromPosition = from === undefined ? start : (esdbPositionOf(from) ?? start);
    return this.#read(
      'read the log',
      () => this.#client.readAll({ direction, fromPosition, maxCount, requiresLeader: true }),
      taken,
    );
  }

  /** A whole page; one that a broken connection cut off is read again, from its beginning. */
  async #read<E, T>(what: string, begin: () => StreamingRead<E>, taken: (each: E) => T): Promise<T[]> {
    for (const pauseMs of [...AGAIN_AFTER_MS, undefined]) {
      try {
        return await this.#readOnce(begin(), taken);
      } catch (error) {
        if (isStreamNotFound(error) || error instanceof LogDamagedError) throw error;
        // What took its whole time is not tried again.
        if (pauseMs === undefined || error instanceof StoreUnavailableError)
          throw esdbFailure(error, what, false);
        await sleep(pauseMs);
      }
    }
    throw new Error('a read without an end');
  }

  /** Within the limit: the library's reads know no deadline. */
  #readOnce<E, T>(stream: StreamingRead<E>, taken: (each: E) => T): Promise<T[]> {
    // By its events: to iterate over it costs a turn an event, a third of all that a read costs here. Each is taken as
    // it comes, while the server is at the next, and what the library made of it is let go at once.
    const whole = new Promise<T[]>((resolve, reject) => {
      const page: T[] = [];
      stream.on('data', each => {
        try {
          page.push(taken(each));
        } catch (error) {
          reject(error);
          stream.destroy();
        }
      });
      stream.on('end', () => resolve(page));
      stream.on('error', reject);
    });
    const limits = { limitMs: this.#limitMs, what: 'answer a read', ambiguous: false };
    return withinLimit(whole, limits, () => stream.destroy());
  }
}

interface Place {
  readonly position: Position;
  readonly ofLog: boolean;
}

/** The server keeps events of its own in the database, and keys lie there too. */
function placeIn({ event }: AllStreamResolvedEvent): Place {
  if (event?.position === undefined) throw new LogDamagedError('an event without a place in the log');
  const { type, streamId, position } = event;
  const ofLog = !type.startsWith('$') && !streamId.startsWith('$') && !isKeyStream(streamId);
  return { position: placeOf(position), ofLog };
}

/** Of the log the event; of what lies between, where it lies. @throws LogDamagedError */
function eventOrPlace(resolved: AllStreamResolvedEvent): RecordedEvent | Place {
  const place = placeIn(resolved);
  return resolved.event !== undefined && place.ofLog
    ? recordedEventOf(resolved.event, place.position)
    : place;
}

/** @throws LogDamagedError */
function eventIn({ event }: ResolvedEvent): RecordedEvent | undefined {
  return event === undefined ? undefined : recordedEventOf(event);
}
