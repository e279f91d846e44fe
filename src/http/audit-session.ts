import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AUDIT_ROLES, accessCommands } from '../../domain/access/access.ts';
import type { Actor } from '../../domain/case/actor.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import {
  type AccessRecorder,
  createAccessRecorder,
  type Look,
  LookRefusedError,
} from '../audit/access-recorder.ts';
import type { JsonObject } from '../privacy/json-edit.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import type { HttpEngine } from './engine-port.ts';
import { hangUp } from './hang-up.ts';
import type { InstantWriter } from './instants.ts';
import { ProblemError } from './problems.ts';

export interface AuditRouteParts {
  readonly engine: HttpEngine;
  readonly write: InstantWriter;
  /** The house's. */
  readonly timeZone: string;
}

type Parsed<T> = T extends z.ZodType ? z.infer<T> : Record<string, never>;

/**
 * A route by which somebody looks into the record. It takes one of the audit roles and an open session, in which the
 * look is recorded before anything is read; `handle` is given the look, to tell how a long one ended, and a signal that
 * aborts when the client hangs up: nobody is answered then, and the look says that it was cut off.
 */
export function auditedRoute<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodObject | undefined = undefined,
>(
  { engine }: AuditRouteParts,
  route: Omit<ApiRoute, 'access' | 'tag' | 'params' | 'query' | 'body' | 'handle' | 'headers'> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    /** camelCase, as it stands in the log. */
    readonly action: string;
    handle(
      call: ApiCall<Parsed<P>, Parsed<Q>, Parsed<B>>,
      look: Look,
      gone: AbortSignal,
    ): Promise<ApiAnswer | undefined>;
  },
): ApiRoute {
  const { action, handle, ...rest } = route;
  const recorder = createAccessRecorder(engine.people.give);
  return apiRoute<P, Q, B>({
    ...rest,
    tag: 'audit',
    access: [...AUDIT_ROLES],
    headers: ['Audit-Session'],
    problems: [...rest.problems, 'auditSessionNeeded'],
    async handle(call) {
      const gone = hangUp(call.reply);
      const look = await recorded(recorder, call, action);
      try {
        return await handle(call, look, gone);
      } catch (error) {
        await look.ended(gone.aborted ? 'cutOff' : 'failed', {});
        if (!gone.aborted) throw error;
        call.request.log.info({ action }, 'the client hung up: its look was cut off');
        call.reply.hijack();
        return undefined;
      }
    },
  });
}

async function recorded(
  recorder: AccessRecorder,
  { request, actor, params, query, body }: ApiCall<unknown, unknown, unknown>,
  action: string,
): Promise<Look> {
  const sessionId = sessionOf(request);
  const parameters = JSON.parse(
    JSON.stringify({ ...Object(params), ...Object(query), ...Object(body) }),
  ) as JsonObject;
  try {
    return await recorder.look(lookerOf(actor), sessionId, { action, parameters });
  } catch (error) {
    if (error instanceof LookRefusedError)
      throw new ProblemError('auditSessionNeeded', { detail: sentence(error.message) });
    throw error;
  }
}

function sessionOf(request: FastifyRequest): string {
  const header = request.headers['audit-session'];
  if (header === undefined) throw new ProblemError('auditSessionNeeded');
  const parsed = uuidSchema.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalidHeader', {
    detail: 'Audit-Session must be the id of an audit session, a UUID',
  });
}

function lookerOf({ id, roles, via }: Actor) {
  return { userId: id, roles, via };
}

/** What an error says, as a problem's detail. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const sessionSchema = z.object({
  id: z.uuid(),
  expiresAt: z.string().meta({ format: 'date-time', description: 'Looks after this need a new session.' }),
});

/** Who looks says why, once; the looks go into that session's stream. */
export function auditSessionRoutes({ engine, write }: AuditRouteParts): readonly ApiRoute[] {
  const recorder = createAccessRecorder(engine.people.give);
  return [
    apiRoute({
      method: 'POST',
      url: '/v1/audit/sessions',
      operationId: 'audit.openSession',
      tag: 'audit',
      summary: accessCommands.openSession.summary,
      description:
        'Every look into the record is an event: who, what, when, and why. The reason is given here, and holds for the looks of this session.',
      access: [...AUDIT_ROLES],
      body: z.strictObject({ reason: accessCommands.openSession.schema.shape.reason }),
      success: { status: 201, description: 'Send its id in `Audit-Session`.', schema: sessionSchema },
      problems: [],
      async handle({ actor, body: { reason } }) {
        const { sessionId, expiresAt } = await recorder.openSession(lookerOf(actor), reason);
        return { status: 201, body: { id: sessionId, expiresAt: write(expiresAt) } };
      },
    }),
    apiRoute({
      method: 'DELETE',
      url: '/v1/audit/sessions/:id',
      operationId: 'audit.endSession',
      tag: 'audit',
      summary: 'End your audit session',
      access: [...AUDIT_ROLES],
      params: z.strictObject({ id: uuidSchema }),
      success: { status: 200, description: 'It takes no more looks.', schema: z.object({ id: z.uuid() }) },
      problems: ['auditSessionNeeded'],
      async handle({ actor, params: { id } }) {
        try {
          await recorder.endSession(lookerOf(actor), id);
        } catch (error) {
          if (error instanceof LookRefusedError)
            throw new ProblemError('auditSessionNeeded', { detail: sentence(error.message) });
          throw error;
        }
        return { status: 200, body: { id } };
      },
    }),
  ];
}
