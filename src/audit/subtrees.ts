import { EMPTY_ROOT, nodeHash } from './merkle.ts';

/**
 * Gives the hash of a whole subtree: the one over leaves `index·2^level` up to (not with) `(index+1)·2^level`.
 * It is asked for none that reaches beyond the tree.
 */
export type SubtreeReader = (level: number, index: number) => Uint8Array;

/** The root of the first `size` leaves. */
export function rootOf(size: number, read: SubtreeReader): Uint8Array {
  return size === 0 ? EMPTY_ROOT : rangeHash(0, size, read);
}

/** PATH(index, D[size]) of RFC 9162, 2.1.3.1: at most one hash a level. @throws RangeError */
export function inclusionPath(index: number, size: number, read: SubtreeReader): readonly Uint8Array[] {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) {
    throw new RangeError(`there is no leaf ${index} in a tree of ${size}`);
  }
  const path: Uint8Array[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      path.push(rangeHash(middle, to, read));
      to = middle;
    } else {
      path.push(rangeHash(from, middle, read));
      from = middle;
    }
  }
  return path.reverse();
}

/** PROOF(oldSize, D[newSize]) of RFC 9162, 2.1.4.1; empty from an empty tree and between equal ones. @throws RangeError */
export function consistencyPath(
  oldSize: number,
  newSize: number,
  read: SubtreeReader,
): readonly Uint8Array[] {
  if (!(Number.isSafeInteger(oldSize) && oldSize >= 0 && oldSize <= newSize)) {
    throw new RangeError(`a tree of ${newSize} leaves does not follow on one of ${oldSize}`);
  }
  if (oldSize === 0) return [];
  const path: Uint8Array[] = [];
  let from = 0;
  let to = newSize;
  while (to !== oldSize) {
    const middle = from + largestPowerBelow(to - from);
    if (oldSize <= middle) {
      path.push(rangeHash(middle, to, read));
      to = middle;
    } else {
      path.push(rangeHash(from, middle, read));
      from = middle;
    }
  }
  // The old tree itself needs no hash; a part of it that is no whole tree of its own does.
  if (from > 0) path.push(rangeHash(from, to, read));
  return path.reverse();
}

/** MTH of a range as the recursion meets it: `from` is a multiple of the largest whole subtree in it. */
function rangeHash(from: number, to: number, read: SubtreeReader): Uint8Array {
  const whole: Uint8Array[] = [];
  for (let at = from; at < to; ) {
    const leaves = largestPowerBelow(to - at + 1);
    whole.push(read(Math.log2(leaves), at / leaves));
    at += leaves;
  }
  return whole.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest power of two below `count`, for a count of at least 2. (A logarithm would round wrong near 2^49.) */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The hashes along the right edge of a growing tree: its root at any size, in memory of one hash a level. */
export class GrowingTree {
  /** Whole subtrees from the left, each smaller than the one before. */
  readonly #edge: { readonly level: number; readonly hashed: Uint8Array }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(leaf: Uint8Array): void {
    let node = { level: 0, hashed: leaf };
    for (let left = this.#edge.at(-1); left?.level === node.level; left = this.#edge.at(-1)) {
      this.#edge.pop();
      node = { level: node.level + 1, hashed: nodeHash(left.hashed, node.hashed) };
    }
    this.#edge.push(node);
    this.#size++;
  }

  root(): Uint8Array {
    if (this.#size === 0) return EMPTY_ROOT;
    return this.#edge.map(({ hashed }) => hashed).reduceRight((right, left) => nodeHash(left, right));
  }
}
