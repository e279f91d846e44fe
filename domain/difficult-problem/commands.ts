import { z } from 'zod';
import type { Role } from '../case/actor.ts';
import { caseCommands, factTime } from '../case/case-commands.ts';
import type { CommandOf } from '../case/event-definition.ts';
import { teamRef } from '../case/references.ts';
import { instantSchema } from '../log/envelope.ts';
import { difficultProblemEvents, foundInSchema } from './events.ts';

const command = <T extends z.ZodRawShape>(summary: string, roles: readonly Role[], shape: T) => ({
  summary,
  roles,
  schema: z.strictObject({ ...factTime, ...shape }),
});
const recorded = difficultProblemEvents;
const raised = recorded.DifficultProblemRaised.schema.shape;
const solvers: readonly Role[] = ['technicalService', 'technicalCentre', 'qa'];

/** There is no customer to write to, to wait for, to agree a date with: that is the case's that showed the problem. */
const {
  recordMessage: _noMessages,
  agreeAppointment: _noAppointment,
  pauseClock: _noPause,
  resumeClock: _noResume,
  splitOff: _noParts,
  withdraw: _noCustomer,
  closeWithoutReply: _noSilence,
  closeWithoutAgreement: _noAgreement,
  ...common
} = caseCommands;

export const difficultProblemCommands = {
  ...common,
  raise: {
    summary: 'Raise a difficult problem',
    roles: ['technicalService', 'technicalCentre', 'qa', 'contributor', 'system'],
    schema: z.strictObject({
      foundIn: foundInSchema,
      /** Of a problem found in a case: which. */
      origin: raised.origin,
      description: raised.description,
      product: raised.product,
      defectCategory: raised.defectCategory,
      /** When it came up; now, if not given. */
      receivedAt: instantSchema.optional(),
      teamId: teamRef.optional(),
      priority: z.enum(['normal', 'urgent']).default('normal'),
    }),
  },
  respond: command('Give the first response', solvers, recorded.DifficultProblemResponded.schema.shape),
  recordProgress: command(
    'Say how far the work has come',
    [...solvers, 'contributor'],
    recorded.DifficultProblemProgressed.schema.shape,
  ),
  recordSolution: command(
    'Record the solution and what was learnt',
    solvers,
    recorded.DifficultProblemSolved.schema.shape,
  ),
  mergeInto: { ...caseCommands.mergeInto, roles: [...solvers, 'lead'] },
  unmerge: { ...caseCommands.unmerge, roles: [...solvers, 'lead'] },
  reopen: { ...caseCommands.reopen, roles: [...solvers, 'lead'] },
} as const;
export type DifficultProblemCommand = CommandOf<typeof difficultProblemCommands>;
