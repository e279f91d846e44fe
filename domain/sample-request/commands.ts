import { z } from 'zod';
import type { Role } from '../case/actor.ts';
import { caseCommands, factTime } from '../case/case-commands.ts';
import type { CommandOf } from '../case/event-definition.ts';
import { colleagueRef, teamRef } from '../case/references.ts';
import { instantSchema } from '../log/envelope.ts';
import { sampleRequestEvents } from './events.ts';

const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});
const recorded = sampleRequestEvents;
const opened = recorded.SampleRequestOpened.schema.shape;

/** It promises nothing that an appointment could move, and one sample is not part of another. */
const {
  agreeAppointment: _noAppointment,
  mergeInto: _noMerge,
  absorb: _noTakingOver,
  unmerge: _noUnmerge,
  settleMerge: _noSettling,
  release: _noRelease,
  splitOff: _noParts,
  ...common
} = caseCommands;

export const sampleRequestCommands = {
  ...common,
  open: {
    summary: 'Ask for a mould or a sample',
    roles: ['marketing', 'system'],
    schema: z.strictObject({
      need: opened.need,
      description: opened.description,
      customer: opened.customer,
      contactId: opened.contactId,
      product: opened.product,
      quantity: opened.quantity,
      /** Given by the workflow alone; by hand a liaison is linked. */
      liaison: opened.liaison,
      /** Who receives it in marketing: its assignee. */
      marketingContactId: colleagueRef.optional(),
      receivedAt: instantSchema.optional(),
      teamId: teamRef.optional(),
      priority: z.enum(['normal', 'urgent']).default('normal'),
      continues: opened.continues,
    }),
  },
  quote: command('Quote a price', ['marketing'], recorded.SampleRequestQuoted.schema.shape),
  startMaking: command(
    'Start making it',
    ['marketing', 'technicalService', 'contributor'],
    recorded.SampleRequestMakingStarted.schema.shape,
  ),
  send: command(
    'Send the sample',
    ['marketing', 'technicalService', 'contributor'],
    recorded.SampleRequestSent.schema.shape,
  ),
  judge: command("Record the customer's judgement of the sample", ['customer', 'marketing'], {
    ...recorded.SampleRequestJudged.schema.omit({ by: true, liaison: true }).shape,
  }),
  withdraw: { ...caseCommands.withdraw, roles: ['customer', 'marketing', 'agent', 'lead'] },
  reopen: { ...caseCommands.reopen, roles: ['customer', 'marketing', 'agent', 'lead'] },
} as const;
export type SampleRequestCommand = CommandOf<typeof sampleRequestCommands>;
