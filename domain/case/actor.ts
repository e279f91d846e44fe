import { z } from 'zod';
import { instantSchema, uuidSchema, viaSchema } from '../log/envelope.ts';

export const ROLES = [
  'customer',
  'agent',
  'marketing',
  'marketingDirector',
  'technicalService',
  'technicalCentre',
  'qa',
  'qaHead',
  'technician',
  'contributor',
  'lead',
  'auditor',
  'privacyOfficer',
  'keyCustodian',
  'admin',
  'integration',
  'system',
] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** Every role but customer, oversight and machines. */
export const STAFF = [
  'agent',
  'marketing',
  'marketingDirector',
  'technicalService',
  'technicalCentre',
  'qa',
  'qaHead',
  'technician',
  'contributor',
  'lead',
] as const satisfies readonly Role[];

/** A customer's account: sees its own cases and nothing else. */
export function isCustomerOnly({ roles }: { readonly roles: readonly Role[] }): boolean {
  return roles.every(role => role === 'customer');
}

/** Granted after training; some commands need it. */
export const qualificationSchema = z.object({
  name: z.enum(['remoteJudgement']),
  /** Last instant at which it holds. */
  validUntil: z.int().min(0),
});
export type Qualification = z.infer<typeof qualificationSchema>;

/**
 * A power that its holder gave to another in writing, for a period. Whoever uses it acts on behalf of the holder
 * (`onBehalfOf`).
 */
export const delegationSchema = z.object({
  from: uuidSchema,
  /** `approve` is the whole verdict on a factory visit: approve, return for changes, reject. */
  command: z.enum(['approve']),
  validFrom: instantSchema,
  /** Last instant at which it holds. */
  validUntil: instantSchema,
});

/** Who gives a command: what the decision may ask about, by ids only. */
export const actorSchema = z.object({
  id: uuidSchema,
  /** The role under which the command was allowed. */
  role: roleSchema,
  roles: z.array(roleSchema),
  via: viaSchema,
  onBehalfOf: uuidSchema.optional(),
  teamId: uuidSchema.optional(),
  department: z.string().max(60).optional(),
  qualifications: z.array(qualificationSchema),
  /** Powers that others gave to this user. */
  delegations: z.array(delegationSchema).max(50).optional(),
});
export type Actor = z.infer<typeof actorSchema>;
export type Delegation = z.infer<typeof delegationSchema>;
