import type { Position } from '../../domain/log/envelope.ts';
import type { SharedEventStore } from '../store/shared-store.ts';
import type { NodeRegister } from './node-register.ts';
import { delayOf } from './shares.ts';
import type { StreamKeyStore } from './stream-key-store.ts';

/** Further off than this a node would break or keep promises that others see otherwise. */
const MOST_CLOCK_OFFSET_MS = 1_000;

/** One of the nodes that share a log: this one, and what it knows of the others. */
export interface ThisNode {
  readonly nodeId: string;
  readonly nodes: NodeRegister;
  /** How long a stream's timers and reactions are left to other nodes, in milliseconds. */
  delayOf(streamId: string): number;
  /** Why no timer may be fired by this node's clock; `undefined` when it goes with the store's. */
  clockTrouble(): string | undefined;
  /** Since when nothing is heard of what other nodes append (epoch ms); `undefined` while it is. */
  silentSince(): number | undefined;
  /** Up to where the directory and the registers know the log. */
  position(): Position;
  /** Lets go of the keys of a subject, which somebody destroyed. */
  forget(subject: string): void;
  /** Called whenever something that any node appended was taken in; the last one given counts. */
  onTaken(listener: () => void): void;
}

export function thisNode(parts: {
  readonly nodeId: string;
  readonly shared: Pick<SharedEventStore, 'clockOffset' | 'silentSince'>;
  readonly keys: Pick<StreamKeyStore, 'forget'>;
  readonly nodes: NodeRegister;
  readonly position: () => Position;
  readonly onTaken: (listener: () => void) => void;
}): ThisNode {
  const { nodeId, shared, keys, nodes, position, onTaken } = parts;
  return {
    nodeId,
    nodes,
    delayOf: streamId =>
      delayOf(
        streamId,
        nodeId,
        nodes.working().map(each => each.nodeId),
      ),
    clockTrouble() {
      const offset = shared.clockOffset();
      if (offset === undefined) return "this node's clock was not compared with the store's yet";
      // What is certain: the store's clock is at least so far ahead, or at most so far.
      const ahead = Math.max(offset.atLeastMs, 0);
      const behind = Math.max(-offset.atMostMs, 0);
      if (ahead <= MOST_CLOCK_OFFSET_MS && behind <= MOST_CLOCK_OFFSET_MS) return undefined;
      const [by, direction] = ahead > 0 ? [ahead, 'behind'] : [behind, 'ahead of'];
      return `this node's clock is ${Math.round(by)} ms or more ${direction} the store's: set it right (ntp)`;
    },
    silentSince: () => shared.silentSince(),
    position,
    forget: subject => keys.forget(subject),
    onTaken,
  };
}
