import type { FoldedCase } from './folded-case.ts';

/** What an entry weighs beside its events. */
const ENTRY_WEIGHT = 8;

/**
 * Folded cases by stream, those used longest ago given up first. Its bound is counted in events, as a state grows
 * with them: some 1 KB an event.
 */
export class CaseCache {
  readonly #cases = new Map<string, FoldedCase>();
  readonly #maxEvents: number;
  #weight = 0;

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents;
  }

  get(streamId: string): FoldedCase | undefined {
    const found = this.#cases.get(streamId);
    if (found === undefined) return undefined;
    this.#cases.delete(streamId);
    this.#cases.set(streamId, found);
    return found;
  }

  set(streamId: string, folded: FoldedCase): void {
    this.delete(streamId);
    this.#cases.set(streamId, folded);
    this.#weight += weightOf(folded);
    for (const oldest of this.#cases.keys()) {
      if (this.#weight <= this.#maxEvents) return;
      this.delete(oldest);
    }
  }

  delete(streamId: string): void {
    const found = this.#cases.get(streamId);
    if (found === undefined) return;
    this.#cases.delete(streamId);
    this.#weight -= weightOf(found);
  }

  clear(): void {
    this.#cases.clear();
    this.#weight = 0;
  }

  get size(): number {
    return this.#cases.size;
  }
}

function weightOf(folded: FoldedCase): number {
  return folded.revision + 1 + ENTRY_WEIGHT;
}
