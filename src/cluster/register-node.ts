import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { node } from '../../domain/node/node.ts';
import type { GiveCommand } from '../directory/aggregate-writer.ts';
import { systemActor } from '../engine/system-actor.ts';
import type { ThisNode } from './this-node.ts';

/** Says in the log that this node works on it, where that is not said yet. @throws StoreUnavailableError */
export async function registerNode(
  { nodeId, nodes }: Pick<ThisNode, 'nodeId' | 'nodes'>,
  give: GiveCommand,
  upToDate: () => Promise<void>,
): Promise<void> {
  await upToDate();
  if (nodes.working().some(each => each.nodeId === nodeId)) return;
  const { id, role, via } = systemActor('cli');
  // Another id each time: one that was retired comes back.
  const commandId = uuidv5('registerNode', uuidv7());
  await give(node, {
    actor: { id, role, via },
    commandId,
    keyed: false,
    correlationId: commandId,
    id: nodeId,
    command: { type: 'registerNode', data: {} },
  });
  await upToDate();
}
