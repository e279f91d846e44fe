import { z } from 'zod';
import {
  attachmentSchema,
  caseEvents,
  channelSchema,
  externalIdSchema,
  freeText,
  labelSchema,
} from '../case/case-events.ts';
import type { EventOf } from '../case/event-definition.ts';
import { recurrenceEvents } from '../case/recurrence.ts';
import {
  caseRef,
  codeRef,
  colleagueRef,
  contactRef,
  productRef,
  teamRef,
  userRef,
} from '../case/references.ts';
import { companySchema, siteRegionSchema } from '../complaint/company.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });
/** Version 2 seals the mail system's own id of the message. */
const v2 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 2, schema: z.object(shape) });

export const peopleSchema = z.array(userRef).min(1).max(20);
export const travelSchema = z.object({
  means: z.enum(['car', 'train', 'plane', 'other']),
  /** Kilometres there and back. */
  distanceKm: z.number().min(0).max(50_000).optional(),
});
export const partSchema = z.object({ code: labelSchema, quantity: z.int().min(1).max(100_000) });
export const productSchema = z.object({ productId: productRef.optional(), code: labelSchema });
/** How an answer reached the customer. */
export const toldTo = {
  channel: channelSchema,
  contactId: contactRef.optional(),
  externalId: externalIdSchema.optional(),
};

/** The after-sales request's own events, and those that every case has. */
export const afterSalesEvents = {
  ...caseEvents,
  ...recurrenceEvents,
  AfterSalesReported: v1({
    customer: companySchema,
    contactId: contactRef.optional(),
    channel: channelSchema,
    siteRegion: siteRegionSchema,
    site: freeText.optional(),
    product: productSchema.optional(),
    order: labelSchema.optional(),
    defectCategory: codeRef('defectCategory', labelSchema).optional(),
    fault: freeText,
    attachments: z.array(attachmentSchema).max(50),
    receivedAt: instantSchema,
    registeredLate: z.boolean(),
    teamId: teamRef,
    priority: z.enum(['normal', 'urgent']),
    customerGrade: z.enum(['A', 'B', 'C', 'D']).optional(),
    /** The closed request that this one goes on from. */
    continues: caseRef.optional(),
  }),
  /** A message long after the closing: what the request that the workflow opens begins with. */
  AfterSalesSuccessorPrepared: v1({
    customer: companySchema,
    contactId: contactRef.optional(),
    channel: channelSchema,
    siteRegion: siteRegionSchema,
    product: productSchema.optional(),
    order: labelSchema.optional(),
    fault: freeText.optional(),
    receivedAt: instantSchema,
    teamId: teamRef,
    priority: z.enum(['normal', 'urgent']),
  }),
  AfterSalesAnswered: v2({
    messageId: uuidSchema,
    ...toldTo,
    text: freeText,
    nextNewsAt: instantSchema.optional(),
  }),
  AfterSalesResolvedRemotely: v2({ messageId: uuidSchema, ...toldTo, work: freeText }),
  TechnicianDispatched: v1({
    people: z.array(colleagueRef).min(1).max(20),
    travel: travelSchema.optional(),
    plannedAt: instantSchema.optional(),
    note: freeText.optional(),
  }),
  TechnicianArrived: v1({ people: peopleSchema, note: freeText.optional() }),
  AfterSalesResolvedOnSite: v1({
    people: peopleSchema,
    work: freeText,
    parts: z.array(partSchema).max(100),
    travel: travelSchema.optional(),
  }),
  AfterSalesConfirmed: v1({ by: z.enum(['customer', 'agent', 'silence']), evidence: freeText.optional() }),
  AfterSalesDisputed: v1({ reason: freeText }),
};
export type AfterSalesEvent = EventOf<typeof afterSalesEvents>;
