import { z } from 'zod';
import {
  attachmentSchema,
  caseEvents,
  channelSchema,
  externalIdSchema,
  freeText,
  labelSchema,
  shortText,
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
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { classificationSchema, sharesSchema } from './classification.ts';
import { companySchema, contactPositionSchema, siteRegionSchema } from './company.ts';
import { itemSchema, MAX_ITEMS, moneySchema, newItemSchema, quantitySchema } from './item.ts';
import { documentNumberSchema, offeredRemedySchema, remedySoughtSchema } from './remedy.ts';
import { sampleHolderSchema, sampleStepSchema } from './sample.ts';

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });
/** Version 2 seals the mail system's own id of the message. */
const v2 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 2, schema: z.object(shape) });

export const complaintKindSchema = z.enum(['product', 'delivery', 'service', 'orderOrDocument']);
export type ComplaintKind = z.infer<typeof complaintKindSchema>;

export const itemIdsSchema = z.array(uuidSchema).min(1).max(MAX_ITEMS);
export const peopleSchema = z.array(userRef).min(1).max(20);

/** How something was told to the customer: by which channel, to whom, in which message. */
export const toldTo = {
  channel: channelSchema,
  contactId: contactRef.optional(),
  externalId: externalIdSchema.optional(),
};

/** What was told is a message of the case, so that a bounce can name it. */
const told = { messageId: uuidSchema, ...toldTo };

const classifiedItems = z
  .array(z.object({ itemId: uuidSchema, ...classificationSchema.shape }))
  .min(1)
  .max(MAX_ITEMS);

export const outcomeSchema = z.enum(['accepted', 'partly', 'notAccepted']);
export const containmentSchema = z.object({
  kind: z.enum(['stockHeld', 'shipmentsStopped', 'goodsInTransit']),
  quantity: quantitySchema.optional(),
  /** Warehouse, batch or delivery. */
  reference: labelSchema.optional(),
});
export const judgementBasisSchema = z
  .array(z.enum(['photos', 'samples', 'video', 'description']))
  .min(1)
  .max(4);

const claimFields = {
  kind: z.enum(['claim', 'deduction']),
  amount: moneySchema,
  document: documentNumberSchema.optional(),
  grounds: freeText.optional(),
};
export const claimSchema = z.object(claimFields);

const openingFields = {
  kind: complaintKindSchema,
  complainant: companySchema,
  buyingCustomer: companySchema.optional(),
  endBrand: companySchema.optional(),
  contactId: contactRef.optional(),
  contactPosition: contactPositionSchema.optional(),
  channel: channelSchema,
  siteRegion: siteRegionSchema,
};

/** The complaint's own events, and those that every case has. */
export const complaintEvents = {
  ...caseEvents,
  ...recurrenceEvents,
  /** It shows a hard problem: a difficult problem is raised by the workflow, for this team. */
  ComplaintHardProblemShown: v1({
    itemId: uuidSchema.optional(),
    hardProblem: z.object({
      description: freeText,
      teamId: teamRef,
      product: z.object({ productId: productRef.optional(), code: labelSchema }).optional(),
      defectCategory: codeRef('defectCategory', labelSchema).optional(),
    }),
  }),
  ComplaintReceived: v1({
    ...openingFields,
    items: z.array(itemSchema).min(1).max(MAX_ITEMS),
    description: freeText,
    remedySought: remedySoughtSchema,
    receivedAt: instantSchema,
    /** Entered later than the policy lets facts be entered; apart from being answered late. */
    registeredLate: z.boolean(),
    teamId: teamRef,
    priority: z.enum(['normal', 'urgent']),
    /** Of the complainant at the receipt, for the policy's conditions. */
    customerGrade: z.enum(['A', 'B', 'C', 'D']).optional(),
    continues: caseRef.optional(),
    splitFrom: caseRef.optional(),
  }),
  /** A part split off, or a message long after the closing: what the complaint that the workflow opens begins with. */
  ComplaintSuccessorPrepared: v1({
    relation: z.enum(['split', 'continuation']),
    ...openingFields,
    items: z.array(newItemSchema).min(1).max(MAX_ITEMS),
    description: freeText.optional(),
    receivedAt: instantSchema,
    teamId: teamRef,
    priority: z.enum(['normal', 'urgent']),
  }),
  ComplaintAcknowledged: v2({
    ...told,
    /** By the channel itself, at once. */
    automatic: z.boolean(),
    /** The number for people that the customer was told. */
    number: labelSchema.optional(),
  }),
  ComplaintClassified: v1({ items: classifiedItems, final: z.boolean(), note: freeText.optional() }),
  ComplaintReclassified: v1({ items: classifiedItems, final: z.boolean(), reason: freeText }),
  ComplaintResponsibilityDisputed: v1({
    itemId: uuidSchema,
    /** Code of the department that was named. */
    department: labelSchema,
    grounds: freeText,
  }),
  ComplaintResponsibilityRuled: v1({ itemId: uuidSchema, shares: sharesSchema, reasons: freeText }),
  ComplaintPreliminarilyReplied: v2({
    ...told,
    understood: freeText,
    nextStep: freeText,
    /** When the customer hears from us next. */
    nextNewsAt: instantSchema,
  }),
  ComplaintContained: v1({ measures: z.array(containmentSchema).min(1).max(20), note: freeText.optional() }),
  ComplaintRemoteJudgementAsked: v1({ of: colleagueRef.optional(), question: freeText }),
  ComplaintJudgedRemotely: v1({ mustGoOnSite: z.boolean(), basis: judgementBasisSchema, reasons: freeText }),
  ComplaintOnSiteDecided: v1({
    people: z.array(colleagueRef).min(1).max(20),
    /** The technical service specialist who goes with them. */
    technicalServiceId: colleagueRef.optional(),
    purpose: freeText,
  }),
  ComplaintOnSiteArrived: v1({ people: peopleSchema, note: freeText.optional() }),
  ComplaintOnSiteCancelled: v1({ reason: freeText }),
  ComplaintSampleRequested: v1({
    sampleId: uuidSchema,
    itemIds: itemIdsSchema.optional(),
    quantity: quantitySchema.optional(),
    request: freeText,
  }),
  ComplaintSampleRecorded: v1({
    sampleId: uuidSchema,
    step: sampleStepSchema,
    courierNumber: labelSchema.optional(),
    quantity: quantitySchema.optional(),
    holder: sampleHolderSchema,
    result: freeText.optional(),
  }),
  ComplaintFindingsRecorded: v1({
    itemIds: itemIdsSchema.optional(),
    onSite: z.boolean(),
    rootCause: freeText,
    /** Code of the root cause, where the house keeps a list. */
    rootCauseCode: labelSchema.optional(),
    evidence: z.array(attachmentSchema).max(50),
  }),
  ComplaintDecisionCommunicated: v2({
    ...told,
    items: z
      .array(
        z.object({
          itemId: uuidSchema,
          outcome: outcomeSchema,
          cause: freeText,
          remedyIds: z.array(uuidSchema).max(20),
        }),
      )
      .min(1)
      .max(MAX_ITEMS),
    /** What the customer can do if it disagrees. */
    appeal: freeText,
  }),
  ComplaintRemedyOffered: v1({
    ...offeredRemedySchema.shape,
    approvalNeeded: z.boolean(),
    note: freeText.optional(),
  }),
  ComplaintRemedyApproved: v1({ remedyId: uuidSchema, note: freeText.optional() }),
  ComplaintRemedyAccepted: v1({ remedyId: uuidSchema, evidence: freeText.optional() }),
  ComplaintRemedyRejected: v1({
    remedyId: uuidSchema,
    reason: freeText.optional(),
    evidence: freeText.optional(),
  }),
  ComplaintRemedyFulfilled: v1({
    remedyId: uuidSchema,
    document: documentNumberSchema,
    quantity: quantitySchema.optional(),
    amount: moneySchema.optional(),
  }),
  ComplaintRemedyWaived: v1({ remedyId: uuidSchema, reason: freeText }),
  ComplaintClaimRecorded: v1({ claimId: uuidSchema, ...claimFields }),
  ComplaintClaimSettled: v1({
    claimId: uuidSchema,
    how: z.enum(['paid', 'setOff', 'rejected', 'withdrawn']),
    amount: moneySchema,
    document: documentNumberSchema.optional(),
  }),
  ComplaintSupplierClaimed: v1({
    supplierClaimId: uuidSchema,
    supplier: z.object({ code: codeRef('supplier', labelSchema), name: labelSchema.optional() }),
    itemIds: itemIdsSchema.optional(),
    amount: moneySchema,
    document: documentNumberSchema.optional(),
    grounds: freeText,
  }),
  ComplaintContested: v1({ itemIds: itemIdsSchema.optional(), grounds: freeText }),
  ComplaintReviewed: v1({ outcome: z.enum(['upheld', 'changed']), reasons: freeText }),
  ComplaintAddedToNegativeCases: v1({
    title: shortText,
    lesson: freeText,
    defectCategory: codeRef('defectCategory', labelSchema).optional(),
  }),
};
export type ComplaintEvent = EventOf<typeof complaintEvents>;
