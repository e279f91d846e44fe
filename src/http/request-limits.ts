import rateLimit, { type CreateRateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problems.ts';

/** How much may be asked with one token, and how often one address may be refused, in a minute. */
export interface RequestLimits {
  /** @throws ProblemError when it is too much */
  countToken(request: FastifyRequest, tokenHash: string): Promise<void>;
  countFailure(request: FastifyRequest): Promise<void>;
}

const WINDOW_MS = 60_000;
/** Tokens and addresses remembered at a time; those seen longest ago are forgotten. */
const REMEMBERED = 10_000;

/** `0` in either limit is none. To be called before any route is added. */
export async function createRequestLimits(
  app: FastifyInstance,
  limits: { readonly rateLimit: number; readonly failureLimit: number },
): Promise<RequestLimits> {
  await app.register(rateLimit, { global: false, cache: REMEMBERED });
  const hashes = new WeakMap<FastifyRequest, string>();
  // By token: one machine gone mad does not shut out the others of its user.
  const perToken = counter(limits.rateLimit, request => `token ${hashes.get(request) ?? ''}`);
  const perAddress = counter(limits.failureLimit, request => `address ${request.ip}`);

  function counter(max: number, keyGenerator: NonNullable<CreateRateLimitOptions['keyGenerator']>) {
    if (max === 0) return async () => {};
    const count = app.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator });
    return async (request: FastifyRequest) => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return;
      throw new ProblemError('tooManyRequests', {
        detail: `More than ${max} a minute. Try again in ${counted.ttlInSeconds} s.`,
        headers: { 'retry-after': String(counted.ttlInSeconds) },
      });
    };
  }

  return {
    countToken(request, tokenHash) {
      hashes.set(request, tokenHash);
      return perToken(request);
    },
    countFailure: perAddress,
  };
}
