import { z } from 'zod';
import { type Role, STAFF } from '../case/actor.ts';
import { caseCommands, factTime } from '../case/case-commands.ts';
import { freeText } from '../case/case-events.ts';
import type { CommandOf } from '../case/event-definition.ts';
import {
  factoryVisitEvents,
  feedbackSchema,
  findingSchema,
  hostsSchema,
  plannedDays,
  servicesSchema,
  visitorsSchema,
  waveSchema,
} from './events.ts';

const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});
const staff: readonly Role[] = STAFF;
/** Whoever hosts, of any department: the decision asks whether it is one of this visit's hosts. */
const hosts = staff;
/** The director, or whoever has the director's power in writing: the decision asks for the delegation. */
const director: readonly Role[] = [
  'marketingDirector',
  ...staff.filter(role => role !== 'marketingDirector'),
];

const { receivedAt, teamId, attachments, ...applied } = factoryVisitEvents.FactoryVisitApplied.schema.omit({
  registeredLate: true,
  customerGrade: true,
}).shape;
const { orders, ...feedback } = feedbackSchema;
const said = { ...feedback, orders: orders.default(() => []) };
const overlapReason = { overlapReason: freeText.optional() };

export const factoryVisitCommands = {
  ...caseCommands,
  apply: {
    summary: 'Apply for a visit to the factory',
    roles: ['customer', 'marketing'],
    schema: z.strictObject({
      ...applied,
      attachments: attachments.default(() => []),
      receivedAt: receivedAt.optional(),
      teamId: teamId.optional(),
    }),
  },
  assess: command('Grade the customer and propose services and days', ['agent'], {
    ...factoryVisitEvents.FactoryVisitAssessed.schema.omit({ proposedFor: true }).shape,
  }),
  approve: command('Approve the visit', director, { note: freeText.optional() }),
  returnForChanges: command('Return the proposal for changes', director, { changes: freeText }),
  reject: command('Reject the visit', director, { reason: freeText }),
  resubmit: command('Propose again after a return', ['agent'], {
    ...factoryVisitEvents.FactoryVisitResubmitted.schema.omit({ proposedFor: true }).shape,
  }),
  assignHosts: command('Name the counterparts and escorts', ['agent'], {
    counterparts: hostsSchema.counterparts,
    escorts: hostsSchema.escorts.default(() => []),
    ...overlapReason,
  }),
  reschedule: command('Move the visit to other days', ['agent'], {
    ...plannedDays,
    visitors: visitorsSchema.optional(),
    services: servicesSchema.optional(),
    reason: freeText,
    ...overlapReason,
  }),
  cancel: command('Cancel the visit', ['agent'], {
    ...factoryVisitEvents.FactoryVisitCancelled.schema.shape,
  }),
  recordNoShow: command('Record that the visitors did not come', ['agent'], { note: freeText.optional() }),
  recordVisitLog: command('Record what was seen, said and promised, and audit findings', hosts, {
    seen: freeText.optional(),
    said: freeText.optional(),
    promised: freeText.optional(),
    findings: z
      .array(findingSchema)
      .max(200)
      .default(() => []),
  }),
  complete: command('Record that the visit was held, and on which days', hosts, {
    ...factoryVisitEvents.FactoryVisitCompleted.schema.shape,
  }),
  correctHeldDates: command('Correct the days on which the visit was held', ['lead'], {
    heldFrom: factoryVisitEvents.FactoryVisitCompleted.schema.shape.heldFrom,
    heldTo: factoryVisitEvents.FactoryVisitCompleted.schema.shape.heldTo,
    reason: freeText,
  }),
  recordFeedback: command('Record what the customer says of the visit', ['customer', ...hosts], said),
  openFollowUpTask: command('Give marketing the task of a wave that opened', ['system'], {
    wave: waveSchema,
    cycle: z.int().min(1),
  }),
  recordContactAttempt: command('Record a try to reach the customer for a wave', ['marketing', 'customer'], {
    ...factoryVisitEvents.FactoryVisitContactAttempted.schema.omit({ cycle: true }).shape,
  }),
  recordFollowUp: command('Record what the customer says in a wave', ['marketing', 'customer'], {
    wave: waveSchema,
    ...said,
  }),
  declineFollowUp: command(
    'Record that the customer wants no follow-up in a wave',
    ['marketing', 'customer'],
    {
      wave: waveSchema,
      reason: freeText.optional(),
    },
  ),
} as const;
export type FactoryVisitCommand = CommandOf<typeof factoryVisitCommands>;
