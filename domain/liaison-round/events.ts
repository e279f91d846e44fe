import { z } from 'zod';
import { caseEvents, labelSchema } from '../case/case-events.ts';
import type { EventOf } from '../case/event-definition.ts';
import { caseRef, colleagueRef, contactRef, teamRef } from '../case/references.ts';
import { companySchema, siteRegionSchema } from '../complaint/company.ts';
import { uuidSchema } from '../log/envelope.ts';

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });

/** A round's customers stand in one event, and a form and an answer of each in its stream: more is another round. */
export const MAX_ROUND_CUSTOMERS = 500;

/** The local dates that a round asks about, both included. */
export const periodSchema = z.object({ from: z.iso.date(), to: z.iso.date() });
export type Period = z.infer<typeof periodSchema>;

/** By what the customers were picked: recorded beside the list that it gave. */
export const filterSchema = z.object({
  grades: z
    .array(z.enum(['A', 'B', 'C', 'D']))
    .max(4)
    .optional(),
  regions: z.array(siteRegionSchema).max(4).optional(),
  products: z.array(labelSchema).max(100).optional(),
  description: labelSchema.optional(),
});

const asked = {
  customer: companySchema,
  contactId: contactRef.optional(),
  /** Who looks after the customer in marketing. */
  marketingContactId: colleagueRef.optional(),
  channel: z.enum(['email', 'fax']),
};
export const newEntrySchema = z.object({ ...asked, channel: asked.channel.default('email') });
/** A customer of the round, by an id that its forms and answers name. */
export const entrySchema = z.object({ entryId: uuidSchema, ...asked });
export type Entry = z.infer<typeof entrySchema>;
const entriesSchema = z.array(entrySchema).max(MAX_ROUND_CUSTOMERS);

/** A liaison that the round waits for. */
export const roundLiaisonSchema = z.object({ entryId: uuidSchema, liaisonId: caseRef });

/** The round's own events, and those that every case can have. */
export const liaisonRoundEvents = {
  ...caseEvents,
  LiaisonRoundScheduled: v1({
    name: labelSchema,
    period: periodSchema,
    filter: filterSchema,
    customers: entriesSchema,
    /** Which printed form goes out. */
    form: labelSchema.optional(),
    teamId: teamRef,
  }),
  /** Carries the customers who have no form yet: the workflow sends one to each. */
  LiaisonRoundOpened: v1({
    customers: entriesSchema,
    form: labelSchema.optional(),
    teamId: teamRef,
  }),
  LiaisonRoundFormSent: v1({
    ...roundLiaisonSchema.shape,
    /** The round was closed before it heard of this form: the workflow closes its liaison. */
    afterClosing: z.boolean(),
  }),
  LiaisonRoundAnswered: v1({
    ...roundLiaisonSchema.shape,
    /** It came after the closing, whose figures stay as they were. */
    late: z.boolean(),
  }),
  LiaisonRoundAnswerTakenBack: v1(roundLiaisonSchema.shape),
  /** The figures at the closing, and the liaisons that the workflow closes. */
  LiaisonRoundClosed: v1({
    customers: z.int().min(1),
    sent: z.int().min(0),
    answered: z.int().min(0),
    /** Answered of sent, from 0 to 1; absent where no form went out. */
    responseRate: z.number().min(0).max(1).optional(),
    unanswered: z.array(roundLiaisonSchema),
  }),
};
export type LiaisonRoundEvent = EventOf<typeof liaisonRoundEvents>;
