import { z } from 'zod';
import { attachmentSchema, caseEvents, channelSchema, freeText, labelSchema } from '../case/case-events.ts';
import type { EventOf } from '../case/event-definition.ts';
import { caseRef, colleagueRef, contactRef, teamRef } from '../case/references.ts';
import { companySchema, contactPositionSchema } from '../complaint/company.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { localDateSchema } from '../time/calendar.ts';

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });

export const purposeSchema = z.enum(['audit', 'tour', 'orderInspection']);
export const gradeSchema = z.enum(['A', 'B', 'C', 'D']);
/** Who comes: the contacts known by id, and how many heads in all. Names live with the contacts. */
export const visitorsSchema = z.object({
  contactIds: z.array(contactRef).max(100),
  headcount: z.int().min(1).max(1000),
});
/** What the house does for the visitors: `reception`, `plantTour`, `dinner`, … in the house's own words. */
export const servicesSchema = z.array(labelSchema).max(40);

/** First and last day, local dates of the calendar's zone. */
export const plannedDays = { plannedFrom: localDateSchema, plannedTo: localDateSchema };
const heldDays = { heldFrom: localDateSchema, heldTo: localDateSchema };

export const hostsSchema = {
  /** 对接: who answers for what the visitors came for. */
  counterparts: z.array(colleagueRef).min(1).max(20),
  /** 陪同: who goes with them. */
  escorts: z.array(colleagueRef).max(20),
};
const overlapsSchema = z
  .array(z.object({ hostId: uuidSchema, caseId: uuidSchema, from: localDateSchema, to: localDateSchema }))
  .max(200);

/** A finding of the visitors' audit, with the date that they set for it. */
export const findingSchema = z.object({
  finding: freeText,
  severity: z.enum(['observation', 'minor', 'major', 'critical']).optional(),
  correctBy: localDateSchema,
});

/** Months after the last day held. */
export const waveSchema = z.literal([1, 3, 6]);
export type Wave = z.infer<typeof waveSchema>;

/** What customers say of a visit, right after it and in the waves. */
export const feedbackSchema = {
  contactId: contactRef.optional(),
  contactPosition: contactPositionSchema.optional(),
  channel: channelSchema.optional(),
  evaluation: freeText,
  /** 1 (bad) to 5 (good), if the customer gave one. */
  score: z.int().min(1).max(5).optional(),
  demands: freeText.optional(),
  /** Numbers of the orders placed since. */
  orders: z.array(labelSchema).max(100),
};

/** On whose behalf the delegate gave the director's verdict. */
const delegated = { delegatedBy: uuidSchema.optional() };
const waveOfCycle = { wave: waveSchema, cycle: z.int().min(1) };
const proposal = { grade: gradeSchema, services: servicesSchema, ...plannedDays };
/** For whom a substitute proposed: neither of the two may approve. */
const proposedFor = { proposedFor: uuidSchema.optional() };

/** The factory visit's own events, and those that every case has. */
export const factoryVisitEvents = {
  ...caseEvents,
  FactoryVisitApplied: v1({
    purpose: purposeSchema,
    customer: companySchema,
    /** Who comes, if not the customer itself: an auditor, a brand. */
    visitingOrganisation: companySchema.optional(),
    contactId: contactRef.optional(),
    contactPosition: contactPositionSchema.optional(),
    channel: channelSchema,
    visitors: visitorsSchema,
    itinerary: freeText.optional(),
    requirements: freeText.optional(),
    wishedFrom: localDateSchema.optional(),
    wishedTo: localDateSchema.optional(),
    attachments: z.array(attachmentSchema).max(50),
    receivedAt: instantSchema,
    registeredLate: z.boolean(),
    teamId: teamRef,
    customerGrade: gradeSchema.optional(),
    /** The closed visit that this one goes on from. */
    continues: caseRef.optional(),
  }),
  FactoryVisitAssessed: v1({ ...proposal, ...proposedFor, note: freeText.optional() }),
  FactoryVisitResubmitted: v1({ ...proposal, ...proposedFor, changes: freeText }),
  FactoryVisitApproved: v1({ ...delegated, note: freeText.optional() }),
  FactoryVisitReturned: v1({ ...delegated, changes: freeText }),
  FactoryVisitRejected: v1({ ...delegated, reason: freeText }),
  FactoryVisitHostsAssigned: v1({
    ...hostsSchema,
    /** Where they were expected elsewhere, as the view knew it, and why they host all the same. */
    overlaps: overlapsSchema,
    overlapReason: freeText.optional(),
  }),
  FactoryVisitRescheduled: v1({
    previous: z.object(plannedDays),
    ...plannedDays,
    /** As they are from now on, if they changed. */
    visitors: visitorsSchema.optional(),
    services: servicesSchema.optional(),
    /** `anew`: visitors or services changed, or it is after a no-show. The visit is assessed and approved again. */
    approval: z.enum(['kept', 'anew']),
    reason: freeText,
    overlaps: overlapsSchema,
    overlapReason: freeText.optional(),
  }),
  FactoryVisitCancelled: v1({ by: z.enum(['customer', 'house']), reason: freeText }),
  FactoryVisitNoShowRecorded: v1({ note: freeText.optional() }),
  FactoryVisitLogged: v1({
    seen: freeText.optional(),
    said: freeText.optional(),
    promised: freeText.optional(),
    findings: z.array(z.object({ findingId: uuidSchema, ...findingSchema.shape })).max(200),
  }),
  FactoryVisitCompleted: v1({ ...heldDays, note: freeText.optional() }),
  FactoryVisitHeldDatesCorrected: v1({
    previous: z.object(heldDays),
    ...heldDays,
    /** False once wave 1 has opened: then only the record is corrected. */
    wavesMoved: z.boolean(),
    reason: freeText,
  }),
  FactoryVisitFeedbackRecorded: v1({ ...feedbackSchema, by: z.enum(['customer', 'host']) }),
  FactoryVisitFollowUpTaskOpened: v1({
    taskId: uuidSchema,
    ...waveOfCycle,
    dueAt: instantSchema,
    contactId: contactRef.optional(),
    teamId: teamRef,
    /** Whose task it is; without one, the team's. */
    assigneeId: colleagueRef.optional(),
  }),
  FactoryVisitContactAttempted: v1({
    ...waveOfCycle,
    channel: channelSchema,
    contactId: contactRef.optional(),
    note: freeText.optional(),
  }),
  FactoryVisitFollowedUp: v1({ ...waveOfCycle, ...feedbackSchema }),
  FactoryVisitFollowUpDeclined: v1({ ...waveOfCycle, reason: freeText.optional() }),
};
export type FactoryVisitEvent = EventOf<typeof factoryVisitEvents>;
