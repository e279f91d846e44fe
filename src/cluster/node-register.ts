import { categoryOf, type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import { type NodeState, node } from '../../domain/node/node.ts';
import { emptyFold, type Folded, foldEvents } from '../directory/folded-aggregate.ts';
import { type FollowedStreams, openFollowedStreams } from '../directory/followed-streams.ts';
import type { EventLog } from '../store/event-store.ts';

export interface WorkingNode extends Pick<NodeState, 'registeredAt' | 'notifySecrets'> {
  readonly nodeId: string;
}

/** The nodes that work on the log, in memory, folded from their streams. */
export class NodeRegister {
  readonly #nodes = new Map<string, Folded<NodeState>>();

  static concerns(streamId: string): boolean {
    return categoryOf(streamId) === node.category;
  }

  apply(events: readonly StoredEvent[]): void {
    for (const event of events) {
      const nodeId = uuidOf(event.streamId);
      const before = this.#nodes.get(nodeId) ?? emptyFold(node.initial);
      this.#nodes.set(nodeId, foldEvents(node, before, [event]));
    }
  }

  /** Those that were not retired, in order of their ids. */
  working(): readonly WorkingNode[] {
    return [...this.#nodes]
      .filter(([, { state }]) => state.status === 'working')
      .map(([nodeId, { state }]) => {
        const { registeredAt, notifySecrets } = state;
        return { nodeId, registeredAt, notifySecrets };
      })
      .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  }
}

/** Opens `nodes.db`: which streams of nodes there are. */
export async function openNodeRegister(options: {
  readonly path: string;
  readonly log: EventLog;
}): Promise<FollowedStreams & { readonly register: NodeRegister }> {
  const register = new NodeRegister();
  const streams = await openFollowedStreams({
    ...options,
    concerns: streamId => NodeRegister.concerns(streamId),
    apply: events => register.apply(events),
  });
  return { ...streams, register };
}
