import { v4 as uuidv4 } from 'uuid';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import type { AggregateOutcome, Asking } from '../directory/aggregate-writer.ts';
import { OperationError } from './operation-error.ts';

/** Whoever may open the data folder acts for the house, or in the name of somebody. */
export function asking(onBehalfOf?: string): Asking {
  const commandId = uuidv4();
  const named = onBehalfOf === undefined ? {} : { onBehalfOf };
  return {
    actor: { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli', ...named },
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
  if (outcome.outcome !== 'rejected') throw new OperationError(`${what} was refused: ${outcome.outcome}`);
  const { problems, ...details } = outcome.details;
  const lines = Array.isArray(problems)
    ? problems.map(problem => `\n  ${Object(problem).path}: ${Object(problem).message}`)
    : [];
  const some = Object.entries(details).filter(([name, value]) => name !== 'more' || value !== 0);
  const told = some.map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const why = told.length === 0 ? '' : ` (${told.join(', ')})`;
  throw new OperationError(`${what} was refused: ${outcome.reason}${why}${lines.join('')}`);
}
