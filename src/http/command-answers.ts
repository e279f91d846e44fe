import { unreachable } from '../../domain/unreachable.ts';
import type { CommandOutcome } from '../engine/command-request.ts';
import { type InstantWriter, instantsToText } from './instants.ts';
import { ProblemError } from './problems.ts';
import { etagOf } from './request-headers.ts';

export type Refused = Exclude<CommandOutcome, { outcome: 'accepted' }>;

/** The problem that tells the sender why its command had no effect. */
export function problemOf(refused: Refused, write: InstantWriter): ProblemError {
  switch (refused.outcome) {
    case 'rejected': {
      const { possible, ...details } = refused.details;
      const names = Array.isArray(possible) ? possible.map(String) : [];
      const open = names.length === 0 ? '' : ` Possible: ${names.join(', ')}.`;
      return new ProblemError('rejected', {
        detail: `The command was rejected: ${refused.reason}.${open}`,
        members: {
          reason: refused.reason,
          details: instantsToText(details, write),
          ...(possible === undefined ? {} : { possible }),
          revision: refused.revision,
        },
      });
    }
    case 'forbidden':
      return new ProblemError('forbidden', {
        detail: `This takes one of the roles ${refused.needs.join(', ')}.`,
        members: { needs: refused.needs },
      });
    case 'keyReused':
      return new ProblemError('keyReused');
    case 'conflict':
      return new ProblemError('conflict', { members: { revision: refused.revision } });
    case 'preconditionFailed':
      return new ProblemError('preconditionFailed', { headers: { etag: etagOf(refused.etag) } });
    case 'notFound':
      return new ProblemError('noSuchCase');
    case 'caseTooLong':
      return new ProblemError('caseTooLong', { members: { limit: refused.limit } });
    case 'upgradeNeeded':
      return new ProblemError('upgradeNeeded', { members: { eventType: refused.type } });
    default:
      return unreachable(refused);
  }
}

/** For the log line: a rejection by its reason, all else by its name. */
export function outcomeName(outcome: CommandOutcome): string {
  if (outcome.outcome === 'rejected') return outcome.reason;
  return outcome.outcome === 'accepted' && outcome.replayed ? 'replayed' : outcome.outcome;
}
