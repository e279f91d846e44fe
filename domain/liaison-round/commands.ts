import { z } from 'zod';
import type { Role } from '../case/actor.ts';
import { caseCommands, factTime } from '../case/case-commands.ts';
import { freeText, labelSchema } from '../case/case-events.ts';
import type { CommandOf } from '../case/event-definition.ts';
import { teamRef } from '../case/references.ts';
import {
  filterSchema,
  MAX_ROUND_CUSTOMERS,
  newEntrySchema,
  periodSchema,
  roundLiaisonSchema,
} from './events.ts';

const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});
const told = (summary: string) => ({
  summary,
  roles: ['system'] as const,
  schema: z.strictObject(roundLiaisonSchema.shape),
});
const { addNote, assign, attach, correctDetails, link, voidEntry } = caseCommands;

/** A round promises nothing and talks to nobody itself: of what every case can do it needs little. */
export const liaisonRoundCommands = {
  scheduleRound: command('Schedule a round of liaison forms', ['technicalService', 'lead'], {
    name: labelSchema,
    period: periodSchema,
    /** What picked the customers. */
    filter: filterSchema.default(() => ({})),
    /** Those it picked: what is looked up in a view is decided on as it was seen. */
    customers: z.array(newEntrySchema).min(1).max(MAX_ROUND_CUSTOMERS),
    form: labelSchema.optional(),
    /** The actor's own, if not given. */
    teamId: teamRef.optional(),
  }),
  openRound: command('Open the round: every customer gets a form', ['technicalService', 'lead'], {}),
  closeRound: command('Close the round, and the liaisons nobody answered', ['technicalService', 'lead'], {
    note: freeText.optional(),
  }),
  recordFormSent: told('A form of the round went out'),
  recordAnswer: told('A customer of the round answered'),
  recordAnswerTakenBack: told('An answer was recorded by mistake'),
  addNote,
  assign,
  attach,
  correctDetails,
  link,
  voidEntry,
} as const;
export type LiaisonRoundCommand = CommandOf<typeof liaisonRoundCommands>;
