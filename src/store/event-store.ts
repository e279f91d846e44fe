import type { Position, RecordedEvent, StoredEvent } from '../../domain/log/envelope.ts';

/**
 * The port to the log. One contract suite (tests/contract/event-store.ts) runs over every store.
 *
 * A revision is the number of an event in its stream, from 0; `-1` stands for "no such stream".
 */
export type NewEvent = Omit<StoredEvent, 'streamId' | 'revision'>;

export type AppendResult =
  | {
      readonly outcome: 'appended';
      /** Revision and position of the last event of the append. */
      readonly revision: number;
      readonly position: Position;
    }
  | { readonly outcome: 'conflict'; readonly actualRevision: number };

/** The log cannot take writes (or be read) for now; what was sent may or may not be stored if `ambiguous`. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly reason: 'full' | 'closed' | 'unreachable' | 'io';
  readonly ambiguous: boolean;
  constructor(
    reason: StoreUnavailableError['reason'],
    message: string,
    options?: { cause?: unknown; ambiguous?: boolean },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.ambiguous = options?.ambiguous ?? false;
  }
}

/** A decision larger than any store takes: 900 KiB of canonical JSON in all. */
export const MAX_APPEND_BYTES = 900 * 1024;
export class AppendTooLargeError extends Error {
  override readonly name = 'AppendTooLargeError';
}

/** What `readTypes` found. */
export interface LookedAt {
  readonly events: readonly RecordedEvent[];
  readonly upTo: Position;
  /**
   * Nothing more was there, but what its writers have not been told of yet: whoever listens to `onAppended` will hear
   * of it, and need not look again. Left out where the store does not know.
   */
  readonly atEnd?: boolean;
}

/** The reading half of the port: enough for projectors, replays and exports. */
export interface EventLog {
  /** The log's own id, in its first event; part of every outside position. */
  readonly logId: string;
  /** Events of one stream from `fromRevision` (inclusive), in order; `[]` for a stream that does not exist. */
  readStream(streamId: string, fromRevision?: number): Promise<readonly RecordedEvent[]>;
  /** The next events after a position (exclusive), at most `limit`, in log order, without gaps; `''` is the start. */
  readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]>;
  /**
   * Of the next events after a position (exclusive), at most `lookAt` of which are looked at, those of the types
   * given, in log order. All up to `upTo` were looked at; it is `after` when nothing followed. For who waits for few
   * of many: what is not asked for is not decoded.
   */
  readTypes(after: Position, types: readonly string[], lookAt: number): Promise<LookedAt>;
  /** Position of the newest event, `''` for an empty log. */
  head(): Promise<Position>;
  close(): Promise<void>;
}

/** A stream as it lies in the store: the canonical JSON of each event, from the first on. */
export interface WholeStream {
  readonly streamId: string;
  readonly bodies: readonly string[];
}

/** A log that gives its streams one by one: views of it are made anew stream after stream. */
export interface StreamedLog {
  /**
   * Every stream that begins up to a position, whole up to there, in the order of their first events, many at a time.
   * @param windowBytes how much of the log is kept in memory meanwhile
   * @throws StoreUnavailableError
   */
  streams(end: Position, windowBytes?: number): AsyncIterable<readonly WholeStream[]>;
}

export interface EventStore extends EventLog {
  /** How often the log has moved to another store: a position of before the last move is none of this log's. */
  readonly moves: number;
  /**
   * Appends all events or none, durably, when the stream's last revision is exactly `expectedRevision`
   * (-1: the stream does not exist). The same event ids sent again at the same expected revision answer
   * `appended` with the original revision and position; so does a prefix of them. Old ids mixed with new ones are
   * a conflict. Events are written out before this returns: what they hold may be changed afterwards.
   * @throws StoreUnavailableError; AppendTooLargeError; TypeError (a bug of the caller) for no events, an inexact
   *   revision, an id in the wrong form or a value that JSON cannot hold. All come as rejections.
   */
  append(streamId: string, expectedRevision: number, events: readonly NewEvent[]): Promise<AppendResult>;
  /**
   * When the newest event was recorded, UTC epoch milliseconds; `undefined` of an empty log. A store that several
   * nodes write to has none: it compares its clock with theirs.
   */
  recordedUntil?(): Promise<number | undefined>;
  /** Called after events became durable, with the newest position; returns how to stop. Reads then see them. */
  onAppended(listener: (position: Position) => void): () => void;
  /** How many events lie after one position up to another: about, where positions are no numbers of events. */
  eventsBetween(after: Position, upTo: Position): number;
}
