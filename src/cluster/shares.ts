import { createHash } from 'node:crypto';

/** How long what is another node's to do is left to it. */
const OTHERS_AFTER_MS = 10_000;
/** Between those that come after it, so that they do not all come at once. */
const NEXT_AFTER_MS = 1_000;

/**
 * How long this node leaves a stream's timers and reactions alone: not at all where the stream is its own share. Each
 * stream has an order of the nodes of its own (rendezvous hashing, https://en.wikipedia.org/wiki/Rendezvous_hashing),
 * which is the same on every node that knows the same nodes. Nobody has to say who is alive: what its owner has not
 * done within ten seconds the next one does, and what two do is recorded once.
 */
export function delayOf(streamId: string, nodeId: string, nodes: readonly string[]): number {
  const own = weightOf(streamId, nodeId);
  let before = 0;
  for (const other of nodes) if (other !== nodeId && weightOf(streamId, other) > own) before++;
  return before === 0 ? 0 : OTHERS_AFTER_MS + (before - 1) * NEXT_AFTER_MS;
}

function weightOf(streamId: string, nodeId: string): number {
  return createHash('sha1').update(streamId).update(nodeId).digest().readUInt32BE();
}
