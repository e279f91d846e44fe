import { z } from 'zod';
import { uuidSchema } from '../log/envelope.ts';
import { MAX_ITEMS, moneySchema, quantitySchema } from './item.ts';

export const remedyKindSchema = z.enum(['rework', 'replacement', 'credit', 'discount']);
export type RemedyKind = z.infer<typeof remedyKindSchema>;

/** The remedy that a customer asks for; some ask for an explanation alone. */
export const remedySoughtSchema = z
  .array(z.enum([...remedyKindSchema.options, 'return', 'explanation', 'other']))
  .max(7);

/** What is offered. `amount` is what it costs the house; a credit or discount always has one. */
export const newRemedySchema = z.object({
  kind: remedyKindSchema,
  /** The items it is for; absent: all of them. */
  itemIds: z.array(uuidSchema).min(1).max(MAX_ITEMS).optional(),
  quantity: quantitySchema.optional(),
  amount: moneySchema.optional(),
});
export type NewRemedy = z.infer<typeof newRemedySchema>;

export const offeredRemedySchema = newRemedySchema.extend({ remedyId: uuidSchema });

/** The paper by which a remedy, a settlement or a recovery is found again: a credit note, a delivery note. */
export const documentNumberSchema = z.string().trim().min(1).max(60);
