import { z } from 'zod';
import { deadlineRunsCommands, RUN_ENDINGS, runKindSchema } from '../../domain/house/deadline-runs.ts';
import { PUBLISHERS, reasonSchema } from '../../domain/house/publishing.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { calendarIdSchema } from '../../domain/time/calendar-version.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import { byHand } from './calendar-routes.ts';
import { askingOf, type DirectoryParts } from './directory-command.ts';
import { found, givenAnswer, givenSchema, instantField, writtenFields } from './house-answers.ts';
import { instantsToText } from './instants.ts';
import { ProblemError } from './problems.ts';

const TAG = 'deadline-runs';
const what = runKindSchema.meta({
  description:
    '`calendar`: the newest version on all open promises; `provisional`: on those alone that rest on days nobody knew; `policy`: the policy in force, with its calendar.',
});
const wanted = {
  what,
  calendarId: calendarIdSchema.optional().meta({ description: "The policy's own calendar, if not given." }),
};
const runSchema = z.object({
  runId: z.uuid(),
  what,
  calendar: z.object({ id: z.string(), version: z.int() }),
  policyVersion: z.int(),
  startedAt: instantField,
  ...writtenFields,
  cases: z.int().meta({ description: 'Looked at so far.' }),
  moved: z.int().meta({ description: 'Deadlines that were rescheduled so far.' }),
  left: z.int().meta({ description: 'Cases left as they are; the log of the service says which.' }),
  after: z.uuid().optional(),
  ended: z.object({ outcome: z.enum(RUN_ENDINGS), at: instantField }).optional(),
});
const moveSchema = z.object({
  caseId: z.uuid(),
  number: z.string().optional(),
  lifecycle: z.string(),
  clock: z.string(),
  cycle: z.int(),
  fromAt: instantField,
  toAt: instantField.meta({
    description: 'The same as `fromAt` where only warnings or the provisional mark change.',
  }),
  wasProvisional: z.boolean(),
  provisional: z.boolean(),
  why: z.array(z.string()),
});

/** Laying calendars and policies on promises that run: tried first, then done. */
export function deadlineRunRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { deadlineRuns, store, views } = engine;
  const asText = (value: unknown) => Object(instantsToText(value, write));

  return [
    apiRoute({
      method: 'GET',
      url: '/v1/deadline-runs/preview',
      operationId: 'deadlineRuns.preview',
      tag: TAG,
      summary: 'Every deadline that a run would move now, from and to, and why; nothing is written',
      description:
        'In pages by case: ask again with `after` set to `next` until there is none. A page may be empty and not the last.',
      access: READERS,
      query: z.strictObject({
        ...wanted,
        after: uuidSchema.optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(200),
      }),
      success: {
        status: 200,
        description: 'A page of moves.',
        schema: z.object({
          calendar: z.object({ id: z.string(), version: z.int() }),
          policyVersion: z.int(),
          cases: z.int().meta({ description: 'Looked at for this page.' }),
          moves: z.array(moveSchema),
          next: z.uuid().optional(),
        }),
      },
      problems: ['noSuchResource'],
      async handle({ query: { after = '', limit, ...asked } }) {
        const { moves, cases, laidOn, next } = await known(() =>
          deadlineRuns.preview(asked, { after, limit }),
        );
        const { id, version } = laidOn.calendar;
        const named = moves.map(move => {
          const number = views.numberOf(move.caseId);
          return number === undefined ? move : { ...move, number };
        });
        return {
          status: 200,
          body: {
            calendar: { id, version },
            policyVersion: laidOn.policy.version,
            cases,
            moves: asText(named),
            ...(next === undefined ? {} : { next }),
          },
        };
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/deadline-runs',
      operationId: 'deadlineRun.start',
      tag: TAG,
      summary: deadlineRunsCommands.startRun.summary,
      description:
        'A command a case, each with its rescheduling in the log; the run goes on by itself, and after a restart too. One at a time.',
      access: byHand(PUBLISHERS),
      body: z.strictObject({ ...wanted, reason: reasonSchema }),
      headers: ['Idempotency-Key'],
      success: {
        status: 202,
        description: 'The run has begun.',
        schema: givenSchema.extend({ runId: z.uuid() }),
      },
      problems: ['noSuchResource', 'rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const asking = askingOf(call, 'startRun', store.logId, PUBLISHERS);
        const given = await known(() => deadlineRuns.start(call.body, asking));
        const [event] = given.outcome === 'accepted' ? given.events : [];
        return givenAnswer(parts, given, 202, { runId: event?.data.runId });
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/deadline-runs',
      operationId: 'deadlineRuns.list',
      tag: TAG,
      summary: 'The runs of this year and the last, the newest first',
      access: READERS,
      success: { status: 200, description: 'The runs.', schema: z.object({ runs: z.array(runSchema) }) },
      problems: [],
      handle: async () => ({ status: 200, body: asText({ runs: await deadlineRuns.list() }) }),
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/deadline-runs/:id',
      operationId: 'deadlineRuns.get',
      tag: TAG,
      summary: 'How far a run is, or how it ended',
      access: READERS,
      params: z.strictObject({ id: uuidSchema }),
      success: { status: 200, description: 'The run.', schema: runSchema },
      problems: ['noSuchResource'],
      async handle({ params: { id } }) {
        const runs = await deadlineRuns.list();
        return {
          status: 200,
          body: asText(
            found(
              runs.find(({ runId }) => runId === id),
              'such run',
            ),
          ),
        };
      },
    }),
    apiRoute({
      method: 'POST',
      url: '/v1/deadline-runs/:id/stop',
      operationId: 'deadlineRun.stop',
      tag: TAG,
      summary: deadlineRunsCommands.stopRun.summary,
      access: byHand(PUBLISHERS),
      params: z.strictObject({ id: uuidSchema }),
      body: z.strictObject({ reason: reasonSchema }),
      headers: ['Idempotency-Key'],
      success: { status: 200, description: 'It is stopped.', schema: givenSchema },
      problems: ['rejected', 'keyReused', 'conflict'],
      async handle(call) {
        const asking = askingOf(call, 'stopRun', store.logId, PUBLISHERS);
        return givenAnswer(parts, await deadlineRuns.stop(call.params.id, call.body.reason, asking), 200);
      },
    }),
  ];
}

/** A calendar that nobody published is no fault of ours. */
async function known<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NotPublishedError') throw error;
    throw new ProblemError('noSuchResource', { detail: `There is no such calendar: ${error.message}.` });
  }
}
