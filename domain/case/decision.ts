import type { z } from 'zod';

/** What `decide` answers: the events that happened, or why the command is not possible. A rejection is a value. */
export type Decision<E> = Accepted<E> | Rejected;

export interface Accepted<E> {
  readonly outcome: 'accepted';
  readonly events: readonly E[];
}

export interface Rejected {
  readonly outcome: 'rejected';
  /** A stable name in camelCase, e.g. `alreadyClosed`; documented with its lifecycle. */
  readonly reason: string;
  /** What a person needs to go on: the rule, the limit, what is possible now. Never a personal value. */
  readonly details: Readonly<Record<string, z.core.util.JSONType>>;
}

export function accept<E>(...events: readonly E[]): Accepted<E> {
  return { outcome: 'accepted', events };
}

export function reject(reason: string, details: Rejected['details'] = {}): Rejected {
  return { outcome: 'rejected', reason, details };
}
