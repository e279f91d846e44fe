import { v4 as uuidv4 } from 'uuid';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import { OperationError } from './operation-error.ts';

/** Whoever may open the data folder acts for the house. */
export function asking(): Asking {
  const commandId = uuidv4();
  return {
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' },
    commandId,
    keyed: false,
    correlationId: commandId,
  };
}

/** @throws OperationError that says why not */
export function demandAccepted(
  outcome: AggregateOutcome,
  what: string,
): AggregateOutcome & { outcome: 'accepted' } {
  if (outcome.outcome === 'accepted') return outcome;
  const why = outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome;
  throw new OperationError(`${what} was refused: ${why}`);
}
