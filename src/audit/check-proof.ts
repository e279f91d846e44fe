import { z } from 'zod';
import type { CheckpointToCheck } from './checked-checkpoints.ts';
import { type Checkpoint, openCheckpoint, originOf } from './checkpoint-note.ts';
import { hashFromBase64, isConsistent, isIncluded, leafHash, sameHash } from './merkle.ts';
import {
  type ConsistencyDocument,
  consistencySchema,
  type ProofDocument,
  proofSchema,
} from './proof-documents.ts';
import type { NoteVerifier } from './signed-note.ts';

/** What a proof was found to prove, or what is wrong with it, a sentence each. */
export type CheckedProof =
  | { readonly ok: true; readonly proves: string }
  | { readonly ok: false; readonly faults: readonly string[] };

/**
 * Checks what `prove` or `consistency` gave, without access to the system. Never throws.
 * @param kept checkpoints that were kept elsewhere: a consistency proof needs one of each of its sizes, its own or these;
 *   an inclusion proof must not contradict one of its own size
 */
export function checkProof(
  document: unknown,
  trusted: readonly NoteVerifier[],
  kept: readonly CheckpointToCheck[] = [],
): CheckedProof {
  const consistency = consistencySchema.safeParse(document);
  if (consistency.success) return checkConsistency(consistency.data, trusted, kept);
  const inclusion = proofSchema.safeParse(document);
  if (inclusion.success) return checkInclusion(inclusion.data, trusted, kept);
  return failed(['this is no proof of this system']);
}

function checkInclusion(
  { checkpoint, events, logId, verifier }: ProofDocument,
  trusted: readonly NoteVerifier[],
  kept: readonly CheckpointToCheck[],
): CheckedProof {
  const opened = openCheckpoint(checkpoint, trusted, originOf(logId));
  if (opened.outcome !== 'signed') return failed([`its checkpoint ${WHY[opened.outcome]}`]);
  const faults: string[] = [];
  if (!opened.signedBy.some(({ text }) => text === verifier))
    faults.push('the verifier key in it is not that of who signed its checkpoint');
  const { size, root } = opened.checkpoint;
  const others = signedIn(kept, trusted, logId, faults);
  if (others.some(each => each.size === size && !sameHash(each.root, root))) faults.push(anotherTree(size));
  const [first] = events;
  if (first === undefined) return failed([...faults, 'it holds no event']);
  for (const [at, event] of events.entries()) {
    const { eventId, streamId, revision, type, body, index, path } = event;
    const what = `event ${eventId} (${type}, ${streamId} revision ${revision})`;
    const before = events[at - 1];
    if (!saysOfItself(body, { eventId, streamId, revision, type })) {
      faults.push(`${what}: its body is that of another event`);
    } else if (!isIncluded({ leaf: leafHash(body), index, size, path: bytesOf(path), root })) {
      faults.push(`${what}: the proof is of another event or another tree`);
    } else if (before !== undefined && (before.streamId !== streamId || before.revision !== revision - 1)) {
      faults.push(`${what}: an event of the case before it is missing`);
    }
  }
  if (faults.length > 0) return failed(faults);
  const which =
    events.length === 1
      ? `event ${first.eventId} (${first.type}, ${first.streamId} revision ${first.revision}) is`
      : `${events.length} events of ${first.streamId}, revisions ${first.revision} to ${first.revision + events.length - 1}, are`;
  return { ok: true, proves: `${which} in the log ${logId} as it was signed at ${size} events` };
}

function checkConsistency(
  document: ConsistencyDocument,
  trusted: readonly NoteVerifier[],
  kept: readonly CheckpointToCheck[],
): CheckedProof {
  const { logId, oldSize, oldRoot, newSize, newRoot, path, checkpoints } = document;
  const faults: string[] = [];
  const all = [...checkpoints.map(note => ({ note, source: 'a checkpoint in it' })), ...kept];
  const signed = signedIn(all, trusted, logId, faults);
  const [before, after] = bytesOf([oldRoot, newRoot]);
  if (before === undefined || after === undefined) return failed(['this is no proof of this system']);
  for (const [size, root] of [
    [oldSize, before],
    [newSize, after],
  ] as const) {
    const ofSize = signed.filter(checkpoint => checkpoint.size === size);
    // What a log of no events is, everybody knows.
    if (ofSize.length === 0 && size > 0) {
      faults.push(
        `nothing that was signed says what the log of ${size} events was: give its checkpoint (--checkpoint)`,
      );
    } else if (ofSize.some(checkpoint => !sameHash(checkpoint.root, root))) {
      faults.push(anotherTree(size));
    }
  }
  if (!isConsistent({ oldSize, oldRoot: before, newSize, newRoot: after, path: bytesOf(path) }))
    faults.push('the later log does not follow on the earlier one');
  return faults.length > 0
    ? failed(faults)
    : { ok: true, proves: `the log ${logId} of ${newSize} events only adds to that of ${oldSize}` };
}

/** The checkpoints that count; of each that does not, why goes to the faults. */
function signedIn(
  notes: readonly CheckpointToCheck[],
  trusted: readonly NoteVerifier[],
  logId: string,
  faults: string[],
): readonly Checkpoint[] {
  const signed: Checkpoint[] = [];
  for (const { note, source } of notes) {
    const opened = openCheckpoint(note, trusted, originOf(logId));
    if (opened.outcome === 'signed') signed.push(opened.checkpoint);
    else faults.push(`${source} ${WHY[opened.outcome]}`);
  }
  return signed;
}

function anotherTree(size: number): string {
  return `it is a proof for another tree: a checkpoint of ${size} events names another root`;
}

const WHY = {
  malformed: 'is no signed note',
  stranger: 'is signed by a stranger, by none of the keys that are trusted',
  badSignature: 'names a trusted key, and that key did not sign it',
  notACheckpoint: 'is signed, but is no checkpoint',
  otherLog: 'is of another log',
} as const;

const namesSchema = z.object({
  eventId: z.string(),
  streamId: z.string(),
  revision: z.int(),
  type: z.string(),
});

/** The body is what is proven: what stands beside it is to say the same. */
function saysOfItself(body: string, named: z.infer<typeof namesSchema>): boolean {
  try {
    const own = namesSchema.safeParse(JSON.parse(body)).data;
    return (
      own?.eventId === named.eventId &&
      own.streamId === named.streamId &&
      own.revision === named.revision &&
      own.type === named.type
    );
  } catch {
    return false;
  }
}

function bytesOf(texts: readonly string[]): readonly Uint8Array[] {
  return texts.map(text => hashFromBase64(text) ?? new Uint8Array(0));
}

function failed(faults: readonly string[]): CheckedProof {
  return { ok: false, faults };
}
