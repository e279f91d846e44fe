import { z } from 'zod';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { personal } from '../log/personal.ts';
import { clockAnchorSchema, clockNameSchema, recipientSchema, slaEvents } from '../sla/events.ts';
import { departmentSchema } from '../team/team.ts';
import { targetSchema } from '../time/target.ts';
import type { EventOf } from './event-definition.ts';
import { caseRef, colleagueRef, contactRef, teamRef, userRef } from './references.ts';

/** Free text of a case: personal data of the case itself, sealed under its own key. */
export const freeText = personal(z.string().trim().min(1).max(4000));
export const shortText = personal(z.string().trim().min(1).max(400));
/** A name of a thing: a document number, a courier number, a code. Never a person's. */
export const labelSchema = z.string().trim().min(1).max(120);

/** The mail system's or chat's own id of a message, by which people find it again; it may name a mailbox. */
export const externalIdSchema = personal(z.string().trim().min(1).max(120));

export const CHANNELS = ['phone', 'email', 'wechat', 'web', 'visit', 'fax', 'letter', 'other'] as const;
export const channelSchema = z.enum(CHANNELS);

export const messageAuthorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), userId: userRef }),
  z.object({ kind: z.literal('contact'), contactId: contactRef.optional() }),
  z.object({ kind: z.literal('automatic') }),
]);
export const messageSchema = z.object({
  direction: z.enum(['inbound', 'outbound']),
  channel: channelSchema,
  contactId: contactRef.optional(),
  externalId: externalIdSchema.optional(),
  author: messageAuthorSchema,
  purpose: z.enum(['acknowledgement', 'onTheMatter', 'progress', 'reminder', 'other']),
  outcome: z.enum(['sent', 'unanswered', 'bounced']),
  /** The message that did not arrive; with `outcome: bounced`. */
  bounceOf: uuidSchema.optional(),
  /** 催办: the customer asks where its answer is. */
  chase: z.boolean(),
  /** When the customer was promised the next news. */
  nextNewsAt: instantSchema.optional(),
  text: freeText.optional(),
});

export const attachmentSchema = z.object({
  name: shortText,
  mediaType: z
    .string()
    .max(120)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as image/jpeg'),
  sizeBytes: z.int().min(0).max(10_000_000_000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
  /** Where it is kept. */
  reference: shortText,
});

export const CLOSING_MODES = ['closed', 'withoutReply', 'withoutAgreement'] as const;
export const satisfactionSchema = z.union([z.int().min(1).max(5), z.literal('notGiven')]);

/** Of the event `CaseMergedInto` in the merged case's own stream: it tells one merge of two cases from the next. */
const mergeRevision = z.int().min(0);
const clockRefSchema = z.object({ clock: clockNameSchema, cycle: z.int().min(1) });

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });
/** Version 2 seals the mail system's own id of the message. */
const v2 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 2, schema: z.object(shape) });

/** A question to another department: which, and the cycle of its clock `input`. */
const input = { inputId: uuidSchema, cycle: z.int().min(1) };
const askedInput = {
  ...input,
  department: departmentSchema,
  /** The person who was asked by name. */
  askedUserId: colleagueRef.optional(),
};
/** An open question as a merge carries it over. */
export const openInputSchema = z.object({
  ...askedInput,
  askedAt: instantSchema,
  /** Of its promise, if that was open and not broken: what was broken stays broken where it happened. */
  promise: z.object({ startedAt: instantSchema, dueAt: instantSchema }).optional(),
});

/** Events that every case can have. */
export const caseEvents = {
  ...slaEvents,
  MessageRecorded: v2({ messageId: uuidSchema, ...messageSchema.shape }),
  DetailsCorrected: v1({
    field: z.string().min(1).max(60),
    /** Absent where the field is free text. */
    from: z.json().optional(),
    to: z.json().optional(),
    text: freeText.optional(),
    reason: freeText,
    /** Where the field names the customer: the grade that this one has; `null` for none. */
    customerGrade: z.enum(['A', 'B', 'C', 'D']).nullable().optional(),
  }),
  StepRetracted: v1({ stepRevision: z.int().min(0), stepType: z.string().max(80), reason: freeText }),
  CaseVoided: v1({ reason: freeText }),
  CaseAssigned: v1({ assigneeId: colleagueRef, teamId: teamRef, previousAssigneeId: uuidSchema.optional() }),
  HandOverProposed: v1({
    handOverId: uuidSchema,
    /** Whoever is to take over; without one, anybody of the team. */
    toUserId: colleagueRef.optional(),
    toTeamId: teamRef,
    /** What the next one must know. */
    openPoints: freeText,
    openClocks: z.array(z.object({ clock: clockNameSchema, cycle: z.int().min(1), dueAt: instantSchema })),
    openInputs: z.array(uuidSchema),
  }),
  HandOverAccepted: v1({ handOverId: uuidSchema, note: freeText.optional() }),
  HandOverDeclined: v1({ handOverId: uuidSchema, reason: freeText }),
  HandOverWithdrawn: v1({ handOverId: uuidSchema, reason: freeText.optional() }),
  InputRequested: v1({
    ...askedInput,
    question: freeText,
    /** As it was asked for; without it the policy's target holds. */
    dueAt: instantSchema.optional(),
  }),
  /** A question of a case merged into this one, or of this one after the merge was undone; its words stand there. */
  InputTakenOver: v1({ ...askedInput, askedIn: uuidSchema }),
  InputProvided: v1({ ...input, answer: freeText }),
  InputDeclined: v1({ ...input, reason: freeText }),
  InputCancelled: v1({ ...input, reason: freeText.optional() }),
  InputChased: v1({ ...input, text: freeText.optional(), recipients: z.array(recipientSchema) }),
  UrgencyRequested: v1({ reason: freeText }),
  UrgencyConfirmed: v1({ reason: freeText.optional() }),
  UrgencyLowered: v1({ reason: freeText }),
  StepWaived: v1({ step: z.string().min(1).max(60), reason: freeText }),
  AppointmentAgreed: v1({ clock: clockNameSchema, dueAt: instantSchema, evidence: freeText }),
  NoteAdded: v1({ text: freeText }),
  AttachmentAdded: v1({ attachmentId: uuidSchema, ...attachmentSchema.shape }),
  CaseLinked: v1({
    to: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('case'), caseId: caseRef }),
      z.object({ kind: z.literal('document'), system: labelSchema, number: labelSchema }),
    ]),
    relation: z.enum(['related', 'recurrence', 'continues', 'causedBy', 'order', 'creditNote', 'other']),
  }),
  CaseMergedInto: v1({
    survivorId: uuidSchema,
    reason: freeText.optional(),
    /** What goes on in the survivor: the receipt, and the clocks that were open. */
    receivedAt: instantSchema,
    openClocks: z.array(
      z.object({
        clock: clockNameSchema,
        cycle: z.int().min(1),
        startedAt: instantSchema,
        dueAt: instantSchema,
        breached: z.boolean(),
        anchor: clockAnchorSchema.optional(),
        /** Holds where the survivor's own policy line promises nothing. */
        target: targetSchema.optional(),
      }),
    ),
    /** Questions to other departments that were open. */
    openInputs: z.array(openInputSchema).optional(),
  }),
  CaseAbsorbed: v1({
    loserId: uuidSchema,
    receivedAt: instantSchema,
    mergeRevision: mergeRevision.optional(),
  }),
  CaseUnmerged: v1({
    survivorId: uuidSchema,
    reason: freeText.optional(),
    /** Nobody's wish: the other case had ended before it could take over. */
    because: z.enum(['notTakenOver']).optional(),
  }),
  CaseReleased: v1({
    loserId: uuidSchema,
    /** What was taken over up to this revision of the loser's stream; all of it, if not given. */
    untilRevision: mergeRevision.optional(),
    /** Only these of the loser's: the others it keeps. */
    clocks: z.array(clockRefSchema).optional(),
    /** And of the questions to departments only these. */
    inputs: z.array(uuidSchema).optional(),
    /** The survivor was merged further: which of its own clocks and questions must be given back there too. */
    goesOnIn: z
      .object({ survivorId: uuidSchema, clocks: z.array(clockRefSchema), inputs: z.array(uuidSchema) })
      .optional(),
  }),
  /** A part that goes on as a case of its own; the workflow opens it. */
  CaseSplitOff: v1({
    splitId: uuidSchema,
    itemIds: z.array(uuidSchema).min(1).max(100),
    description: freeText,
  }),
  CaseWithdrawn: v1({ reason: freeText.optional() }),
  CaseReopened: v1({ by: z.enum(['command', 'message']), reason: freeText.optional() }),
  /** A message long after the closing: a new case, linked, is opened by the workflow. */
  CaseToBeContinued: v1({
    messageId: uuidSchema,
    receivedAt: instantSchema,
    channel: channelSchema,
    text: freeText.optional(),
  }),
  CaseClosed: v1({
    mode: z.enum(CLOSING_MODES),
    satisfaction: satisfactionSchema.optional(),
    note: freeText.optional(),
  }),
};
export type CaseEvent = EventOf<typeof caseEvents>;
