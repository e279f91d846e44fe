import { createHash } from 'node:crypto';

/**
 * The tree as RFC 9162, 2.1 writes it down: by recursion over the entries themselves, with nothing of ours in it. What
 * the house computes is compared with it.
 */
export function naiveRoot(leaves: readonly Uint8Array[]): Buffer {
  const [first, second] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (second === undefined) return Buffer.from(first);
  const k = splitOf(leaves.length);
  return createHash('sha256')
    .update('\x01')
    .update(naiveRoot(leaves.slice(0, k)))
    .update(naiveRoot(leaves.slice(k)))
    .digest();
}

/** 2.1.3.1 */
export function naiveInclusion(index: number, leaves: readonly Uint8Array[]): readonly Buffer[] {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  return index < k
    ? [...naiveInclusion(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naiveInclusion(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** 2.1.4.1 */
export function naiveConsistency(
  oldSize: number,
  leaves: readonly Uint8Array[],
  isWhole = true,
): readonly Buffer[] {
  if (oldSize === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  const k = splitOf(leaves.length);
  return oldSize <= k
    ? [...naiveConsistency(oldSize, leaves.slice(0, k), isWhole), naiveRoot(leaves.slice(k))]
    : [...naiveConsistency(oldSize - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

function splitOf(count: number): number {
  return count <= 2 ? 1 : 2 * splitOf(Math.ceil(count / 2));
}
