import { Command } from 'commander';
import { askHouse } from './ask-house.ts';
import type { OperationName } from './operations.ts';
import { reported } from './reported.ts';

/** `redress nodes …`: who works on a log that is shared. */
export function nodesCommand(): Command {
  const nodes = new Command('nodes').description('Who works on a log that nodes share');
  nodes
    .command('list')
    .description('The nodes at work, by their ids, and which this one is')
    .action(() => print('nodes.list', {}));
  nodes
    .command('retire')
    .description('Say that a node is gone for good, and its data folder destroyed: nobody waits for it')
    .argument('<node>', 'its id')
    .action((nodeId: string) => print('nodes.retire', { nodeId }));
  return nodes;
}

function print(operation: OperationName, params: object): Promise<void> {
  return reported(async () => {
    process.stdout.write(`${JSON.stringify(await askHouse(operation, params), null, 2)}\n`);
  });
}
