import type { Position } from '../../domain/log/envelope.ts';

/** What one projection has folded of a stream: `null` for nothing; `undefined` when nobody has looked yet. */
type Source = object | null | undefined;

/** What the projections, by their number, have folded of one stream. */
export interface StreamSources {
  /** As of the last event taken in. */
  readonly now: Source[];
  /** As of the last commit: what the rows that are shown were made from. */
  readonly committed: Source[];
  /** Which of them have changed since the last commit, a bit each. */
  changed: number;
  /** Of the last event that changed any. */
  lastPosition: Position;
}

/**
 * Sources are kept in memory alone: whoever is let go is folded again from its stream, which costs less over a
 * rebuild, and over the life of a house, than to write them down at every commit. Those not asked for in a while
 * are let go, in two generations: cheaper than keeping an order of use.
 */
export class SourceCache {
  readonly #maxStreams: number;
  #recent = new Map<string, StreamSources>();
  #earlier = new Map<string, StreamSources>();

  /** @param maxStreams kept after a commit, about; twice as many in all */
  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams;
  }

  find(streamId: string): StreamSources | undefined {
    const found = this.#recent.get(streamId);
    if (found !== undefined) return found;
    const before = this.#earlier.get(streamId);
    if (before !== undefined) this.#recent.set(streamId, before);
    return before;
  }

  add(streamId: string): StreamSources {
    const added = { now: [], committed: [], changed: 0, lastPosition: '' };
    this.#recent.set(streamId, added);
    return added;
  }

  /** Everything is committed: what was not asked for lately can go. */
  age(): void {
    if (this.#recent.size <= this.#maxStreams) return;
    this.#earlier = this.#recent;
    this.#recent = new Map();
  }
}
