import type { Position } from '../../domain/log/envelope.ts';

/** Who wants to hear of new events. One that throws harms neither the store nor the others. */
export class AppendListeners {
  readonly #listeners = new Set<(position: Position) => void>();

  /** Returns how to stop. The same function may be added twice, and is then called twice. */
  add(listener: (position: Position) => void): () => void {
    const own = (position: Position) => listener(position);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  notify(position: Position): void {
    for (const listener of this.#listeners) {
      try {
        listener(position);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}
