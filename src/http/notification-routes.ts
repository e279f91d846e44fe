import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { notificationKindSchema } from '../../domain/notification/notification.ts';
import { NOTIFICATION_STATES, type NotificationRow } from '../../projections/notifications.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import type { InstantWriter } from './instants.ts';
import { orNull } from './view-documents.ts';
import { after, page, type ViewRouteParts } from './view-routes.ts';
import { viewsSeen } from './views-seen.ts';

const instant = z.string().meta({ format: 'date-time' });
const notificationSchema = z.object({
  messageId: z.uuid(),
  kind: z.string(),
  state: z.enum(NOTIFICATION_STATES),
  lifecycle: z.string(),
  caseId: z.uuid(),
  number: z.string().optional(),
  role: z.string().meta({ description: 'Why it is told to them: assignee, lead, contact, …' }),
  userId: z.string().nullable(),
  contactId: z.string().nullable(),
  teamId: z.string().nullable(),
  clock: z.string().nullable(),
  dueAt: instant.nullable(),
  happenedAt: instant,
  queuedAt: instant,
  nextAt: instant.nullable().meta({ description: 'When it is tried, or claimed anew; null at its end.' }),
  attempts: z.int(),
  endedAt: instant.nullable(),
  problem: z.string().nullable().meta({ description: 'What became of the last attempt: `refused 503`.' }),
});

/** What was told, is to be told, and could not be told. */
export function notificationRoutes({ engine, write, waitTimeoutMs }: ViewRouteParts): readonly ApiRoute[] {
  const { views } = engine;
  const seen = viewsSeen(engine, waitTimeoutMs);
  return [
    apiRoute({
      method: 'GET',
      url: '/v1/notifications',
      operationId: 'notifications.list',
      tag: 'promises',
      summary: 'What was told to whom, or waits to be; newest first',
      access: READERS,
      query: z.strictObject({
        state: z.enum(NOTIFICATION_STATES).optional(),
        kind: notificationKindSchema.optional(),
        caseId: uuidSchema.optional(),
        userId: uuidSchema.optional(),
        ...page,
        ...after,
      }),
      success: {
        status: 200,
        description: 'One page.',
        schema: z.object({ notifications: z.array(notificationSchema), next: z.string().optional() }),
      },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        const { limit, cursor, after: _seen, ...filter } = query;
        const { rows, next } = views.notifications(filter, { limit, cursor });
        const notifications = rows.map(row => notificationDocument(row, views.numberOf(row.caseId), write));
        return { status: 200, body: { notifications, ...(next === undefined ? {} : { next }) } };
      },
    }),
  ];
}

function notificationDocument(
  row: NotificationRow,
  number: string | undefined,
  write: InstantWriter,
): z.infer<typeof notificationSchema> {
  return {
    ...row,
    ...(number === undefined ? {} : { number }),
    dueAt: orNull(row.dueAt, write),
    happenedAt: write(row.happenedAt),
    queuedAt: write(row.queuedAt),
    nextAt: orNull(row.nextAt, write),
    endedAt: orNull(row.endedAt, write),
  };
}
