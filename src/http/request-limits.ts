import rateLimit, { type CreateRateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problems.ts';

/** How much one user may ask, and how often one address may be refused, in a minute. */
export interface RequestLimits {
  /** @throws ProblemError when it is too much */
  countUser(request: FastifyRequest, userId: string): Promise<void>;
  countFailure(request: FastifyRequest): Promise<void>;
}

const WINDOW_MS = 60_000;
/** Users and addresses remembered at a time; those seen longest ago are forgotten. */
const REMEMBERED = 10_000;

/** `0` in either limit is none. To be called before any route is added. */
export async function createRequestLimits(
  app: FastifyInstance,
  limits: { readonly rateLimit: number; readonly failureLimit: number },
): Promise<RequestLimits> {
  await app.register(rateLimit, { global: false, cache: REMEMBERED });
  const userIds = new WeakMap<FastifyRequest, string>();
  const perUser = counter(limits.rateLimit, request => `user ${userIds.get(request) ?? ''}`);
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
    countUser(request, userId) {
      userIds.set(request, userId);
      return perUser(request);
    },
    countFailure: perAddress,
  };
}
