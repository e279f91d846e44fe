import { z } from 'zod';
import type { Moment } from '../../domain/audit/as-of.ts';
import type { Actor } from '../../domain/case/actor.ts';
import {
  auditTrailDocument,
  caseAsOfDocument,
  caseDiffDocument,
  PastCaseError,
  type PastCaseParts,
  pastPromisesDocument,
} from '../audit/past-case.ts';
import type { ApiRoute } from './api-route.ts';
import { type AuditRouteParts, auditedRoute } from './audit-session.ts';
import { caseSchema } from './case-document.ts';
import { inOrder } from './in-order.ts';
import { instantText } from './instants.ts';
import { ProblemError } from './problems.ts';
import { promisesSchema } from './promises-document.ts';

const instant = z.string().meta({ format: 'date-time' });
const params = z.strictObject({ idOrNumber: z.string().min(1).max(60) });
const knownAt = instantText.optional().meta({ description: 'As far as was known then; without it, now.' });
const asLived = z.enum(['true', 'false'], 'must be true or false').optional().meta({
  description: 'With `true` what was imported counts as known when it was decided, as if lived through here.',
});
const atQuery = z.strictObject({
  at: instantText.optional().meta({ description: 'As it was then, by what had happened; without it, now.' }),
  knownAt,
  asLived,
});
const momentSchema = z.object({ at: instant, knownAt: instant, asLived: z.boolean() });
const lineSchema = z.object({
  revision: z.int(),
  type: z.string(),
  occurredAt: instant,
  recordedAt: instant,
});

/** A case in the past: what had happened, as far as was known. */
export function pastCaseRoutes(parts: AuditRouteParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const base = '/v1/audit/cases/:idOrNumber';
  const shared = { method: 'GET', params, problems: ['noSuchCase', 'beforeCase', 'upgradeNeeded'] } as const;
  const of = (actor: Actor): PastCaseParts => ({ engine, actor, write });
  const momentOf = (query: {
    readonly at?: number | undefined;
    readonly knownAt?: number | undefined;
    readonly asLived?: string | undefined;
  }): Moment => {
    const now = engine.clock.now();
    return { at: query.at ?? now, knownAt: query.knownAt ?? now, asLived: query.asLived === 'true' };
  };
  return [
    auditedRoute(parts, {
      ...shared,
      url: `${base}/as-of`,
      operationId: 'audit.asOf',
      action: 'asOf',
      summary: 'A case as it was at one time, as far as was known at another',
      query: atQuery,
      success: {
        status: 200,
        description: 'The case.',
        schema: momentSchema.extend({
          case: caseSchema,
          events: z.int(),
          laterEvents: z.int().meta({ description: 'Known then, of what happened later.' }),
          unknownEvents: z.int().meta({ description: 'Not known then.' }),
        }),
      },
      handle: ({ params: { idOrNumber }, query, actor }, look) =>
        told(look, () => caseAsOfDocument(of(actor), idOrNumber, momentOf(query))),
    }),
    auditedRoute(parts, {
      ...shared,
      url: `${base}/diff`,
      operationId: 'audit.diff',
      action: 'diff',
      summary: 'What differs between two times of a case, and the events between',
      query: inOrder(
        z.strictObject({
          from: instantText.optional(),
          fromKnownAt: knownAt,
          to: instantText.optional(),
          toKnownAt: knownAt,
          asLived,
        }),
        'from',
        'to',
      ),
      success: {
        status: 200,
        description: 'The differences.',
        schema: z.object({
          id: z.uuid(),
          lifecycle: z.string(),
          from: momentSchema,
          to: momentSchema,
          changes: z.array(
            z.object({ path: z.string(), from: z.json().optional(), to: z.json().optional() }),
          ),
          added: z.array(lineSchema),
          removed: z.array(lineSchema),
        }),
      },
      handle: ({ params: { idOrNumber }, query, actor }, look) =>
        told(look, () =>
          caseDiffDocument(
            of(actor),
            idOrNumber,
            momentOf({ at: query.from, knownAt: query.fromKnownAt, asLived: query.asLived }),
            momentOf({ at: query.to, knownAt: query.toKnownAt, asLived: query.asLived }),
          ),
        ),
    }),
    auditedRoute(parts, {
      ...shared,
      url: `${base}/promises`,
      operationId: 'audit.promises',
      action: 'promises',
      summary: 'Every promise of a case explained as it was at one time, as far as was known at another',
      query: atQuery,
      success: { status: 200, description: 'The promises.', schema: promisesSchema },
      handle: ({ params: { idOrNumber }, query, actor }, look) =>
        told(look, () => pastPromisesDocument(of(actor), idOrNumber, momentOf(query))),
    }),
    auditedRoute(parts, {
      ...shared,
      url: `${base}/trail`,
      operationId: 'audit.trail',
      action: 'trail',
      summary: 'Who did what in a case, when, by which channel and why, and what was refused',
      success: {
        status: 200,
        description: 'In the order of the log; personal values are `[sealed]`.',
        schema: z.object({
          id: z.uuid(),
          lifecycle: z.string(),
          entries: z.array(z.looseObject({ eventId: z.uuid(), type: z.string(), recordedAt: instant })),
        }),
      },
      handle: ({ params: { idOrNumber }, actor }, look) =>
        told(look, () => auditTrailDocument(of(actor), idOrNumber)),
    }),
  ];
}

async function told(
  look: { ended(outcome: 'done', result: Record<string, never>): Promise<void> },
  document: () => Promise<object>,
) {
  try {
    const body = await document();
    await look.ended('done', {});
    return { status: 200, body };
  } catch (error) {
    if (!(error instanceof PastCaseError)) throw error;
    const detail = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
    throw new ProblemError(error.reason, { detail });
  }
}
