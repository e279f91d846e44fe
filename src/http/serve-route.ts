import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor } from '../../domain/case/actor.ts';
import { inCanonicalOrder } from '../engine/canonical-order.ts';
import type { ApiRoute } from './api-route.ts';
import { actorOf, authenticate, demandAccess } from './authentication.ts';
import type { HttpEngine } from './engine-port.ts';
import { fieldErrors } from './field-errors.ts';
import { actingFor } from './on-behalf.ts';
import { ProblemError } from './problems.ts';
import type { RequestLimits } from './request-limits.ts';

const NOBODY: Actor = {
  id: '00000000-0000-0000-0000-000000000000',
  role: 'customer',
  roles: [],
  via: 'http',
  qualifications: [],
};

/** Puts an operation on the server: limits, authentication and access before the body is read, one parse, one answer. */
export function serveRoute(
  app: FastifyInstance,
  route: ApiRoute,
  { engine, limits }: { readonly engine: HttpEngine; readonly limits: RequestLimits },
): void {
  const actors = new WeakMap<FastifyRequest, Actor>();
  // What it gives out is written to the log as it is: see `inCanonicalOrder`.
  const bodySchema = route.body && inCanonicalOrder(route.body);
  app.route({
    method: route.method,
    url: route.url,
    config: { quiet: route.quiet ?? false },
    // An answer that never ends has no length to ask for.
    exposeHeadRoute: route.method === 'GET' && route.success.mediaType !== 'text/event-stream',
    async onRequest(request) {
      if (route.access === 'public') return;
      const own = await admitted(request);
      request.logFields.userId = own.id;
      const actor = route.headers?.includes('On-Behalf-Of') === true ? actingFor(engine, request, own) : own;
      actors.set(request, actor);
      demandAccess(actor, route.access);
    },
    async handler(request, reply) {
      if (route.method === 'GET' && route.quiet !== true) markStale(reply, engine);
      const params = parsed(route.params, request.params, 'params');
      const query = parsed(route.query, request.query, 'query');
      const body = parsed(bodySchema, request.body, 'body');
      if (route.query === undefined) refuseQuery(request.query);
      const actor = actors.get(request) ?? NOBODY;
      const answer = await route.handle({ request, reply, actor, params, query, body });
      if (answer === undefined) return reply;
      return send(reply, answer.status, answer.headers, answer.body);
    },
  });

  async function admitted(request: FastifyRequest): Promise<Actor> {
    let holder: Awaited<ReturnType<typeof authenticate>>;
    try {
      holder = await authenticate(engine, request);
    } catch (error) {
      await limits.countFailure(request);
      throw error;
    }
    await limits.countToken(request, holder.tokenHash);
    return actorOf(holder.user);
  }
}

/** Of a node that hears nothing of what others write: what it answers may be older than the log. */
function markStale(reply: FastifyReply, { node }: Pick<HttpEngine, 'node'>): void {
  const silentSince = node?.silentSince();
  if (silentSince !== undefined) reply.header('redress-stale-since', new Date(silentSince).toISOString());
}

function send(
  reply: FastifyReply,
  status: number,
  headers: Readonly<Record<string, string>> | undefined,
  body: unknown,
): FastifyReply {
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  return reply.send(body);
}

type Part = 'params' | 'query' | 'body';

function parsed(schema: z.ZodObject | undefined, input: unknown, part: Part): unknown {
  if (schema === undefined) return {};
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  const errors = fieldErrors(result.error, input ?? {});
  if (part === 'params') {
    throw new ProblemError('noSuchResource', {
      detail: `The address has a part that cannot be: ${errors.map(e => `${e.path.slice(1)} ${e.message}`).join('; ')}.`,
    });
  }
  throw new ProblemError('invalidFields', {
    errors: part === 'query' ? errors.map(e => ({ ...e, path: e.path.slice(1) })) : errors,
  });
}

function refuseQuery(query: unknown): void {
  if (typeof query !== 'object' || query === null) return;
  const names = Object.keys(query);
  if (names.length === 0) return;
  throw new ProblemError('invalidFields', {
    errors: names
      .slice(0, 50)
      .map(name => ({ path: name.slice(0, 100), message: 'is no parameter of this request' })),
  });
}
