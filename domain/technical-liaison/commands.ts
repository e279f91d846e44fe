import { z } from 'zod';
import type { Role } from '../case/actor.ts';
import { caseCommands, factTime } from '../case/case-commands.ts';
import { freeText } from '../case/case-events.ts';
import type { CommandOf } from '../case/event-definition.ts';
import { caseRef, colleagueRef, teamRef } from '../case/references.ts';
import { companySchema } from '../complaint/company.ts';
import { instantSchema, uuidSchema } from '../log/envelope.ts';
import { sampleResultSchema, technicalLiaisonEvents } from './events.ts';

const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});
const recorded = technicalLiaisonEvents;
const answered = recorded.TechnicalLiaisonAnswered.schema.shape;
const handedOver = recorded.TechnicalLiaisonHandedOver.schema.shape;

/** Its one promise is moved by no appointment, and an answer has no parts. */
const { agreeAppointment: _noAppointment, splitOff: _noParts, ...common } = caseCommands;

export const technicalLiaisonCommands = {
  ...common,
  sendForm: command('Send a liaison form to a customer', ['technicalService', 'system'], {
    ...recorded.TechnicalLiaisonFormSent.schema.omit({ customerGrade: true, teamId: true }).shape,
    /** The actor's own, if not given. */
    teamId: teamRef.optional(),
  }),
  recordResponse: {
    summary: "Record a customer's answer, to a form or without one",
    roles: ['customer', 'technicalService', 'marketing', 'system'],
    schema: z.strictObject({
      /** Whose answer it is; of a liaison that exists it is known already. */
      customer: companySchema.optional(),
      kind: answered.kind,
      contactId: answered.contactId,
      contactPosition: answered.contactPosition,
      channel: answered.channel,
      externalId: answered.externalId,
      text: answered.text,
      attachments: answered.attachments.default(() => []),
      /** When it reached any employee or channel: the promise runs from there. */
      receivedAt: instantSchema,
      /** Who looks after the customer in marketing, and gets a copy. */
      marketingContactId: colleagueRef.optional(),
      teamId: teamRef.optional(),
      continues: caseRef.optional(),
    }),
  },
  replyPreliminarily: command('Give the preliminary reply', ['technicalService'], {
    ...recorded.TechnicalLiaisonReplied.schema.omit({ messageId: true }).shape,
  }),
  assess: command('Say what the answer amounts to', ['technicalService'], {
    result: recorded.TechnicalLiaisonAssessed.schema.shape.result,
    note: freeText.optional(),
    /** It shows a hard problem: raised for the team named, else for the liaison's own. */
    hardProblem: z.strictObject({ description: freeText, teamId: teamRef.optional() }).optional(),
  }),
  handOverToSales: command('Ask sales for a mould or a sample', ['technicalService'], {
    need: handedOver.need,
    description: handedOver.description,
    product: handedOver.product,
    quantity: handedOver.quantity,
    contactId: handedOver.contactId,
    /** The marketing technical contact; the one known for the customer, if not given. */
    marketingContactId: colleagueRef.optional(),
    /** The team that owns the sample request; the liaison's own, if not given. */
    teamId: teamRef.optional(),
  }),
  recordSampleResult: {
    summary: 'What became of the sample',
    roles: ['system'],
    schema: z.strictObject({
      handOverId: uuidSchema,
      sampleRequestId: uuidSchema,
      result: sampleResultSchema,
    }),
  },
  recordSolution: command('Record the solution', ['technicalService'], {
    ...recorded.TechnicalLiaisonSolved.schema.shape,
  }),
  startProject: command('Register a development project', ['technicalService'], {
    ...recorded.TechnicalLiaisonProjectStarted.schema.shape,
  }),
  decline: command('Decline', ['technicalService'], {
    ...recorded.TechnicalLiaisonDeclined.schema.shape,
  }),
} as const;
export type TechnicalLiaisonCommand = CommandOf<typeof technicalLiaisonCommands>;
