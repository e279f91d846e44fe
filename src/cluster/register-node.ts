import { v7 as uuidv7 } from 'uuid';
import { isSame, node } from '../../domain/node/node.ts';
import type { Asking, GiveCommand } from '../directory/aggregate-writer.ts';
import { systemActor } from '../engine/system-actor.ts';
import type { WorkingNode } from './node-register.ts';
import type { ThisNode } from './this-node.ts';

/** Says in the log that this node works on it, where that is not said yet. @throws StoreUnavailableError */
export async function registerNode(
  { nodeId, nodes }: Pick<ThisNode, 'nodeId' | 'nodes'>,
  give: GiveCommand,
  upToDate: () => Promise<void>,
): Promise<void> {
  await upToDate();
  if (nodes.working().some(each => each.nodeId === nodeId)) return;
  await give(node, { ...asking(), id: nodeId, command: { type: 'registerNode', data: {} } });
  await upToDate();
}

/** Says in the log what has to be the same on every node, where it is not what was said. @throws StoreUnavailableError */
export async function tellSettings(
  { nodeId }: Pick<ThisNode, 'nodeId'>,
  settings: Pick<WorkingNode, 'notifySecrets'>,
  give: GiveCommand,
  upToDate: () => Promise<void>,
): Promise<void> {
  const data = { notifySecrets: [...settings.notifySecrets] };
  await give(node, { ...asking(), id: nodeId, command: { type: 'configureNode', data } });
  await upToDate();
}

/** Which nodes are configured otherwise than this one, and what to do; `undefined` where all are as they should be. */
export function settingsTrouble({ nodeId, nodes }: Pick<ThisNode, 'nodeId' | 'nodes'>): string | undefined {
  const working = nodes.working();
  const own = working.find(each => each.nodeId === nodeId)?.notifySecrets ?? [];
  if (own.length === 0) return undefined;
  const others = working.filter(each => each.notifySecrets.length > 0 && !isSame(each.notifySecrets, own));
  if (others.length === 0) return undefined;
  const named = others.map(each => each.nodeId).join(', ');
  return `the secret that signs notifications is not the same here as on the nodes ${named}: put the same file on every node (REDRESS_NOTIFY_SECRET_FILE), and start it again`;
}

/** Another id each time: a node that was retired comes back, and what was configured once is so again. */
function asking(): Asking {
  const { id, role, via } = systemActor('cli');
  const commandId = uuidv7();
  return { actor: { id, role, via }, commandId, keyed: false, correlationId: commandId };
}
