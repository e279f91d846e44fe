import { z } from 'zod';
import { productSchema } from '../after-sales/events.ts';
import { caseEvents, freeText, labelSchema } from '../case/case-events.ts';
import type { EventOf } from '../case/event-definition.ts';
import { caseRef, colleagueRef, contactRef, teamRef } from '../case/references.ts';
import { companySchema } from '../complaint/company.ts';
import { moneySchema, quantitySchema } from '../complaint/item.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { needSchema } from '../technical-liaison/events.ts';

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });

/** The liaison that handed over, and which of its hand-overs this is. */
export const fromLiaisonSchema = z.object({ liaisonId: caseRef, handOverId: uuidSchema });
export type FromLiaison = z.infer<typeof fromLiaisonSchema>;

export const judgementSchema = z.enum(['accepted', 'changesWanted', 'refused']);
export type Judgement = z.infer<typeof judgementSchema>;

/** The sample request's own events, and those that every case has. */
export const sampleRequestEvents = {
  ...caseEvents,
  SampleRequestOpened: v1({
    need: needSchema,
    description: freeText,
    customer: companySchema,
    contactId: contactRef.optional(),
    product: productSchema.optional(),
    quantity: quantitySchema.optional(),
    liaison: fromLiaisonSchema.optional(),
    receivedAt: instantSchema,
    registeredLate: z.boolean(),
    teamId: teamRef,
    priority: z.enum(['normal', 'urgent']),
    customerGrade: z.enum(['A', 'B', 'C', 'D']).optional(),
    /** The closed request that this one goes on from. */
    continues: caseRef.optional(),
  }),
  SampleRequestQuoted: v1({
    mouldPrice: moneySchema.optional(),
    samplePrice: moneySchema.optional(),
    leadTimeWorkingDays: z.int().min(1).max(260).optional(),
    note: freeText.optional(),
  }),
  SampleRequestMakingStarted: v1({ orderNumber: labelSchema.optional(), note: freeText.optional() }),
  SampleRequestSent: v1({
    courier: labelSchema,
    courierNumber: labelSchema,
    quantity: quantitySchema.optional(),
    note: freeText.optional(),
  }),
  SampleRequestJudged: v1({
    judgement: judgementSchema,
    by: z.enum(['customer', 'marketing']),
    comments: freeText.optional(),
    /** Where the customer's word is found, when marketing records it. */
    evidence: freeText.optional(),
    liaison: fromLiaisonSchema.optional(),
  }),
  /** It ended without a last judgement: who asked for it is told. */
  SampleRequestDropped: v1({
    how: z.enum(['closed', 'withoutReply', 'withoutAgreement', 'withdrawn', 'voided']),
    liaison: fromLiaisonSchema,
  }),
  /** A message after the time to reopen: the workflow opens another request, linked. */
  SampleRequestSuccessorPrepared: v1({
    need: needSchema,
    description: freeText.optional(),
    customer: companySchema,
    contactId: contactRef.optional(),
    receivedAt: instantSchema,
    marketingContactId: colleagueRef.optional(),
    teamId: teamRef,
  }),
};
export type SampleRequestEvent = EventOf<typeof sampleRequestEvents>;
