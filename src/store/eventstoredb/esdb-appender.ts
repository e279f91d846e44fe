import type { EventData, EventStoreDBClient } from '@eventstore/db-client';
import { type AppendResult, StoreUnavailableError } from '../event-store.ts';
import { conflictOf, esdbFailure } from './esdb-failure.ts';
import { placeOf } from './place.ts';
import { withinLimit } from './time-limit.ts';

/** A leader that is lost is replaced within some 5 s, one that hangs within 18 s. */
const APPEND_LIMIT_MS = 10_000;
/**
 * Written to the transport at once; more wait here. Under its backpressure the library loses hold of promises, and
 * appends past it are no faster.
 */
const MOST_IN_FLIGHT = 256;
/** The library's answer to its own deadline, when a second one follows, ends the process: ours is always first. */
const LIBRARY_DEADLINE_MS = 24 * 60 * 60 * 1_000;

/**
 * All appends go through one call that never ends by itself. One that does not answer may be lost on the server's side
 * though the connection stands, and every later append with it: the next is sent through a new call. What else waits
 * on this one ends ambiguously.
 */
function giveUpCall(client: EventStoreDBClient): void {
  for (const stream of client['disposableStreams']) {
    if ('write' in stream && 'cancel' in stream) stream.cancel();
  }
}

/** Sends appends, not too many at once, each within a time limit. */
export class EsdbAppender {
  readonly #client: EventStoreDBClient;
  readonly #limitMs: number;
  readonly #onSending: (eventId: string) => void;
  readonly #waiting: (() => void)[] = [];
  readonly #appending = new Set<Promise<AppendResult>>();
  #inFlight = 0;

  constructor(
    client: EventStoreDBClient,
    options: { readonly limitMs?: number | undefined; readonly onSending: (eventId: string) => void },
  ) {
    this.#client = client;
    this.#limitMs = options.limitMs ?? APPEND_LIMIT_MS;
    this.#onSending = options.onSending;
  }

  /** What was checked to be of a size and form that the server takes. @throws StoreUnavailableError */
  async append(
    streamId: string,
    expectedRevision: number,
    events: readonly EventData[],
  ): Promise<AppendResult> {
    const appending = this.#append(streamId, expectedRevision, events);
    this.#appending.add(appending);
    try {
      return await appending;
    } finally {
      this.#appending.delete(appending);
    }
  }

  /** Waits for what is on its way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#appending);
  }

  async #append(
    streamId: string,
    expectedRevision: number,
    events: readonly EventData[],
  ): Promise<AppendResult> {
    await this.#turn();
    try {
      for (const { id } of events) this.#onSending(id);
      const { success, nextExpectedRevision, position } = await withinLimit(
        this.#client.appendToStream(streamId, [...events], {
          expectedRevision: expectedRevision === -1 ? 'no_stream' : BigInt(expectedRevision),
          requiresLeader: true,
          deadline: LIBRARY_DEADLINE_MS,
        }),
        { limitMs: this.#limitMs, what: 'take an append', ambiguous: true },
        () => giveUpCall(this.#client),
      );
      if (!success || position === undefined) throw new Error('an append without a position');
      return {
        outcome: 'appended',
        revision: Number(nextExpectedRevision),
        position: placeOf(position),
      };
    } catch (error) {
      const conflict = conflictOf(error);
      if (conflict !== undefined) return { outcome: 'conflict', ...conflict };
      throw error instanceof StoreUnavailableError ? error : esdbFailure(error, 'take an append', true);
    } finally {
      this.#next();
    }
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
}
