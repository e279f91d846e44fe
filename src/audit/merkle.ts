import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 9162 (SHA-256): hashes of leaves and nodes, and the verifiers of both proofs. This file
 * imports Node alone: it is part of the verifier that is handed out with a bundle.
 */
export const HASH_BYTES = 32;

/** MTH of no leaves: the hash of nothing (RFC 9162, 2.1.1). */
export const EMPTY_ROOT: Uint8Array = hash('sha256', '', 'buffer');

/** Of one event: `body` is its canonical JSON as it is stored. */
export function leafHash(body: string): Uint8Array {
  // The zero byte is what tells a leaf from a node; in UTF-8 it is one byte too.
  return hash('sha256', `\0${body}`, 'buffer');
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return hash('sha256', bytes, 'buffer');
}

/** That the leaf at `index` is in the tree of `size` leaves with this root. */
export interface InclusionProof {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  /** From the leaf's sibling up to the root's child. */
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** RFC 9162, 2.1.3.2. False for anything that is no such proof; never throws. */
export function isIncluded({ leaf, index, size, path, root }: InclusionProof): boolean {
  if (!isCount(size) || !isCount(index) || index >= size || !areHashes([leaf, root, ...path])) return false;
  let node = index;
  let last = size - 1;
  let reached = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      reached = nodeHash(sibling, reached);
      while (node % 2 === 0 && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      reached = nodeHash(reached, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && sameHash(reached, root);
}

/** That the tree with `newRoot` only adds leaves to the one with `oldRoot`. */
export interface ConsistencyProof {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** RFC 9162, 2.1.4.2. A tree is consistent with itself and with the empty one by an empty proof. Never throws. */
export function isConsistent(proof: ConsistencyProof): boolean {
  const { oldSize, oldRoot, newSize, newRoot, path } = proof;
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize) return false;
  if (!areHashes([oldRoot, newRoot, ...path])) return false;
  if (oldSize === newSize) return path.length === 0 && sameHash(oldRoot, newRoot);
  if (oldSize === 0) return path.length === 0 && sameHash(oldRoot, EMPTY_ROOT);
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : path;
  if (first === undefined) return false;
  let node = oldSize - 1;
  let last = newSize - 1;
  while (node % 2 === 1) {
    node = half(node);
    last = half(last);
  }
  let old = first;
  let grown = first;
  for (const hashed of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old = nodeHash(hashed, old);
      grown = nodeHash(hashed, grown);
      while (node % 2 === 0 && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      grown = nodeHash(grown, hashed);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && sameHash(old, oldRoot) && sameHash(grown, newRoot);
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Standard base64 of exactly one hash, written the one right way; `undefined` for anything else. */
export function hashFromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === HASH_BYTES && bytes.toString('base64') === text ? bytes : undefined;
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

// Sizes may pass 2^32, where JavaScript's bit operators end.
function half(number: number): number {
  return Math.floor(number / 2);
}

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}

function isPowerOfTwo(number: number): boolean {
  let odd = number;
  while (odd % 2 === 0) odd /= 2;
  return odd === 1;
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.every(value => value.length === HASH_BYTES);
}
