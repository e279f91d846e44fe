import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor, Role } from '../../domain/case/actor.ts';
import type { ProblemName } from './problems.ts';

/** Who may call a route: anybody, anybody with a token, or holders of one of these roles. */
export type Access = 'public' | 'anyUser' | readonly Role[];

export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a handler is given: parsed, authenticated, allowed. */
export interface ApiCall<P, Q, B> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly actor: Actor;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** One operation: the route and its page in the reference are made from it. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As fastify writes it: `/v1/complaints/:id`. */
  readonly url: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Bodies that pass `body`, shown in the reference; a test sends each. */
  readonly examples?: Readonly<Record<string, unknown>>;
  readonly headers?: readonly RequestHeader[];
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly schema?: z.ZodType;
    readonly mediaType?: string;
  };
  /** Beside those that every route has. */
  readonly problems: readonly ProblemName[];
  /** Not in the log: health and metrics are asked for every few seconds. */
  readonly quiet?: boolean;
  /** `undefined` when it has taken the reply over. */
  handle(call: ApiCall<unknown, unknown, unknown>): Promise<ApiAnswer | undefined>;
}

export type RequestHeader =
  | 'If-Match'
  | 'On-Behalf-Of'
  | 'Idempotency-Key'
  | 'Last-Event-ID'
  | 'Audit-Session';

type Parsed<T> = T extends z.ZodType ? z.infer<T> : Record<string, never>;

/** Ties a handler's types to the route's schemas. */
export function apiRoute<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodObject | undefined = undefined,
>(
  route: Omit<ApiRoute, 'params' | 'query' | 'body' | 'handle'> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    handle(call: ApiCall<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<ApiAnswer | undefined>;
  },
): ApiRoute {
  // Sound, as the server parses by these very schemas before it calls the handler.
  return route as unknown as ApiRoute;
}
