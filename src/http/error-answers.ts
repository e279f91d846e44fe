import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UpgradeNeededError } from '../engine/command-handler.ts';
import { AppendTooLargeError, StoreUnavailableError } from '../store/event-store.ts';
import { BadCursorError } from '../views/queries/page.ts';
import { PROBLEMS, ProblemError, type ProblemExtras, type ProblemName, problemDocument } from './problems.ts';

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';
export const RETRY_AFTER_SECONDS = '2';

/** Answers with a problem document. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: ProblemName,
  extras: ProblemExtras = {},
): FastifyReply {
  // A request that could not be routed has not been through the hooks.
  request.logFields ??= {};
  request.logFields.outcome ??= problem;
  reply.header('x-request-id', request.id);
  reply.code(PROBLEMS[problem].status).header('content-type', PROBLEM_JSON);
  if (PROBLEMS[problem].status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (extras.headers !== undefined) reply.headers(extras.headers);
  // Written here: a reply of an `Error` or with a serializer of its own would not keep the media type.
  return reply.send(JSON.stringify(problemDocument(problem, request.id, extras)));
}

/** Turns whatever was thrown, and every address that there is not, into a problem document. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    if (error instanceof ProblemError) return sendProblem(request, reply, error.problem, error.extras);
    if (error instanceof StoreUnavailableError) {
      request.log.error({ reason: error.reason, err: error }, 'the store is unavailable');
      const problem = error.reason === 'unreachable' ? 'logUnreachable' : 'storeUnavailable';
      return sendProblem(request, reply, problem, {
        detail: `${STORE_DETAILS[error.reason]} ${PROBLEMS[problem].advice}`,
        members: { reason: error.reason },
      });
    }
    if (error instanceof BadCursorError) {
      return sendProblem(request, reply, 'invalidFields', {
        errors: [{ path: 'cursor', message: `must be the \`next\` of the page before: ${error.message}` }],
      });
    }
    if (error instanceof AppendTooLargeError) return sendProblem(request, reply, 'bodyTooLarge');
    if (error instanceof UpgradeNeededError) {
      return sendProblem(request, reply, 'upgradeNeeded', { members: { eventType: error.type } });
    }
    const ofFastify = 'code' in error ? FASTIFY_PROBLEMS[String(error.code)] : undefined;
    if (ofFastify !== undefined) return sendProblem(request, reply, ofFastify);
    if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500) {
      return sendProblem(request, reply, 'invalidRequest');
    }
    request.log.error({ err: error }, 'a request failed');
    return sendProblem(request, reply, 'internal');
  });
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, 'noSuchResource'));
}

const STORE_DETAILS = {
  full: 'The disk that holds the log is full.',
  closed: 'The log is closed.',
  unreachable: 'The log cannot be reached.',
  io: 'The log could not be read or written.',
} as const;

const FASTIFY_PROBLEMS: Readonly<Record<string, ProblemName>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'bodyTooLarge',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupportedMediaType',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformedBody',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformedBody',
  FST_ERR_BAD_URL: 'noSuchResource',
  FST_ERR_MAX_PARAM_LENGTH: 'noSuchResource',
};

/** What is no HTTP at all, comes too slowly or has endless headers: answered on the bare socket, and cut off. */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const problem = UNREADABLE[error.code ?? ''] ?? 'invalidRequest';
    const { status, title } = PROBLEMS[problem];
    const body = JSON.stringify(problemDocument(problem, randomUUID()));
    socket.write(
      `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_JSON}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}

const UNREADABLE: Readonly<Record<string, ProblemName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout',
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
};
