import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import type { FollowUpCall } from '../../projections/follow-up-calls.ts';
import { MOST_FOLLOW_UP_TASKS } from '../views/queries/follow-up-calls.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import { type InstantWriter, instantText } from './instants.ts';
import type { ViewRouteParts } from './view-routes.ts';
import { viewsSeen } from './views-seen.ts';

const instant = z.string().meta({ format: 'date-time' });
const callSchema = z.object({
  contactId: z.string().nullable().meta({ description: 'Of nobody named: a call of its own.' }),
  dueAt: instant.meta({ description: 'When the first of its tasks is due.' }),
  tasks: z.array(
    z.object({
      caseId: z.uuid(),
      number: z.string().optional(),
      wave: z.string(),
      cycle: z.int(),
      taskId: z.uuid(),
      teamId: z.string().nullable(),
      assigneeId: z.string().nullable(),
      openedAt: instant,
      dueAt: instant,
      attempts: z.int(),
      missed: z.boolean(),
    }),
  ),
});

/** What marketing has to ask customers after their visits. */
export function followUpRoutes({ engine, write, waitTimeoutMs }: ViewRouteParts): readonly ApiRoute[] {
  const { views, policies, clock } = engine;
  const seen = viewsSeen(engine, waitTimeoutMs);
  return [
    apiRoute({
      method: 'GET',
      url: '/v1/follow-up-calls',
      operationId: 'followUpCalls.list',
      tag: 'promises',
      summary: 'Follow-up waves that wait for a call; due first first',
      description:
        'Waves of one contact that fall due within ten working days of the first are one call. A task is there from its ' +
        `wave's opening until the wave has its result. Not paged: of the first ${MOST_FOLLOW_UP_TASKS} tasks; \`more\` says that there are others.`,
      access: READERS,
      query: z.strictObject({
        assigneeId: uuidSchema.optional(),
        teamId: uuidSchema.optional(),
        contactId: uuidSchema.optional(),
        caseId: uuidSchema.optional(),
        dueBy: instantText.optional(),
        after: z.string().max(200).optional().meta({
          description: "A position of a command's answer: the query waits until the views have seen it.",
        }),
      }),
      success: {
        status: 200,
        description: 'The calls.',
        schema: z.object({ calls: z.array(callSchema), more: z.literal(true).optional() }),
      },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        const { after: _seen, ...filter } = query;
        const now = clock.now();
        const calendar = policies.calendarKnownAt(policies.policyAt(now).calendarId, now);
        const { calls, more } = views.followUpCalls(filter, calendar);
        return {
          status: 200,
          body: {
            calls: calls.map(call => callDocument(call, id => views.numberOf(id), write)),
            ...(more ? { more } : {}),
          },
        };
      },
    }),
  ];
}

function callDocument(
  { contactId, dueAt, tasks }: FollowUpCall,
  numberOf: (caseId: string) => string | undefined,
  write: InstantWriter,
): z.infer<typeof callSchema> {
  return {
    contactId,
    dueAt: write(dueAt),
    tasks: tasks.map(({ contactId: _ofTheCall, ...task }) => {
      const number = numberOf(task.caseId);
      return {
        ...task,
        ...(number === undefined ? {} : { number }),
        openedAt: write(task.openedAt),
        dueAt: write(task.dueAt),
      };
    }),
  };
}
