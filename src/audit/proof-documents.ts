import { z } from 'zod';
import type { ActorStamp, RecordedEvent } from '../../domain/log/envelope.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { findCase } from '../http/case-routes.ts';
import type { HttpEngine } from '../http/engine-port.ts';
import { demandSigned } from './checkpoints.ts';
import { isLeafStream } from './leaf.ts';
import { base64Of } from './merkle.ts';
import { proveEvents } from './prove.ts';
import type { TreeReader } from './tree-reader.ts';

const TREE_TIMEOUT_MS = 60_000;
const PAGE_EVENTS = 300;

const hashText = z.string().length(44).meta({ description: 'Base64 of SHA-256.' });
const pathSchema = z.array(hashText).max(64);

/** That events are in the log: to be verified by whoever has a verifier key from elsewhere. */
export const proofSchema = z.object({
  logId: z.uuid(),
  checkpoint: z
    .string()
    .meta({ description: 'The signed note (c2sp.org/tlog-checkpoint) that the paths lead up to.' }),
  verifier: z.string().meta({ description: 'The verifier key. Get it by another way too, and compare.' }),
  events: z.array(
    z.object({
      eventId: z.string(),
      streamId: z.string(),
      revision: z.int(),
      type: z.string(),
      index: z.int().meta({ description: 'Its place in the tree, from 0.' }),
      body: z.string().meta({ description: 'As it is stored: the leaf is SHA-256 of a zero byte and this.' }),
      path: pathSchema.meta({
        description: "From the leaf's sibling up to the root's child (RFC 9162, 2.1.3).",
      }),
    }),
  ),
});
export type ProofDocument = z.infer<typeof proofSchema>;

/** That a later log only adds to an earlier one. */
export const consistencySchema = z.object({
  logId: z.uuid(),
  oldSize: z.int(),
  oldRoot: hashText,
  newSize: z.int(),
  newRoot: hashText,
  path: pathSchema.meta({ description: 'RFC 9162, 2.1.4.' }),
  checkpoints: z.array(z.string().max(20_000)).max(100).meta({
    description:
      'Signed notes of the two sizes, as far as the log was signed at them: without these, or copies kept elsewhere, the roots are anybody’s.',
  }),
});
export type ConsistencyDocument = z.infer<typeof consistencySchema>;

type ProofHouse = Pick<HttpEngine, 'lifecycles' | 'views' | 'store' | 'evidence'>;

/**
 * Proofs of one event by its id, or of all events of a case by its id or number; `undefined` where there is neither.
 * A checkpoint is made for `by` where none covers them yet.
 * @throws CheckpointRefusedError, TreeNotReadyError, NotInTreeError, StoreUnavailableError
 */
export async function proofOf(
  house: ProofHouse,
  asked: string,
  by: ActorStamp,
): Promise<ProofDocument | undefined> {
  const { store, evidence } = house;
  const tree = await evidence.tree.readerAt(await store.head(), TREE_TIMEOUT_MS);
  const found = await findCase(house, asked);
  const events =
    found === undefined
      ? await eventById(house, tree, asked)
      : await store.readStream(`${found.lifecycle.category}-${found.caseId}`);
  if (events.length === 0) return undefined;
  const latest = evidence.checkpoints.latest();
  if (latest !== undefined) demandSigned(tree, [latest]);
  const known = latest === undefined ? [] : proveEvents(tree, events, tree.state().size);
  const isCovered = latest !== undefined && known.every(({ index }) => index < latest.size);
  const checkpoint = isCovered ? latest : await evidence.checkpoints.make(by);
  return {
    logId: store.logId,
    checkpoint: checkpoint.note,
    verifier: checkpoint.verifier,
    events: proveEvents(tree, events, checkpoint.size).map(({ event, body, index, path }) => ({
      eventId: event.eventId,
      streamId: event.streamId,
      revision: event.revision,
      type: event.type,
      index,
      body,
      path: [...path],
    })),
  };
}

async function eventById(
  { store }: ProofHouse,
  tree: TreeReader,
  eventId: string,
): Promise<readonly RecordedEvent[]> {
  const index = uuidSchema.safeParse(eventId).success ? tree.indexOf(eventId) : undefined;
  const place = index === undefined ? undefined : tree.placeOf(index);
  if (place === undefined) return [];
  let left = place.behindLeaves;
  for (let from = place.after; ; ) {
    const page = await store.readAll(from, PAGE_EVENTS);
    const last = page.at(-1);
    if (last === undefined) return [];
    for (const event of page) {
      if (!isLeafStream(event.streamId)) continue;
      if (left === 0) return event.eventId === eventId ? [event] : [];
      left--;
    }
    from = last.position;
  }
}

/** @throws RangeError for sizes that the log has not, CheckpointRefusedError, TreeNotReadyError */
export async function consistencyOf(
  { store, evidence }: Pick<ProofHouse, 'store' | 'evidence'>,
  oldSize: number,
  newSize: number,
): Promise<ConsistencyDocument> {
  const tree = await evidence.tree.readerAt(await store.head(), TREE_TIMEOUT_MS);
  const { size } = tree.state();
  const latest = evidence.checkpoints.latest();
  if (latest !== undefined) demandSigned(tree, [latest]);
  if (newSize > size) throw new RangeError(`the log has ${size} events, and not ${newSize}`);
  // Looked at before any root is: that of a size which the log has not cannot be read.
  if (oldSize > newSize) throw new RangeError(`${oldSize} events are more than ${newSize}`);
  const all = await evidence.checkpoints.all();
  const signed = [oldSize, newSize].flatMap(each => all.find(checkpoint => checkpoint.size === each) ?? []);
  demandSigned(tree, signed);
  return {
    logId: store.logId,
    oldSize,
    oldRoot: base64Of(tree.root(oldSize)),
    newSize,
    newRoot: base64Of(tree.root(newSize)),
    path: tree.consistencyPath(oldSize, newSize).map(base64Of),
    checkpoints: signed.map(({ note }) => note),
  };
}
