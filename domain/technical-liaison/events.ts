import { z } from 'zod';
import { productSchema, toldTo } from '../after-sales/events.ts';
import {
  attachmentSchema,
  caseEvents,
  channelSchema,
  externalIdSchema,
  freeText,
  labelSchema,
} from '../case/case-events.ts';
import type { EventOf } from '../case/event-definition.ts';
import { caseRef, colleagueRef, contactRef, teamRef } from '../case/references.ts';
import { companySchema, contactPositionSchema } from '../complaint/company.ts';
import { quantitySchema } from '../complaint/item.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });
/** Version 2 seals the mail system's own id of the message. */
const v2 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 2, schema: z.object(shape) });

/** What a customer's answer is. */
export const answerKindSchema = z.enum(['suggestion', 'idea', 'requirement', 'experience']);
export type AnswerKind = z.infer<typeof answerKindSchema>;

/** What an answer turns out to be. */
export const assessmentSchema = z.enum([
  'conceptualDesignHelp',
  'mouldOrSample',
  'productShortcoming',
  'productInformation',
  'marketInformation',
]);
export type Assessment = z.infer<typeof assessmentSchema>;

/** Which round a form belongs to, and which of the round's customers it went to. */
export const ofRoundSchema = z.object({ roundId: uuidSchema, entryId: uuidSchema });
export type OfRound = z.infer<typeof ofRoundSchema>;

/** What became of the sample that sales was asked for; `dropped`: its request ended without a judgement. */
export const sampleResultSchema = z.enum(['accepted', 'changesWanted', 'refused', 'dropped']);
export type SampleResult = z.infer<typeof sampleResultSchema>;

export const needSchema = z.enum(['mould', 'sample', 'mouldAndSample']);
export type Need = z.infer<typeof needSchema>;

/** The technical liaison's own events, and those that every case has. */
export const technicalLiaisonEvents = {
  ...caseEvents,
  /** Opens a liaison that waits for the customer: no promise runs yet. */
  TechnicalLiaisonFormSent: v1({
    customer: companySchema,
    contactId: contactRef.optional(),
    channel: z.enum(['email', 'fax']),
    /** The record of a fax: a form that goes by fax is recorded. */
    faxRecord: labelSchema.optional(),
    /** Which printed form it was. */
    form: labelSchema.optional(),
    marketingContactId: colleagueRef.optional(),
    round: ofRoundSchema.optional(),
    teamId: teamRef,
    customerGrade: z.enum(['A', 'B', 'C', 'D']).optional(),
  }),
  /** Opens a liaison of a customer who wrote without a form; `TechnicalLiaisonAnswered` follows in the same decision. */
  TechnicalLiaisonOpened: v1({
    customer: companySchema,
    kind: answerKindSchema,
    receivedAt: instantSchema,
    registeredLate: z.boolean(),
    marketingContactId: colleagueRef.optional(),
    teamId: teamRef,
    customerGrade: z.enum(['A', 'B', 'C', 'D']).optional(),
    /** The closed case that this one goes on from. */
    continues: caseRef.optional(),
  }),
  TechnicalLiaisonAnswered: v2({
    messageId: uuidSchema,
    kind: answerKindSchema,
    contactId: contactRef.optional(),
    contactPosition: contactPositionSchema,
    channel: channelSchema,
    externalId: externalIdSchema.optional(),
    text: freeText,
    attachments: z.array(attachmentSchema).max(50),
    receivedAt: instantSchema,
    registeredLate: z.boolean(),
    /** Who gets a copy: by name, if it is known who looks after the customer. */
    copiedTo: z.object({ role: z.literal('marketingTechnicalContact'), userId: uuidSchema.optional() }),
    round: ofRoundSchema.optional(),
  }),
  /** The only answer was recorded by mistake: the round counts the customer as unanswered again. */
  TechnicalLiaisonAnswerTakenBack: v1({ round: ofRoundSchema }),
  TechnicalLiaisonReplied: v2({
    messageId: uuidSchema,
    ...toldTo,
    text: freeText,
    nextNewsAt: instantSchema.optional(),
  }),
  TechnicalLiaisonAssessed: v1({
    result: assessmentSchema,
    note: freeText.optional(),
    /** It shows a hard problem: a difficult problem is raised by the workflow, for this team. */
    hardProblem: z.object({ description: freeText, teamId: teamRef }).optional(),
  }),
  /** A mould or a sample is needed: a sample request is opened by the workflow. */
  TechnicalLiaisonHandedOver: v1({
    handOverId: uuidSchema,
    need: needSchema,
    description: freeText,
    product: productSchema.optional(),
    quantity: quantitySchema.optional(),
    customer: companySchema,
    contactId: contactRef.optional(),
    /** Who receives it for sales. */
    marketingContactId: colleagueRef,
    /** The team that owns the sample request. */
    teamId: teamRef,
  }),
  TechnicalLiaisonSampleConcluded: v1({
    handOverId: uuidSchema,
    sampleRequestId: uuidSchema,
    result: sampleResultSchema,
  }),
  TechnicalLiaisonSolved: v1({ solution: freeText }),
  TechnicalLiaisonProjectStarted: v1({ projectNumber: labelSchema, note: freeText.optional() }),
  TechnicalLiaisonDeclined: v1({ reason: freeText }),
  /** A message after the time to reopen: the workflow records it as the answer that opens another liaison, linked. */
  TechnicalLiaisonSuccessorPrepared: v1({
    customer: companySchema,
    kind: answerKindSchema,
    contactId: contactRef.optional(),
    channel: channelSchema,
    text: freeText.optional(),
    receivedAt: instantSchema,
    marketingContactId: colleagueRef.optional(),
    teamId: teamRef,
  }),
};
export type TechnicalLiaisonEvent = EventOf<typeof technicalLiaisonEvents>;
