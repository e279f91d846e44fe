import { z } from 'zod';
import { type Actor, isCustomerOnly } from '../../domain/case/actor.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import type { LoadedCase } from '../engine/command-handler.ts';
import { type ApiAnswer, type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import { caseDocument, caseSchema } from './case-document.ts';
import type { HttpEngine } from './engine-port.ts';
import type { InstantWriter } from './instants.ts';
import { demandOwnCase } from './own-case.ts';
import { ProblemError } from './problems.ts';
import { promisesDocument, promisesSchema } from './promises-document.ts';
import { etagOf } from './request-headers.ts';
import { trailDocument, trailQuery, trailSchema } from './trail-document.ts';

export interface CaseRouteParts {
  readonly engine: HttpEngine;
  readonly write: InstantWriter;
}

const params = z.strictObject({ id: uuidSchema });

/** What can be read of one case: its state and its trail, both from its stream. */
export function caseRoutes(lifecycle: AnyLifecycle, parts: CaseRouteParts): readonly ApiRoute[] {
  const { engine, write } = parts;
  const base = `/v1/${lifecycle.collection}/:id`;
  return [
    apiRoute({
      method: 'GET',
      url: base,
      operationId: `${lifecycle.category}.get`,
      tag: lifecycle.collection,
      summary: 'The case as it is now, with its clocks and what is possible',
      description:
        "Read from the case's stream: never behind. Names and free texts are not in it; they are in the trail.",
      access: [...READERS, 'customer'],
      params,
      success: { status: 200, description: 'The case.', schema: caseSchema },
      problems: ['noSuchCase', 'upgradeNeeded'],
      handle: async ({ params: { id }, actor, request }) => {
        request.logFields.caseId = id;
        return answerCase(lifecycle, id, actor, parts);
      },
    }),
    apiRoute({
      method: 'GET',
      url: `${base}/trail`,
      operationId: `${lifecycle.category}.trail`,
      tag: lifecycle.collection,
      summary: 'Everything that happened in the case: who, when, what',
      description:
        'Staff see names and free texts; to oversight and machines they are `[sealed]`. Of an erased person they are `[erased]`.',
      access: READERS,
      params,
      query: trailQuery,
      success: { status: 200, description: 'The trail, oldest first.', schema: trailSchema },
      problems: ['noSuchCase', 'upgradeNeeded'],
      handle: async ({ params: { id }, query, actor, request }) => {
        request.logFields.caseId = id;
        const body = await trailDocument(engine, lifecycle, id, { ...query, actor, write });
        if (body === undefined) throw new ProblemError('noSuchCase');
        return { status: 200, body };
      },
    }),
  ];
}

/** A case by its id or its number, whatever its lifecycle. */
export function anyCaseRoute(parts: CaseRouteParts): ApiRoute {
  const { engine } = parts;
  return apiRoute({
    method: 'GET',
    url: '/v1/cases/:idOrNumber',
    operationId: 'cases.get',
    tag: 'cases',
    summary: 'A case of any kind, by its id or its number',
    access: [...READERS, 'customer'],
    params: z.strictObject({ idOrNumber: z.string().min(1).max(60) }),
    success: { status: 200, description: 'The case.', schema: caseSchema },
    problems: ['noSuchCase', 'upgradeNeeded'],
    handle: async ({ params: { idOrNumber }, actor, request }) => {
      const found = await findCase(engine, idOrNumber);
      if (found === undefined) throw new ProblemError('noSuchCase');
      request.logFields.caseId = found.caseId;
      return answerCase(found.lifecycle, found.caseId, actor, parts);
    },
  });
}

/** How every deadline of a case came to be. */
export function promisesRoute({ engine }: CaseRouteParts): ApiRoute {
  return apiRoute({
    method: 'GET',
    url: '/v1/cases/:idOrNumber/promises',
    operationId: 'cases.promises',
    tag: 'cases',
    summary: 'Every promise of a case explained: what counts, what does not and why, and what happened',
    description:
      "Read from the case's stream. Each stretch of time from the start to the due instant, in the calendar's own zone, with why it counts or not, so that a deadline can be checked with a wall calendar. `redress explain` prints it in English or Chinese.",
    access: READERS,
    params: z.strictObject({ idOrNumber: z.string().min(1).max(60) }),
    success: { status: 200, description: 'The promises, in the order they began.', schema: promisesSchema },
    problems: ['noSuchCase'],
    handle: async ({ params: { idOrNumber }, actor, request }) => {
      const found = await findCase(engine, idOrNumber);
      if (found === undefined) throw new ProblemError('noSuchCase');
      request.logFields.caseId = found.caseId;
      const body = await promisesDocument(engine, found.lifecycle, found.caseId, actor);
      if (body === undefined) throw new ProblemError('noSuchCase');
      return { status: 200, body };
    },
  });
}

/** By a uuid in any lifecycle's streams, else by a number for people in the views. */
export async function findCase(
  { lifecycles, views, store }: Pick<HttpEngine, 'lifecycles' | 'views' | 'store'>,
  idOrNumber: string,
): Promise<{ readonly lifecycle: AnyLifecycle; readonly caseId: string } | undefined> {
  if (!uuidSchema.safeParse(idOrNumber).success) {
    const numbered = views.caseByNumber(idOrNumber.toUpperCase());
    const lifecycle = lifecycles.find(({ name }) => name === numbered?.lifecycle);
    return numbered === undefined || lifecycle === undefined
      ? undefined
      : { lifecycle, caseId: numbered.caseId };
  }
  for (const lifecycle of lifecycles) {
    const events = await store.readStream(`${lifecycle.category}-${idOrNumber}`);
    if (events.length > 0) return { lifecycle, caseId: idOrNumber };
  }
  return undefined;
}

async function answerCase(
  lifecycle: AnyLifecycle,
  caseId: string,
  actor: Actor,
  { engine, write }: CaseRouteParts,
): Promise<ApiAnswer> {
  if (isCustomerOnly(actor)) await demandOwnCase(engine, lifecycle, caseId, actor);
  const loaded: LoadedCase | undefined = await engine.handler.load(lifecycle, caseId);
  if (loaded === undefined) throw new ProblemError('noSuchCase');
  const number = engine.views.numberOf(caseId);
  return {
    status: 200,
    headers: { etag: etagOf(loaded.etag) },
    body: caseDocument(lifecycle, { caseId, number, ...loaded }, actor, write),
  };
}
