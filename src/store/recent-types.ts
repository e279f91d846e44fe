/** Events whose types are remembered: what a follower that keeps up can be behind. */
const REMEMBERED = 20_000;

/**
 * The types of the events that this process wrote last, by place, without a hole: who waits for a few types of many
 * learns here that there was none, and the log is not read for it.
 */
export class RecentTypes {
  /** The place of the first that is remembered. */
  #first = 1;
  #types: string[] = [];

  /** `first`: the place of the first of the events. What another writer put between is not known, nor what was before. */
  add(first: number, types: readonly string[]): void {
    if (first !== this.#first + this.#types.length) {
      this.#first = first;
      this.#types = [];
    }
    for (const type of types) this.#types.push(type);
    if (this.#types.length < 2 * REMEMBERED) return;
    this.#first += this.#types.length - REMEMBERED;
    this.#types = this.#types.slice(-REMEMBERED);
  }

  /** Whether the places after `after` up to `upTo` hold none of the types; false where it is not known. */
  holdNone(after: number, upTo: number, types: ReadonlySet<string>): boolean {
    if (after + 1 < this.#first || upTo >= this.#first + this.#types.length) return false;
    for (let at = after + 1; at <= upTo; at++) {
      if (types.has(this.#types[at - this.#first] ?? '')) return false;
    }
    return true;
  }

  /** The newest place known, 0 when there is none. */
  newest(): number {
    return this.#types.length === 0 ? 0 : this.#first + this.#types.length - 1;
  }
}
