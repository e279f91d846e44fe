import { StoreUnavailableError } from './event-store.ts';
import type { WritableAppend, Written } from './log-writer.ts';

/** What the writer's thread is given at its start. */
export interface WriterData {
  /** Of the log's file, which is there. */
  readonly path: string;
}

/** Appends as they cross threads: lists of texts and numbers are copied faster than as many objects. */
export interface PackedAppends {
  readonly streamIds: readonly string[];
  readonly expectedRevisions: readonly number[];
  /** How many of the bodies are of each. */
  readonly counts: readonly number[];
  readonly bodies: readonly string[];
}

export function packed(appends: readonly WritableAppend[]): PackedAppends {
  const streamIds: string[] = [];
  const expectedRevisions: number[] = [];
  const counts: number[] = [];
  const all: string[] = [];
  for (const { streamId, expectedRevision, bodies } of appends) {
    streamIds.push(streamId);
    expectedRevisions.push(expectedRevision);
    counts.push(bodies.length);
    for (const body of bodies) all.push(body);
  }
  return { streamIds, expectedRevisions, counts, bodies: all };
}

export function unpacked({ streamIds, expectedRevisions, counts, bodies }: PackedAppends): WritableAppend[] {
  let taken = 0;
  return streamIds.map((streamId, at) => {
    const from = taken;
    taken += counts[at] ?? 0;
    return { streamId, expectedRevision: expectedRevisions[at] ?? -1, bodies: bodies.slice(from, taken) };
  });
}

/** Answered in the order in which they come, one answer each. */
export type ToWriter =
  | { readonly kind: 'append'; readonly appends: PackedAppends }
  /** SQL on the writer's connection: what can be set nowhere else. */
  | { readonly kind: 'execute'; readonly sql: string }
  | { readonly kind: 'close' };

export type FromWriter =
  | ({ readonly kind: 'written' } & Written)
  | { readonly kind: 'failed'; readonly failure: WriterFailure }
  | { readonly kind: 'done' };

/** An error as it crosses threads: of an instance of a class only the words would arrive. */
export interface WriterFailure {
  readonly message: string;
  readonly unavailable?: Pick<StoreUnavailableError, 'reason' | 'ambiguous'>;
}

export function failureOf(error: unknown): WriterFailure {
  if (error instanceof StoreUnavailableError) {
    const { message, reason, ambiguous } = error;
    return { message, unavailable: { reason, ambiguous } };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function errorOf({ message, unavailable }: WriterFailure): Error {
  if (unavailable === undefined) return new Error(`the writer of the log failed: ${message}`);
  return new StoreUnavailableError(unavailable.reason, message, { ambiguous: unavailable.ambiguous });
}
