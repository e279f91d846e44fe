import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { node } from '../../domain/node/node.ts';
import type { ThisNode } from '../cluster/this-node.ts';
import type { House } from '../engine/open-house.ts';
import { systemActor } from '../engine/system-actor.ts';
import { OperationError } from './operation-error.ts';

/** What `redress nodes` does with a house. */
export const nodeOperations = {
  async 'nodes.list'(house: House) {
    const { nodeId, nodes } = demandNode(house);
    return { thisNode: nodeId, nodes: nodes.working() };
  },

  async 'nodes.retire'(house: House, params: unknown) {
    const { nodeId } = z.strictObject({ nodeId: uuidSchema }).parse(params);
    const here = demandNode(house);
    await house.upToDate();
    if (nodeId === here.nodeId) {
      throw new OperationError('this is the node itself: retire it from another one, once it is gone');
    }
    if (!here.nodes.working().some(each => each.nodeId === nodeId)) {
      throw new OperationError(`there is no node ${nodeId} at work: redress nodes list`);
    }
    const commandId = uuidv7();
    const { id, role, via } = systemActor('cli');
    const outcome = await house.people.give(node, {
      actor: { id, role, via },
      commandId,
      keyed: false,
      correlationId: commandId,
      id: nodeId,
      command: { type: 'retireNode', data: {} },
    });
    if (outcome.outcome !== 'accepted') {
      throw new OperationError(`the node was not retired: ${outcome.outcome}`);
    }
    await house.upToDate();
    return { retired: nodeId, nodes: here.nodes.working() };
  },
} as const;

function demandNode(house: House): ThisNode {
  if (house.node !== undefined) return house.node;
  throw new OperationError('the log is in the data folder: there are no nodes that share it (REDRESS_STORE)');
}
