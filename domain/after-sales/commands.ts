import { z } from 'zod';
import { type Role, STAFF } from '../case/actor.ts';
import { caseCommands, factTime } from '../case/case-commands.ts';
import { freeText } from '../case/case-events.ts';
import type { CommandOf } from '../case/event-definition.ts';
import { recurrenceCommands } from '../case/recurrence.ts';
import { teamRef } from '../case/references.ts';
import { afterSalesEvents, partSchema, peopleSchema } from './events.ts';

const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});
const staff: readonly Role[] = STAFF;
const reported = afterSalesEvents.AfterSalesReported.schema.shape;
const { messageId: _given, ...answered } = afterSalesEvents.AfterSalesAnswered.schema.shape;
const { messageId: _made, ...resolvedRemotely } = afterSalesEvents.AfterSalesResolvedRemotely.schema.shape;

export const afterSalesCommands = {
  ...caseCommands,
  ...recurrenceCommands,
  report: {
    summary: 'Report a fault',
    roles: ['customer', 'agent', 'integration', 'system'],
    schema: z.strictObject({
      customer: reported.customer,
      contactId: reported.contactId,
      channel: reported.channel,
      siteRegion: reported.siteRegion,
      site: reported.site,
      product: reported.product,
      order: reported.order,
      defectCategory: reported.defectCategory,
      fault: reported.fault,
      attachments: reported.attachments.default(() => []),
      receivedAt: reported.receivedAt.optional(),
      teamId: teamRef.optional(),
      priority: z.enum(['normal', 'urgent']).default('normal'),
      continues: reported.continues,
    }),
  },
  answer: command(
    'Give the first answer on the matter',
    ['agent', 'technician', 'technicalService'],
    answered,
  ),
  resolveRemotely: command('Resolve the fault from afar', ['agent', 'lead', 'technician'], resolvedRemotely),
  dispatch: command('Send technicians', ['agent', 'lead', 'technician'], {
    ...afterSalesEvents.TechnicianDispatched.schema.shape,
  }),
  recordArrival: command('Record the arrival on site', ['agent', 'lead', 'technician'], {
    /** Those who were sent, if not given. */
    people: peopleSchema.optional(),
    note: freeText.optional(),
  }),
  resolveOnSite: command('Record the solution on site', ['agent', 'lead', 'technician'], {
    people: peopleSchema.optional(),
    work: freeText,
    parts: z
      .array(partSchema)
      .max(100)
      .default(() => []),
    travel: afterSalesEvents.AfterSalesResolvedOnSite.schema.shape.travel,
  }),
  confirm: command('Confirm that the fault is resolved', ['customer', 'agent', 'system'], {
    evidence: freeText.optional(),
  }),
  dispute: command('Say that the fault is not resolved', ['customer', 'agent'], { reason: freeText }),
  /** An internal role table that differs from the common one. */
  close: { ...caseCommands.close, roles: staff },
} as const;
export type AfterSalesCommand = CommandOf<typeof afterSalesCommands>;
