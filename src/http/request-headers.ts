import type { FastifyRequest } from 'fastify';
import { v5 as uuidv5 } from 'uuid';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { ProblemError } from './problems.ts';

const bad = (header: string, must: string): ProblemError =>
  new ProblemError('invalidHeader', { detail: `${header} ${must}` });

/** The revision in `If-Match: "12"`. @throws ProblemError for a weak tag, a list, `*` or anything else */
export function ifMatchOf(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  const [, revision] = /^"(\d{1,9})"$/.exec(header) ?? [];
  if (revision === undefined) {
    throw bad('If-Match', 'must be one strong tag as the ETag of an answer gave it, as "12"');
  }
  return Number(revision);
}

export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** @throws ProblemError for a key that is not 1 to 200 visible ASCII characters */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(header)) {
    throw bad('Idempotency-Key', 'must be 1 to 200 visible ASCII characters, without spaces');
  }
  return header;
}

/** Of the W3C's trace context; one that is not of version 00's form is passed over, as it asks. */
export function traceparentOf(request: FastifyRequest): string | undefined {
  const header = request.headers['traceparent'];
  return typeof header === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header)
    ? header
    : undefined;
}

/** A request id from outside is taken only if it is sane: it goes into logs and answers. */
export function saneRequestId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(header) ? header : undefined;
}

/** The uuid that events carry for a request id: itself if it is one, else one derived from it. */
export function correlationIdOf(requestId: string, logId: string): string {
  return uuidSchema.safeParse(requestId).success ? requestId : uuidv5(requestId, logId);
}
