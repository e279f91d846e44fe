import { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import { instantSchema } from '../../domain/log/envelope.ts';
import { SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import {
  auditTrailDocument,
  caseAsOfDocument,
  caseDiffDocument,
  PastCaseError,
  type PastCaseParts,
  pastPromisesDocument,
} from '../audit/past-case.ts';
import type { House } from '../engine/open-house.ts';
import { inOrder } from '../http/in-order.ts';
import { instantWriter } from '../http/instants.ts';
import { type AuditOperation, auditOperation } from './audit-operation.ts';
import { OperationError } from './operation-error.ts';

/** Whoever looks is shown what an auditor is: no names, no free words. */
const READER: Actor = {
  id: SYSTEM_ACTOR_ID,
  role: 'auditor',
  roles: ['auditor'],
  via: 'cli',
  qualifications: [],
};

const idOrNumber = z.string().min(1).max(60);
const momentShape = {
  idOrNumber,
  at: instantSchema.optional(),
  knownAt: instantSchema.optional(),
  asLived: z.boolean().default(false),
};

export const pastOperations = {
  'audit.asOf': past('asOf', z.object(momentShape), (parts, wanted, now) =>
    caseAsOfDocument(parts, wanted.idOrNumber, {
      at: wanted.at ?? now,
      knownAt: wanted.knownAt ?? now,
      asLived: wanted.asLived,
    }),
  ),
  'audit.diff': past(
    'diff',
    inOrder(
      z.object({
        idOrNumber,
        from: instantSchema,
        to: instantSchema.optional(),
        knownAt: instantSchema.optional(),
        asLived: z.boolean().default(false),
      }),
      'from',
      'to',
    ),
    (parts, { from, to, knownAt, asLived, ...wanted }, now) => {
      const known = knownAt ?? now;
      return caseDiffDocument(
        parts,
        wanted.idOrNumber,
        { at: from, knownAt: known, asLived },
        { at: to ?? now, knownAt: known, asLived },
      );
    },
  ),
  'audit.promises': past('promises', z.object(momentShape), (parts, wanted, now) =>
    pastPromisesDocument(parts, wanted.idOrNumber, {
      at: wanted.at ?? now,
      knownAt: wanted.knownAt ?? now,
      asLived: wanted.asLived,
    }),
  ),
  'audit.trail': past('trail', z.object({ idOrNumber }), (parts, wanted) =>
    auditTrailDocument(parts, wanted.idOrNumber),
  ),
} as const;

function past<S extends z.ZodObject>(
  action: string,
  schema: S,
  document: (parts: PastCaseParts, wanted: z.infer<S>, now: number) => Promise<object>,
) {
  const work: AuditOperation<z.infer<S>> = async (house: House, wanted, { look, timeZone }) => {
    await house.views.waitFor(await house.store.head(), 5_000);
    const parts = { engine: house, actor: READER, write: instantWriter(timeZone) };
    try {
      const found = await document(parts, wanted, house.clock.now());
      await look.ended('done', {});
      return found;
    } catch (error) {
      if (error instanceof PastCaseError) throw new OperationError(error.message);
      throw error;
    }
  };
  return auditOperation(action, schema, work);
}
