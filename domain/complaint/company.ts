import { z } from 'zod';
import { customerRef } from '../case/references.ts';

/**
 * A company that has to do with a complaint. Without a `customerId` it is provisional: a customer
 * not yet known, linked later by a correction. A company's name is no personal value.
 */
export const companySchema = z.object({
  customerId: customerRef.optional(),
  name: z.string().trim().min(1).max(200),
});
export type Company = z.infer<typeof companySchema>;

/** The position of a contact at the customer's (客户不同阶层的人员). */
export const contactPositionSchema = z.enum([
  'owner',
  'management',
  'purchasing',
  'technical',
  'quality',
  'production',
  'other',
]);

/** Where the goods are, as seen from the house: how far somebody has to go. */
export const siteRegionSchema = z.enum(['local', 'province', 'mainland', 'abroad']);
export type SiteRegion = z.infer<typeof siteRegionSchema>;
