import { z } from 'zod';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { calendarRefSchema, clockNameSchema, pauseReasonSchema } from '../sla/events.ts';
import { TIMER_KINDS } from '../sla/timers.ts';
import { departmentSchema } from '../team/team.ts';
import { type Role, STAFF } from './actor.ts';
import {
  attachmentSchema,
  caseEvents,
  freeText,
  messageSchema,
  openInputSchema,
  satisfactionSchema,
} from './case-events.ts';
import type { CommandOf } from './event-definition.ts';
import { codeRef, colleagueRef, teamRef } from './references.ts';

/** When the fact happened, if not now; further back than the policy allows takes a lead and a reason. */
export const factTime = {
  occurredAt: instantSchema.optional(),
  backdatingReason: freeText.optional(),
};

const staff: readonly Role[] = STAFF;
const input = { inputId: uuidSchema };
const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});

/** Commands that every case takes. A lifecycle spreads them into its own and may narrow the roles. */
export const caseCommands = {
  recordMessage: command('Record a message from or to the customer', ['customer', ...staff, 'integration'], {
    ...messageSchema.shape,
    author: messageSchema.shape.author.optional(),
    purpose: messageSchema.shape.purpose.default('other'),
    outcome: messageSchema.shape.outcome.default('sent'),
    chase: z.boolean().default(false),
  }),
  correctDetails: command('Correct a detail that was entered wrongly', ['agent', 'lead'], {
    field: z.string().min(1).max(60),
    /** The right value; for a field of free text use `text`. */
    to: z.json().optional(),
    text: freeText.optional(),
    reason: freeText,
  }),
  retractStep: command('Take back a step that was recorded by mistake', ['lead'], {
    stepRevision: z.int().min(0),
    reason: freeText,
  }),
  rescindBreach: command('Rescind a breach whose promise was kept in time but recorded late', ['lead'], {
    clock: clockNameSchema,
    cycle: z.int().min(1),
    evidence: freeText,
  }),
  voidEntry: command('Void a test or an entry that should not exist', ['lead'], { reason: freeText }),
  assign: command(
    'Give the case to a person of the team',
    ['lead', ...staff.filter(role => role !== 'lead')],
    {
      assigneeId: colleagueRef,
      teamId: teamRef.optional(),
    },
  ),
  handOver: command('Offer the case to another person or team, who accepts it or not', staff, {
    /** Without one, anybody of the team may accept. */
    toUserId: colleagueRef.optional(),
    /** The case's own, if not given. */
    toTeamId: teamRef.optional(),
    openPoints: freeText,
  }),
  acceptHandOver: command('Take over a case that was offered', staff, { note: freeText.optional() }),
  declineHandOver: command('Refuse a case that was offered', staff, { reason: freeText }),
  withdrawHandOver: command('Take an offer back', staff, { reason: freeText.optional() }),
  requestInput: command('Ask another department', staff, {
    department: codeRef('askedDepartment', departmentSchema),
    /** A person of it, by name. */
    askedUserId: colleagueRef.optional(),
    question: freeText,
    /** If the policy's target is not what is needed. */
    dueAt: instantSchema.optional(),
  }),
  provideInput: command('Answer what another department asked', staff, { ...input, answer: freeText }),
  declineInput: command('Say that the department cannot answer', staff, { ...input, reason: freeText }),
  chaseInput: command('Remind the department of the question', staff, {
    ...input,
    text: freeText.optional(),
  }),
  cancelInput: command('Take a question back', staff, { ...input, reason: freeText.optional() }),
  markUrgent: command('Ask for urgency; a lead confirms itself', ['customer', ...staff], {
    reason: freeText,
  }),
  confirmUrgent: command('Confirm the urgency', ['lead'], { reason: freeText.optional() }),
  lowerUrgent: command('Back to normal', ['lead'], { reason: freeText }),
  waiveStep: command('Do without a step', ['lead'], { step: z.string().min(1).max(60), reason: freeText }),
  agreeAppointment: command('Agree a date with the customer', staff, {
    clock: clockNameSchema,
    dueAt: instantSchema,
    evidence: freeText,
  }),
  pauseClock: command('Pause promises that wait for somebody', staff, {
    /** All that can wait, if none is named. */
    clock: clockNameSchema.optional(),
    reason: pauseReasonSchema,
  }),
  resumeClock: command('End a pause', staff, { clock: clockNameSchema.optional() }),
  addNote: command('Write an internal note', staff, { text: freeText }),
  attach: command('Attach a file by reference and checksum', ['customer', ...staff, 'integration'], {
    ...attachmentSchema.shape,
  }),
  link: command('Link another case or an ERP document', [...staff, 'integration', 'system'], {
    ...caseEvents.CaseLinked.schema.shape,
  }),
  mergeInto: command('Merge this case into another', ['agent', 'lead'], {
    survivorId: uuidSchema,
    reason: freeText.optional(),
  }),
  absorb: command('Take over what a merged case still owes', ['system'], {
    loserId: uuidSchema,
    mergeRevision: z.int().min(0),
    receivedAt: instantSchema,
    openClocks: caseEvents.CaseMergedInto.schema.shape.openClocks,
    openInputs: z.array(openInputSchema).optional(),
  }),
  unmerge: command('Undo a merge', ['agent', 'lead'], { reason: freeText.optional() }),
  settleMerge: command('Be a case of its own again if the other did not take over', ['system'], {
    survivorId: uuidSchema,
    mergeRevision: z.int().min(0),
  }),
  release: command('Give back what was taken over', ['system'], {
    loserId: uuidSchema,
    untilRevision: caseEvents.CaseReleased.schema.shape.untilRevision,
    clocks: caseEvents.CaseReleased.schema.shape.clocks,
    inputs: caseEvents.CaseReleased.schema.shape.inputs,
  }),
  splitOff: command('Let a part go on as a case of its own', ['agent', 'lead'], {
    itemIds: z.array(uuidSchema).min(1).max(100),
    description: freeText,
  }),
  withdraw: command('The customer takes the case back', ['customer', 'agent', 'lead'], {
    reason: freeText.optional(),
  }),
  reopen: command('Open a closed case again', ['customer', 'agent', 'lead'], { reason: freeText }),
  close: command('Close the case', staff, {
    satisfaction: satisfactionSchema.optional(),
    note: freeText.optional(),
  }),
  closeWithoutReply: command('Close as the customer did not answer', ['agent', 'system'], {
    note: freeText.optional(),
  }),
  closeWithoutAgreement: command('Close without agreement', ['lead'], { note: freeText }),
  reapplyDeadlines: {
    summary: 'Lay another calendar version or policy on the promises that run',
    roles: ['system'],
    schema: z.strictObject({
      because: z.enum(['calendar', 'policyApplied']),
      /** The calendar version that is laid on. */
      calendar: calendarRefSchema,
      /** The policy that is in force; another one by now is refused. */
      policyVersion: z.int().min(1),
      /** Only deadlines that rest on days which no calendar knew. */
      provisionalOnly: z.boolean(),
    }),
  },
  fireTimer: {
    summary: 'What time alone brings',
    roles: ['system'],
    schema: z.strictObject({
      name: z.string().min(1).max(40),
      cycle: z.int().min(1),
      kind: z.enum(TIMER_KINDS),
      key: z.string().max(40),
      /** Revision of the event that armed it. */
      armedRevision: z.int().min(0),
      at: instantSchema,
    }),
  },
} as const;
export type CaseCommand = CommandOf<typeof caseCommands>;
