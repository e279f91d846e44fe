import { z } from 'zod';
import { instantSchema, uuidSchema } from '../../domain/log/envelope.ts';
import { listLooks } from '../audit/list-looks.ts';
import { auditOperation } from './audit-operation.ts';

/** What `redress audit` does with a house. */
export const auditOperations = {
  'audit.looks': auditOperation(
    'looks',
    z.object({
      from: instantSchema.optional(),
      to: instantSchema.optional(),
      userId: uuidSchema.optional(),
      about: z.string().max(60).optional(),
    }),
    async ({ store, sealer }, filter, { look }) => {
      const looks = await listLooks({ log: store, sealer }, filter);
      await look.ended('done', { looks: looks.length });
      return looks;
    },
  ),
} as const;
