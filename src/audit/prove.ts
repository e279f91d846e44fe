import type { RecordedEvent } from '../../domain/log/envelope.ts';
import { canonicalJson } from '../store/canonical-json.ts';
import { leafHash } from './merkle.ts';
import type { TreeReader } from './tree-reader.ts';

/** An event, and that it is in the tree of a size. */
export interface ProvenEvent {
  readonly event: RecordedEvent;
  /** As it is stored, and hashed. */
  readonly body: string;
  /** Its place in the tree, from 0. */
  readonly index: number;
  /** Base64, from the leaf's sibling up. */
  readonly path: readonly string[];
}

/** What was read is not what the tree has at that place: it was changed, or the tree is not there yet. */
export class NotInTreeError extends Error {
  override readonly name = 'NotInTreeError';
  constructor({ streamId, revision, eventId }: RecordedEvent) {
    super(
      `event ${eventId} (${streamId} revision ${revision}) is not in the tree as it is in the log: run redress audit verify`,
    );
  }
}

/** Proofs of events in the tree of `size` leaves. @throws NotInTreeError */
export function proveEvents(
  tree: TreeReader,
  events: readonly RecordedEvent[],
  size: number,
): readonly ProvenEvent[] {
  return events.map(event => {
    const { position, ...envelope } = event;
    const body = canonicalJson(envelope);
    const index = tree.indexAt(position, leafHash(body));
    if (index === undefined || index >= size) throw new NotInTreeError(event);
    const path = tree.inclusionPath(index, size).map(hashed => Buffer.from(hashed).toString('base64'));
    return { event, body, index, path };
  });
}
