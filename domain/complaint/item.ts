import { z } from 'zod';
import { productRef } from '../case/references.ts';
import { uuidSchema } from '../log/envelope.ts';

/** An amount of goods in the unit that it was counted in; zippers are sold by the piece and by the length. */
export const quantitySchema = z.object({
  value: z.number().min(0).max(1e9),
  unit: z.enum(['piece', 'pair', 'set', 'metre', 'yard', 'kilogram', 'roll', 'carton']),
});

/** Money in the smallest unit of its currency (fen, cent), by ISO 4217. */
export const moneySchema = z.object({
  amountMinor: z.int().min(0).max(1e13),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217, as CNY'),
});
export type Money = z.infer<typeof moneySchema>;

const orderNumberSchema = z.string().trim().min(1).max(60);

const itemFields = {
  product: z
    .object({
      productId: productRef.optional(),
      code: z.string().trim().min(1).max(60),
      name: z.string().trim().min(1).max(200).optional(),
    })
    .optional(),
  /** 大货单 */
  bulkOrder: orderNumberSchema.optional(),
  /** 样单 */
  approvedSampleOrder: orderNumberSchema.optional(),
  batch: z.string().trim().min(1).max(60).optional(),
  delivered: quantitySchema.optional(),
  inspected: quantitySchema.optional(),
  defective: quantitySchema.optional(),
  /** At which stage the defect showed. */
  whereFound: z
    .enum(['incomingInspection', 'production', 'finishedGoods', 'warehouse', 'market', 'other'])
    .optional(),
};

/** What is complained about, as the customer tells it. Every field may be unknown at first. */
export const newItemSchema = z.object(itemFields);
export type NewItem = z.infer<typeof newItemSchema>;

/** The same once it is in a case: with an id that classification, decision and remedies name. */
export const itemSchema = z.object({ itemId: uuidSchema, ...itemFields });
export type Item = z.infer<typeof itemSchema>;

/** How many items one complaint may have; more is another complaint. */
export const MAX_ITEMS = 50;
