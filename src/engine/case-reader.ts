import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { EventLog } from '../store/event-store.ts';
import { CaseCache } from './case-cache.ts';
import { type FoldedCase, foldOn, newCase } from './folded-case.ts';

/** Folded cases by stream: from memory, or from the log. */
export class CaseReader {
  readonly #store: EventLog;
  readonly #cache: CaseCache;

  constructor(store: EventLog, cachedEvents: number) {
    this.#store = store;
    this.#cache = new CaseCache(cachedEvents);
  }

  /** As it was when last seen; another node may have written since. */
  remembered(streamId: string): FoldedCase | undefined {
    return this.#cache.get(streamId);
  }

  /** As it is: what came since it was last seen is read from the log. At revision -1 there is no such case. */
  async current(lifecycle: AnyLifecycle, streamId: string): Promise<FoldedCase> {
    const folded = await this.read(lifecycle, streamId);
    if (folded.revision >= 0) this.remember(streamId, folded);
    return folded;
  }

  /** The same, which is not remembered. */
  async read(lifecycle: AnyLifecycle, streamId: string): Promise<FoldedCase> {
    const before = this.#cache.get(streamId) ?? newCase(lifecycle);
    const events = await this.#store.readStream(streamId, before.revision + 1);
    const last = events.at(-1);
    return last === undefined ? before : foldOn(lifecycle, before, events, last.position);
  }

  remember(streamId: string, folded: FoldedCase): void {
    // Two reads may end out of order; a state never goes back.
    const known = this.#cache.get(streamId);
    if (known === undefined || known.revision < folded.revision) this.#cache.set(streamId, folded);
  }

  forget(streamId: string): void {
    this.#cache.delete(streamId);
  }

  clear(): void {
    this.#cache.clear();
  }
}
