import { z } from 'zod';
import { type Role, STAFF } from '../case/actor.ts';
import { caseCommands, factTime } from '../case/case-commands.ts';
import { attachmentSchema, channelSchema, freeText, satisfactionSchema } from '../case/case-events.ts';
import type { CommandOf } from '../case/event-definition.ts';
import { recurrenceCommands } from '../case/recurrence.ts';
import { caseRef, contactRef, teamRef } from '../case/references.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { classificationSchema } from './classification.ts';
import { companySchema, contactPositionSchema, siteRegionSchema } from './company.ts';
import {
  claimSchema,
  complaintEvents,
  complaintKindSchema,
  itemIdsSchema,
  outcomeSchema,
  toldTo,
} from './events.ts';
import { MAX_ITEMS, newItemSchema } from './item.ts';
import { newRemedySchema, remedySoughtSchema } from './remedy.ts';

const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});
const staff: readonly Role[] = STAFF;
const recorded = complaintEvents;

/** What holds for one item; without an `itemId`, for every item that is not named. */
const classifications = z
  .array(z.object({ itemId: uuidSchema.optional(), ...classificationSchema.shape }))
  .min(1)
  .max(MAX_ITEMS);

export const complaintCommands = {
  ...caseCommands,
  receive: {
    summary: 'Receive a complaint',
    roles: ['customer', 'agent', 'marketing', 'integration', 'system'],
    schema: z.strictObject({
      kind: complaintKindSchema,
      complainant: companySchema,
      buyingCustomer: companySchema.optional(),
      endBrand: companySchema.optional(),
      contactId: contactRef.optional(),
      contactPosition: contactPositionSchema.optional(),
      channel: channelSchema,
      siteRegion: siteRegionSchema,
      items: z
        .array(newItemSchema)
        .min(1)
        .max(MAX_ITEMS)
        .default(() => [{}]),
      description: freeText,
      remedySought: remedySoughtSchema.default(() => []),
      attachments: z
        .array(attachmentSchema)
        .max(50)
        .default(() => []),
      /** When it reached any employee or channel; now, if not given. */
      receivedAt: instantSchema.optional(),
      /** The owning team; the actor's own, if not given. */
      teamId: teamRef.optional(),
      /** A lead's word makes it urgent at once; anyone else's asks for it. */
      priority: z.enum(['normal', 'urgent']).default('normal'),
      urgencyReason: freeText.optional(),
      /** The closed case that this one goes on from. */
      continues: caseRef.optional(),
      /** The case that this one was a part of. */
      splitFrom: caseRef.optional(),
    }),
  },
  acknowledge: command('Tell the customer that the complaint is received', ['agent', 'integration'], {
    ...recorded.ComplaintAcknowledged.schema.omit({ messageId: true }).shape,
    automatic: z.boolean().default(false),
  }),
  classify: command(
    'Say who answers for it, what the defect is and how grave',
    ['agent', 'technicalCentre', 'qa'],
    {
      items: classifications,
      note: freeText.optional(),
    },
  ),
  reclassify: command('Classify again', ['agent', 'technicalCentre', 'qa'], {
    items: classifications,
    reason: freeText,
  }),
  disputeResponsibility: command(
    'Dispute, as the department named, that it answers for the defect',
    ['contributor'],
    {
      itemId: uuidSchema.optional(),
      grounds: freeText,
    },
  ),
  ruleOnResponsibility: command('Rule on a disputed responsibility', ['qaHead'], {
    ...recorded.ComplaintResponsibilityRuled.schema.shape,
  }),
  sendPreliminaryReply: command(
    'Tell the customer what was understood, the next step and when the next news comes',
    ['agent', 'qa', 'technicalService'],
    { ...recorded.ComplaintPreliminarilyReplied.schema.omit({ messageId: true }).shape },
  ),
  contain: command('Hold stock, stop shipments, see to goods in transit', ['qa'], {
    ...recorded.ComplaintContained.schema.shape,
  }),
  askRemoteJudgement: command('Ask marketing to judge from photos and samples', ['agent', 'qa'], {
    ...recorded.ComplaintRemoteJudgementAsked.schema.shape,
  }),
  judgeRemotely: command('Judge whether QA must go on site, and why', ['marketing', 'marketingDirector'], {
    ...recorded.ComplaintJudgedRemotely.schema.shape,
  }),
  decideOnSite: command('Decide who goes on site', ['qa'], {
    ...recorded.ComplaintOnSiteDecided.schema.shape,
  }),
  recordArrival: command('Record the arrival on site', ['qa'], {
    /** Those who were decided on, if not given. */
    people: recorded.ComplaintOnSiteArrived.schema.shape.people.optional(),
    note: freeText.optional(),
  }),
  cancelOnSite: command('Cancel the visit on site', ['qa'], { reason: freeText }),
  requestSample: command('Ask for a sample', ['agent', 'qa'], {
    itemIds: itemIdsSchema.optional(),
    quantity: recorded.ComplaintSampleRequested.schema.shape.quantity,
    request: freeText,
  }),
  recordSample: command('Record a sample sent, received, tested or returned', ['agent', 'qa'], {
    ...recorded.ComplaintSampleRecorded.schema.shape,
    /** A sample that nobody asked for gets an id here. */
    sampleId: uuidSchema.optional(),
  }),
  recordFindings: command('Record the root cause with its evidence', ['qa'], {
    ...recorded.ComplaintFindingsRecorded.schema.shape,
    evidence: z
      .array(attachmentSchema)
      .max(50)
      .default(() => []),
  }),
  communicateDecision: command('Tell the customer the decision for each item', ['agent', 'qa'], {
    ...toldTo,
    items: z
      .array(
        z.object({
          /** Absent: every item that is not named and has none yet. */
          itemId: uuidSchema.optional(),
          outcome: outcomeSchema,
          cause: freeText,
          /** Remedies offered with the decision, within the authority limit. */
          remedies: z
            .array(newRemedySchema.omit({ itemIds: true }))
            .max(10)
            .default(() => []),
          /** Remedies offered, and approved where needed, before. */
          remedyIds: z
            .array(uuidSchema)
            .max(10)
            .default(() => []),
        }),
      )
      .min(1)
      .max(MAX_ITEMS),
    appeal: freeText,
  }),
  offerRemedy: command('Offer rework, replacement, credit or discount', ['agent', 'qa'], {
    ...newRemedySchema.shape,
    note: freeText.optional(),
  }),
  approveRemedy: command('Approve a remedy above the authority limit', ['lead'], {
    ...recorded.ComplaintRemedyApproved.schema.shape,
  }),
  acceptRemedy: command('Accept a remedy, as the customer or with its evidence', ['customer', 'agent'], {
    ...recorded.ComplaintRemedyAccepted.schema.shape,
  }),
  rejectRemedy: command('Reject a remedy, as the customer or with its evidence', ['customer', 'agent'], {
    ...recorded.ComplaintRemedyRejected.schema.shape,
  }),
  fulfilRemedy: command('Record that a remedy was given', ['agent', 'qa'], {
    ...recorded.ComplaintRemedyFulfilled.schema.shape,
  }),
  waiveRemedy: command('Do without a remedy', ['agent', 'qa'], {
    ...recorded.ComplaintRemedyWaived.schema.shape,
  }),
  recordClaim: command("Record the customer's claim or deduction", ['agent', 'qa'], { ...claimSchema.shape }),
  settleClaim: command('Settle a claim or deduction', ['agent', 'qa'], {
    ...recorded.ComplaintClaimSettled.schema.shape,
  }),
  claimOnSupplier: command('Claim recovery from a supplier', ['agent', 'qa'], {
    ...recorded.ComplaintSupplierClaimed.schema.omit({ supplierClaimId: true }).shape,
  }),
  contest: command('Contest the decision', ['customer', 'agent'], {
    ...recorded.ComplaintContested.schema.shape,
  }),
  review: command('Review a contested decision, uninvolved in it', ['qa', 'qaHead', 'lead'], {
    ...recorded.ComplaintReviewed.schema.shape,
  }),
  showHardProblem: command(
    'Say that it shows a problem that nobody can solve at once',
    ['technicalService', 'technicalCentre', 'qa'],
    {
      itemId: uuidSchema.optional(),
      description: freeText,
      /** Who is to solve it; the complaint's own team, if not given. */
      teamId: teamRef.optional(),
    },
  ),
  ...recurrenceCommands,
  addToNegativeCases: command(
    'Add the lesson to the negative case library',
    ['qa', 'technicalCentre', 'contributor'],
    {
      ...recorded.ComplaintAddedToNegativeCases.schema.shape,
    },
  ),
  /** The agent, quality management, or whoever the case was given to. */
  close: command('Close the complaint', staff, {
    satisfaction: satisfactionSchema.default('notGiven'),
    note: freeText.optional(),
  }),
} as const;
export type ComplaintCommand = CommandOf<typeof complaintCommands>;
