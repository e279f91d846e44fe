import type { BodyReader, StoredBody } from '../store/stored-bodies.ts';
import type { CheckedCheckpoint } from './checked-checkpoints.ts';
import { isLeafStream, leafOf } from './leaf.ts';
import { sameHash } from './merkle.ts';
import { GrowingTree } from './subtrees.ts';
import type { TreeReader } from './tree-reader.ts';
import { type Finding, nameOf, type Proof } from './verify-findings.ts';
import type { Pass } from './verify-log.ts';

const PAGE_EVENTS = 1_000;

export interface DifferenceParts {
  readonly log: BodyReader;
  readonly tree: TreeReader | undefined;
  readonly treeSize: number;
  readonly pass: Pass;
  /** By size. */
  readonly checkpoints: readonly CheckedCheckpoint[];
  /** Those of them that the log does not agree with. */
  readonly disagreeing: readonly CheckedCheckpoint[];
}

/**
 * The first event that is not as it was. Who is to be believed, the log or the hashes taken of it, is said by the
 * first checkpoint that covers the place: whoever agrees with it was not changed.
 */
export async function findDifference(parts: DifferenceParts): Promise<readonly Finding[]> {
  const { tree, treeSize, pass, checkpoints, disagreeing } = parts;
  const [first] = disagreeing;
  const { differsAt } = pass;
  if (first === undefined) return agreeing(parts);
  const before = checkpoints.filter(({ size }) => size < first.size).at(-1)?.size ?? 0;
  const treeAgrees =
    tree !== undefined && first.size <= treeSize && sameHash(rootOfTaken(tree, first.size), first.root);
  if (tree !== undefined && treeAgrees && differsAt !== undefined) {
    const { size, source } = first;
    return [await classified(parts, tree, differsAt, { provenBy: { size, source } })];
  }
  if (pass.events < first.size && differsAt === undefined) {
    // Its hashes were cut off with the log, or there are none.
    const { size, source } = first;
    const count = size - pass.events;
    return [{ kind: 'removed', index: pass.events, count, provenBy: { size, source } }];
  }
  const hashes = tree === undefined || first.size > treeSize ? 'missing' : 'rewritten';
  return [{ kind: 'rewritten', hashes, fromIndex: before, toIndex: first.size, checkpoint: first.source }];
}

/** The log agrees with every checkpoint. */
async function agreeing(parts: DifferenceParts): Promise<readonly Finding[]> {
  const { tree, treeSize, pass, checkpoints } = parts;
  if (tree === undefined) return [];
  const { differsAt } = pass;
  if (differsAt === undefined) {
    const computed = pass.roots.get(treeSize);
    const isWhole = computed === undefined || sameHash(storedRoot(tree, treeSize), computed);
    // Every leaf is right, a node above them is not.
    return isWhole ? [] : [{ kind: 'treeDamaged' }];
  }
  const { index } = differsAt;
  if (index < (checkpoints.at(-1)?.size ?? 0)) return [{ kind: 'treeDamaged', index }];
  return [await classified(parts, tree, differsAt, {})];
}

async function classified(
  { log, treeSize }: DifferenceParts,
  tree: TreeReader,
  { index, event }: NonNullable<Pass['differsAt']>,
  proof: Proof,
): Promise<Finding> {
  const [taken] = tree.leaves(index);
  const takenName = taken === undefined ? { index } : { index, eventId: uuidText(taken.eventId) };
  if (event === undefined) return { kind: 'removed', ...takenName, count: treeSize - index, ...proof };
  // A body that is no JSON any more says nothing of itself: its id was taken with its hash.
  const found = { ...takenName, ...nameOf(index, event), ...proof };
  const inTree = indexInTree(tree, leafOf(event).hashed);
  // All before agree, so that a tree that has it earlier has it twice in the log: a copy was put in.
  if (inTree !== undefined && inTree < index) return { kind: 'inserted', ...found, count: 1 };
  const inLog = taken === undefined ? undefined : await indexInLog(log, taken.hashed);
  if (inTree !== undefined && inLog !== undefined) return { kind: 'reordered', ...found, wasAt: inTree };
  if (inTree !== undefined) return { kind: 'removed', ...takenName, count: inTree - index, ...proof };
  if (inLog !== undefined) return { kind: 'inserted', ...found, count: inLog - index };
  return { kind: 'changed', ...found };
}

/** From the leaves alone: the nodes above them are not trusted here. */
function rootOfTaken(tree: TreeReader, size: number): Uint8Array {
  const growing = new GrowingTree();
  for (const { hashed } of tree.leaves()) {
    if (growing.size === size) break;
    growing.add(hashed);
  }
  return growing.root();
}

function storedRoot(tree: TreeReader, size: number): Uint8Array {
  try {
    return tree.root(size);
  } catch {
    return new Uint8Array(0);
  }
}

function indexInTree(tree: TreeReader, wanted: Uint8Array): number | undefined {
  for (const { index, hashed } of tree.leaves()) if (sameHash(hashed, wanted)) return index;
  return undefined;
}

async function indexInLog(log: BodyReader, wanted: Uint8Array): Promise<number | undefined> {
  let index = 0;
  for (let position = ''; ; ) {
    let page: readonly StoredBody[];
    try {
      page = await log.after(position, PAGE_EVENTS);
    } catch {
      return undefined;
    }
    const last = page.at(-1);
    if (last === undefined) return undefined;
    for (const event of page) {
      if (!isLeafStream(event.streamId)) continue;
      if (sameHash(leafOf(event).hashed, wanted)) return index;
      index++;
    }
    position = last.position;
  }
}

function uuidText(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
