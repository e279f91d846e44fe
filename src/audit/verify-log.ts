import type { BodyReader, StoredBody } from '../store/stored-bodies.ts';
import { type CheckedCheckpoint, type CheckpointToCheck, checkAll } from './checked-checkpoints.ts';
import { findDifference } from './find-difference.ts';
import { isLeafStream, leafOf } from './leaf.ts';
import { base64Of, sameHash } from './merkle.ts';
import type { NoteVerifier } from './signed-note.ts';
import { GrowingTree } from './subtrees.ts';
import type { TreeReader } from './tree-reader.ts';
import { type Finding, nameOf, unreadableAfter } from './verify-findings.ts';

export interface VerifyParts {
  readonly log: BodyReader;
  /** The hashes that were taken when the events were written; without them a change is found, but not which. */
  readonly tree: TreeReader | undefined;
  /** From the log itself, and those that were kept elsewhere. */
  readonly checkpoints: readonly CheckpointToCheck[];
  readonly trusted: readonly NoteVerifier[];
  readonly onProgress?: (events: number) => void;
}

export interface VerifyReport {
  readonly logId: string;
  /** That are in the tree, as they lie in the log now. */
  readonly events: number;
  /** Base64: what a checkpoint of now would say. */
  readonly root: string;
  /** Nothing was found that must not be. */
  readonly ok: boolean;
  /** Checkpoints that the log agrees with, and the largest of them in events. */
  readonly agreed: number;
  readonly provenEvents: number;
  /** Events that have the hash that was taken when they were written: up to the first that has not. */
  readonly hashedEvents: number;
  readonly findings: readonly Finding[];
}

const PAGE_EVENTS = 1_000;
const PROGRESS_EVENTS = 50_000;

/** What one pass over the log gave. */
export interface Pass {
  readonly events: number;
  readonly root: Uint8Array;
  /** By size, of those that a checkpoint names. */
  readonly roots: ReadonlyMap<number, Uint8Array>;
  /** The first leaf that is not the one whose hash was taken. */
  readonly differsAt: { readonly index: number; readonly event: StoredBody | undefined } | undefined;
  /** The taken hashes could be read to their end. */
  readonly treeIsReadable: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Reads the whole log once, hashes what is read, and compares it with the hashes that were taken when it was written
 * and with every checkpoint. What differs is named: the first event that was changed, removed, inserted or moved.
 * Memory does not grow with the log. Nothing is written.
 */
export async function verifyLog(parts: VerifyParts): Promise<VerifyReport> {
  const { log, tree, trusted } = parts;
  // The tree lags behind a log that grows: what it had when we began is what is compared.
  const treeSize = tree?.state().size ?? 0;
  const { checkpoints, findings: checkpointFindings } = checkAll(parts.checkpoints, trusted, log.logId);
  const pass = await passOver(parts, treeSize, new Set([...checkpoints.map(({ size }) => size), treeSize]));
  const isCutOff = pass.findings.some(({ kind }) => kind === 'unreadable');
  const comparable = checkpoints.filter(({ size }) => !isCutOff || size <= pass.events);
  const difference = await findDifference({
    log,
    tree: pass.treeIsReadable ? tree : undefined,
    treeSize,
    pass,
    checkpoints: comparable,
    disagreeing: comparable.filter(each => !agrees(each, pass)),
  });
  const agreed = checkpoints.filter(each => agrees(each, pass));
  // An event that is named already is not named again for where it is filed.
  const others = pass.findings.filter(
    each => !difference.some(d => 'index' in d && 'index' in each && d.index === each.index),
  );
  const findings = [...difference, ...others, ...checkpointFindings];
  return {
    logId: log.logId,
    events: pass.events,
    root: base64Of(pass.root),
    ok: findings.length === 0,
    agreed: agreed.length,
    provenEvents: Math.max(0, ...agreed.map(({ size }) => size)),
    hashedEvents: pass.treeIsReadable ? Math.min(treeSize, pass.differsAt?.index ?? pass.events) : 0,
    findings,
  };
}

function agrees({ size, root }: CheckedCheckpoint, { roots }: Pass): boolean {
  const computed = roots.get(size);
  return computed !== undefined && sameHash(computed, root);
}

async function passOver(
  { log, tree, onProgress = () => {} }: VerifyParts,
  treeSize: number,
  sizes: ReadonlySet<number>,
): Promise<Pass> {
  const growing = new GrowingTree();
  const roots = new Map<number, Uint8Array>();
  const findings: Finding[] = [];
  const taken = tree?.leaves();
  let differsAt: Pass['differsAt'];
  let treeIsReadable = true;
  let misfiled = false;
  let position = '';
  const nextTaken = () => {
    try {
      return taken?.next().value;
    } catch (error) {
      treeIsReadable = false;
      findings.push({ kind: 'treeDamaged', message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const note = (): void => {
    if (sizes.has(growing.size)) roots.set(growing.size, growing.root());
  };
  note();
  for (;;) {
    let page: readonly StoredBody[];
    try {
      page = await log.after(position, PAGE_EVENTS);
    } catch (error) {
      findings.push(unreadableAfter(growing.size, error));
      break;
    }
    const last = page.at(-1);
    if (last === undefined) break;
    position = last.position;
    for (const event of page) {
      const index = growing.size;
      if (!misfiled && !isFiledRightly(event)) {
        misfiled = true;
        findings.push({ kind: 'misfiled', ...nameOf(index, event) });
      }
      if (!isLeafStream(event.streamId)) continue;
      const { hashed } = leafOf(event);
      const before = index < treeSize && treeIsReadable ? nextTaken() : undefined;
      if (differsAt === undefined && before !== undefined && !sameHash(before.hashed, hashed)) {
        differsAt = { index, event };
      }
      growing.add(hashed);
      note();
      if (growing.size % PROGRESS_EVENTS === 0) onProgress(growing.size);
    }
  }
  const isShort = growing.size < treeSize && findings.every(({ kind }) => kind !== 'unreadable');
  if (isShort) differsAt ??= { index: growing.size, event: undefined };
  return { events: growing.size, root: growing.root(), roots, differsAt, treeIsReadable, findings };
}

const REVISION = '"revision":';

/**
 * The columns by which the store finds an event say what the event itself says. They are no part of what is hashed: an
 * event moved to another stream by them alone would have the same hash. By its place in canonical JSON: a body that is
 * not canonical has not the hash that it had.
 */
function isFiledRightly({ streamId, revision, body }: StoredBody): boolean {
  const from = body.lastIndexOf(REVISION) + REVISION.length;
  if (!body.startsWith(`${revision},"schemaVersion":`, from)) return false;
  const stream = body.lastIndexOf('"streamId":"');
  return body.startsWith(`"streamId":"${streamId}","type":"`, stream);
}
