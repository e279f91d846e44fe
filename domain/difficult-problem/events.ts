import { z } from 'zod';
import { productSchema } from '../after-sales/events.ts';
import { caseEvents, freeText, labelSchema } from '../case/case-events.ts';
import type { EventOf } from '../case/event-definition.ts';
import { caseRef, codeRef, teamRef } from '../case/references.ts';
import { instantSchema } from '../log/envelope.ts';

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });

/** The case that showed the problem. */
export const originSchema = z.object({ lifecycle: z.string().min(1).max(60), caseId: caseRef });
export type Origin = z.infer<typeof originSchema>;

/** Where it came up; production and development have no customer. */
export const foundInSchema = z.enum(['case', 'production', 'development', 'other']);

/** The difficult problem's own events, and those that every case has. */
export const difficultProblemEvents = {
  ...caseEvents,
  DifficultProblemRaised: v1({
    foundIn: foundInSchema,
    origin: originSchema.optional(),
    description: freeText,
    product: productSchema.optional(),
    defectCategory: codeRef('defectCategory', labelSchema).optional(),
    receivedAt: instantSchema,
    registeredLate: z.boolean(),
    teamId: teamRef,
    priority: z.enum(['normal', 'urgent']),
  }),
  DifficultProblemResponded: v1({ response: freeText }),
  DifficultProblemProgressed: v1({ progress: freeText }),
  /** With what was learnt, for the library. */
  DifficultProblemSolved: v1({ solution: freeText, lesson: freeText }),
};
export type DifficultProblemEvent = EventOf<typeof difficultProblemEvents>;
