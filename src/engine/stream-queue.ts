/**
 * Lets the tasks of one key run one after the other. Commands on one case would otherwise decide side by side on
 * one revision, and all but one in vain.
 */
export class StreamQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const own = before === undefined ? task() : before.then(task, task);
    this.#last.set(key, own);
    const forget = () => {
      if (this.#last.get(key) === own) this.#last.delete(key);
    };
    own.then(forget, forget);
    return own;
  }
}
