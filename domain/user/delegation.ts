import { z } from 'zod';
import { delegationSchema, type Role } from '../case/actor.ts';
import { labelSchema } from '../case/case-events.ts';
import { accept, type Decision, reject } from '../case/decision.ts';
import { uuidSchema } from '../log/envelope.ts';

/** Delegations of one user that have not ended, at a time. */
export const MAX_DELEGATIONS = 50;

/** Whose each power is, before it can be given to another. */
export const HOLDER_OF = { approve: 'marketingDirector' } as const satisfies Record<
  z.infer<typeof delegationSchema>['command'],
  Role
>;

const { command, validFrom, validUntil } = delegationSchema.shape;
/** A power that this user gives to another, in writing, for a period. */
export const delegated = {
  delegationId: uuidSchema,
  to: uuidSchema,
  command,
  validFrom,
  validUntil,
  /** Where the writing is found. */
  document: labelSchema.optional(),
};
export const delegatedSchema = z.object(delegated);
export type Delegated = z.infer<typeof delegatedSchema>;

/** Rejects with `notTheirPower`, `endsBeforeItBegins`, `endsInThePast`, `tooManyDelegations`, `delegationExists`. */
export function delegate(
  data: Delegated,
  { roles, delegations }: { readonly roles: readonly Role[]; readonly delegations: readonly Delegated[] },
  now: number,
): Decision<{ readonly type: 'PowerDelegated'; readonly data: Delegated; readonly occurredAt: number }> {
  const { delegationId, command: power, validFrom: from, validUntil: until } = data;
  const holder = HOLDER_OF[power];
  if (!roles.includes(holder)) return reject('notTheirPower', { command: power, needs: holder });
  if (until < from) return reject('endsBeforeItBegins', { validFrom: from, validUntil: until });
  if (until < now) return reject('endsInThePast', { validUntil: until });
  if (delegations.some(d => d.delegationId === delegationId))
    return reject('delegationExists', { delegationId });
  if (delegations.filter(d => d.validUntil >= now).length >= MAX_DELEGATIONS) {
    return reject('tooManyDelegations', { limit: MAX_DELEGATIONS });
  }
  return accept({ type: 'PowerDelegated', data, occurredAt: now });
}
