import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConsistent, isIncluded, leafHash, nodeHash } from '../../src/audit/merkle.ts';
import { consistencyPath, GrowingTree, inclusionPath, rootOf } from '../../src/audit/subtrees.ts';
import { naiveConsistency, naiveInclusion, naiveRoot } from './naive-tree.ts';

/** The entries that implementations of Certificate Transparency are tested with, and the roots of 0 to 8 of them. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSION_5_OF_8 = [
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];
const CONSISTENCY_2_TO_5 = [
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
];

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** The vectors' entries are bytes that are no text: hashed here, as `leafHash` takes texts. */
const ctLeaves = ENTRIES.map(entry =>
  createHash('sha256').update('\x00').update(Buffer.from(entry, 'hex')).digest(),
);

/** Subtrees read from the leaves themselves. */
const readerOf = (leaves: readonly Uint8Array[]) => (level: number, index: number) => {
  const width = 2 ** level;
  const under = leaves.slice(index * width, (index + 1) * width);
  expect(under).toHaveLength(width);
  return naiveRoot(under);
};
const growing = (leaves: readonly Uint8Array[]) => {
  const tree = new GrowingTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree;
};
const leavesOf = (count: number) => Array.from({ length: count }, (_, at) => leafHash(`entry ${at}`));

describe('the tree', () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))(
    'has the root that the published vectors give for %i entries',
    (size, root) => {
      const leaves = ctLeaves.slice(0, size);
      expect(hex(rootOf(size, readerOf(leaves)))).toBe(root);
      expect(hex(growing(leaves).root())).toBe(root);
      expect(hex(naiveRoot(leaves))).toBe(root);
    },
  );

  it('gives the proofs that the published vectors give', () => {
    const read = readerOf(ctLeaves);
    expect(inclusionPath(5, 8, read).map(hex)).toEqual(INCLUSION_5_OF_8);
    expect(consistencyPath(2, 5, read).map(hex)).toEqual(CONSISTENCY_2_TO_5);
  });

  it('hashes a text leaf behind a zero byte, in UTF-8', () => {
    const text = '{"a":"拉链 \u{1F9F7}"}';
    expect(hex(leafHash(text))).toBe(createHash('sha256').update(`\x00${text}`, 'utf8').digest('hex'));
  });

  it('has the root and the proofs of the plain recursion, at every size, index and earlier size up to 40', () => {
    for (let size = 0; size <= 40; size++) {
      const leaves = leavesOf(size);
      const root = naiveRoot(leaves);
      const read = readerOf(leaves);
      expect(hex(rootOf(size, read))).toBe(hex(root));
      expect(hex(growing(leaves).root())).toBe(hex(root));
      for (const [index, leaf] of leaves.entries()) {
        const path = inclusionPath(index, size, read);
        expect(path.map(hex)).toEqual(naiveInclusion(index, leaves).map(hex));
        expect(isIncluded({ leaf, index, size, path, root })).toBe(true);
      }
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const path = consistencyPath(oldSize, size, read);
        if (oldSize > 0) expect(path.map(hex)).toEqual(naiveConsistency(oldSize, leaves).map(hex));
        const oldRoot = naiveRoot(leaves.slice(0, oldSize));
        expect(isConsistent({ oldSize, oldRoot, newSize: size, newRoot: root, path })).toBe(true);
      }
    }
  });

  it('finds its way in trees of more leaves than 32 bits count', () => {
    // Every leaf is the same, so that any whole subtree is known by its level.
    const same = leafHash('same');
    const byLevel = [same];
    const read = (level: number) => {
      while (byLevel.length <= level) {
        const below = byLevel.at(-1) ?? same;
        byLevel.push(nodeHash(below, below));
      }
      return byLevel[level] ?? same;
    };
    const big = fc.oneof(
      fc.integer({ min: 2 ** 31, max: 2 ** 52 }),
      fc.constantFrom(2 ** 49 - 1, 2 ** 49, 2 ** 49 + 1, 2 ** 53 - 1, 2 ** 32 + 1),
    );
    fc.assert(
      fc.property(big, big, (a, b) => {
        const [oldSize, size] = [Math.min(a, b), Math.max(a, b)];
        const root = rootOf(size, read);
        const path = inclusionPath(oldSize - 1, size, read);
        expect(isIncluded({ leaf: same, index: oldSize - 1, size, path, root })).toBe(true);
        const oldRoot = rootOf(oldSize, read);
        const proof = {
          oldSize,
          oldRoot,
          newSize: size,
          newRoot: root,
          path: consistencyPath(oldSize, size, read),
        };
        expect(isConsistent(proof)).toBe(true);
      }),
    );
  });
});

const sizeAnd = (min: number) =>
  fc.integer({ min, max: 200 }).chain(size => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe('a proof that is not the right one', () => {
  /** One hash of it with one bit turned, one more, one fewer, or two that changed places. */
  const spoil = (path: readonly Uint8Array[], how: number, where: number): readonly Uint8Array[] => {
    const at = path.length === 0 ? 0 : where % path.length;
    const turned = path.map((hashed, i) =>
      i === at ? hashed.with(where % 32, (hashed[where % 32] ?? 0) ^ (1 << (where % 8))) : hashed,
    );
    const extra = path.toSpliced(at, 0, leafHash(`extra ${where}`));
    const fewer = path.toSpliced(at, 1);
    const shorter = path.map((hashed, i) => (i === at ? hashed.subarray(1) : hashed));
    return [turned, extra, fewer, shorter][how % 4] ?? path;
  };
  const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]) =>
    JSON.stringify(a.map(hex)) === JSON.stringify(b.map(hex));

  it('is refused where it was spoilt', () => {
    fc.assert(
      fc.property(sizeAnd(1), fc.nat(), fc.nat(), ([size, index], how, where) => {
        const leaves = leavesOf(size);
        const read = readerOf(leaves);
        const root = naiveRoot(leaves);
        const leaf = leaves[index] ?? root;
        const right = inclusionPath(index, size, read);
        const path = spoil(right, how, where);
        expect(isIncluded({ leaf, index, size, path, root })).toBe(same(path, right));

        const oldSize = index + 1;
        const oldRoot = naiveRoot(leaves.slice(0, oldSize));
        const rightWay = consistencyPath(oldSize, size, read);
        const way = spoil(rightWay, how, where);
        expect(isConsistent({ oldSize, oldRoot, newSize: size, newRoot: root, path: way })).toBe(
          same(way, rightWay),
        );
      }),
    );
  });

  it('is refused for another leaf, another place, another root or another tree', () => {
    fc.assert(
      fc.property(sizeAnd(2), fc.nat(199), ([size, index], other) => {
        const leaves = leavesOf(size);
        const read = readerOf(leaves);
        const root = naiveRoot(leaves);
        const leaf = leaves[index] ?? root;
        const path = inclusionPath(index, size, read);
        const elsewhere = other % size;
        const proof = { leaf, index, size, path, root };
        if (elsewhere !== index) {
          expect(isIncluded({ ...proof, index: elsewhere })).toBe(false);
          expect(isIncluded({ ...proof, leaf: leaves[elsewhere] ?? root })).toBe(false);
        }
        expect(isIncluded({ ...proof, root: naiveRoot(leavesOf(size + 1)) })).toBe(false);
        expect(isIncluded({ ...proof, root: naiveRoot(leaves.toReversed()) })).toBe(false);
        expect(isIncluded({ ...proof, leaf: root })).toBe(false);
      }),
    );
  });

  it('never makes the verifiers throw, whatever it is', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(Number.NaN, 2 ** 53, -1, 0.5));
    fc.assert(
      fc.property(number, number, bytes, bytes, fc.array(bytes), (a, b, one, two, path) => {
        expect(isIncluded({ leaf: one, index: a, size: b, path, root: two })).toBe(false);
        const proof = { oldSize: a, oldRoot: one, newSize: b, newRoot: two, path };
        const trivial = a === b && path.length === 0 && hex(one) === hex(two);
        expect(isConsistent(proof)).toBe(trivial && one.length === 32);
      }),
    );
  });
});
