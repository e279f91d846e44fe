import { z } from 'zod';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { listLooks } from '../audit/list-looks.ts';
import type { ApiRoute } from './api-route.ts';
import { type AuditRouteParts, auditedRoute, auditSessionRoutes } from './audit-session.ts';
import { instantsToText, instantText } from './instants.ts';

const instant = z.string().meta({ format: 'date-time' });
const lookSchema = z.object({
  sessionId: z.uuid(),
  lookId: z.uuid(),
  userId: z.uuid(),
  via: z.string(),
  at: instant,
  reason: z.string(),
  action: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  outcome: z.string().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
});

/** What those with an audit role may look into. Nothing of it changes anything but the record of their looks. */
export function auditRoutes(parts: AuditRouteParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  return [
    ...auditSessionRoutes(parts),
    auditedRoute(parts, {
      method: 'GET',
      url: '/v1/audit/looks',
      operationId: 'audit.looks',
      action: 'looks',
      summary: 'Who looked into the record, when and why: the newest thousand',
      query: z.strictObject({
        from: instantText.optional(),
        to: instantText.optional(),
        userId: uuidSchema.optional(),
        about: z.string().min(1).max(60).optional().meta({ description: 'A case, as it was asked for.' }),
      }),
      success: { status: 200, description: 'The looks.', schema: z.object({ looks: z.array(lookSchema) }) },
      problems: [],
      async handle({ query }, look) {
        const looks = await listLooks({ log: engine.store, sealer: engine.sealer }, query);
        await look.ended('done', { looks: looks.length });
        return { status: 200, body: { looks: looks.map(each => instantsToText(each, write)) } };
      },
    }),
  ];
}
