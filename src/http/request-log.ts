import type { FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the one log line of the request says beside its route: ids and outcomes, never names or bodies. */
    logFields: RequestLogFields;
    startedAt: number;
  }
  interface FastifyContextConfig {
    quiet?: boolean;
  }
}

export interface RequestLogFields {
  userId?: string;
  onBehalfOf?: string;
  caseId?: string;
  command?: string;
  /** `accepted`, `replayed`, a problem's name, or a rejection's reason. */
  outcome?: string;
}

/** Paths of fields that must not be logged, wherever they come from: a second line, after not giving them to the log. */
export const REDACTED_PATHS = [
  'authorization',
  'token',
  'password',
  'headers.authorization',
  'req.headers.authorization',
  'request.headers.authorization',
  'body',
  'name',
  'phone',
  'email',
  'contact',
  'text',
  'description',
  '*.token',
  '*.phone',
  '*.email',
  '*.body',
];

/** One line a request. The route is its pattern: neither a query string nor a guessed path is written down. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  if (request.routeOptions.config.quiet === true && reply.statusCode < 500) return;
  const fields = {
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status: reply.statusCode,
    durationMs: Math.round((performance.now() - request.startedAt) * 10) / 10,
    ...request.logFields,
  };
  if (reply.statusCode >= 500) request.log.warn(fields, 'request');
  else request.log.info(fields, 'request');
}
