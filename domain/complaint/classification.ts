import { z } from 'zod';
import { labelSchema } from '../case/case-events.ts';
import { caseRef, codeRef } from '../case/references.ts';
import { codeSchema } from '../master-data/record.ts';

/** Who answers for the defect (责任方). Departments and suppliers go by the code of their master data. */
export const responsiblePartySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('department'), code: codeRef('department') }),
  z.object({ kind: z.literal('supplier'), code: codeRef('supplier'), name: labelSchema.optional() }),
  z.object({ kind: z.literal('carrier'), code: codeSchema, name: labelSchema.optional() }),
  z.object({ kind: z.literal('customerUse') }),
  z.object({ kind: z.literal('notEstablished') }),
]);
export type ResponsibleParty = z.infer<typeof responsiblePartySchema>;

export const severitySchema = z.enum(['minor', 'major', 'critical']);

export const classificationSchema = z.object({
  responsibleParty: responsiblePartySchema,
  /** Code of the defect category (质量点). */
  defectCategory: codeRef('defectCategory').optional(),
  severity: severitySchema,
  /** Somebody could be hurt: needles, sharp edges, banned substances. */
  safety: z.boolean().default(false),
  /** The earlier case of which this is the same again. */
  recurrenceOf: caseRef.optional(),
});
export type Classification = z.infer<typeof classificationSchema>;

/** Parts of the responsibility in whole per cent, which add up to 100. */
export const sharesSchema = z
  .array(z.object({ party: responsiblePartySchema, percent: z.int().min(1).max(100) }))
  .min(1)
  .max(10);
export type Shares = z.infer<typeof sharesSchema>;
