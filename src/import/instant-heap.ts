interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly item: T;
}

/** What comes next in time: the least instant first, among equal ones the least `order`. */
export class InstantHeap<T> {
  readonly #entries: Entry<T>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  peek(): Entry<T> | undefined {
    return this.#entries[0];
  }

  push(at: number, order: number, item: T): void {
    const entries = this.#entries;
    const entry = { at, order, item };
    let index = entries.length;
    entries.push(entry);
    for (;;) {
      const above = (index - 1) >> 1;
      const parent = entries[above];
      if (index === 0 || parent === undefined || !comesBefore(entry, parent)) break;
      entries[index] = parent;
      index = above;
    }
    entries[index] = entry;
  }

  pop(): T | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (top === undefined || last === undefined) return undefined;
    if (entries.length > 0) this.#sink(last);
    return top.item;
  }

  #sink(entry: Entry<T>): void {
    const entries = this.#entries;
    let index = 0;
    for (;;) {
      const left = entries[2 * index + 1];
      const right = entries[2 * index + 2];
      if (left === undefined) break;
      const rightIsLess = right !== undefined && comesBefore(right, left);
      const child = rightIsLess ? right : left;
      if (!comesBefore(child, entry)) break;
      entries[index] = child;
      index = 2 * index + (rightIsLess ? 2 : 1);
    }
    entries[index] = entry;
  }
}

function comesBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
