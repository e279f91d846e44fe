import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { CheckpointRefusedError } from '../audit/checkpoints.ts';
import { TreeNotReadyError } from '../audit/tree.ts';
import type { House } from '../engine/open-house.ts';
import { OperationError } from './operation-error.ts';

/** What `redress audit` does about checkpoints with a house. */
export const evidenceOperations = {
  'evidence.checkpoint': ({ evidence }: House) =>
    answered(() => evidence.checkpoints.make({ id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' })),
  'evidence.checkpoints': ({ evidence }: House) => evidence.checkpoints.all(),
  'evidence.key': ({ evidence }: House) =>
    answered(async () => ({ verifiers: evidence.checkpoints.trusted().map(({ text }) => text) })),
} as const;

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CheckpointRefusedError || error instanceof TreeNotReadyError) {
      throw new OperationError(error.message);
    }
    throw error;
  }
}
