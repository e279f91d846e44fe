import { z } from 'zod';
import type { AggregateOutcome } from '../directory/aggregate-writer.ts';
import type { WhichState } from '../house/house-calendars.ts';
import type { ApiAnswer } from './api-route.ts';
import type { DirectoryParts } from './directory-command.ts';
import { directoryProblem } from './directory-command.ts';
import { positionToken } from './position-token.ts';
import { ProblemError } from './problems.ts';

const instant = z.string().meta({ format: 'date-time' });

export const writtenFields = {
  writtenAt: instant,
  by: z
    .uuid()
    .meta({ description: 'Who wrote it; the command line and the first start are the house itself.' }),
  onBehalfOf: z.uuid().optional(),
  reason: z.string().optional(),
};
export const instantField = instant;

export const changesSchema = z.array(
  z.object({
    what: z.string().meta({ description: 'A date, a weekday, a promise, or the name of a field.' }),
    before: z.string().optional(),
    after: z.string().optional(),
  }),
);

/** A state of a calendar or policy in an address. */
export const whichSchema = z
  .string()
  .regex(/^(\d{1,6}|draft|inForce)$/, 'must be the number of a version, draft, or inForce')
  .transform((text): WhichState => (text === 'draft' || text === 'inForce' ? text : Number(text)))
  .meta({ description: 'The number of a version, `draft`, or `inForce` (what decisions use now).' });

/** A word where there is no such calendar, version or draft. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ProblemError('noSuchResource', { detail: `There is no ${what}.` });
  return value;
}

/** What a command to a stream of the house did. @throws ProblemError when it did nothing */
export function givenAnswer(
  { engine, write }: DirectoryParts,
  given: AggregateOutcome,
  status: number,
  body: object = {},
): ApiAnswer {
  if (given.outcome !== 'accepted') throw directoryProblem(given, write);
  const { position, revision, replayed } = given;
  return {
    status,
    headers: replayed ? { 'idempotency-replayed': 'true' } : {},
    body: {
      revision,
      ...(position === undefined ? {} : { position: positionToken(engine.store, position) }),
      ...body,
    },
  };
}
export const givenSchema = z.object({ revision: z.int(), position: z.string().optional() });
