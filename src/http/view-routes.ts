import { z } from 'zod';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { clockNameSchema } from '../../domain/sla/events.ts';
import { FREQUENCY_DIMENSIONS } from '../../projections/complaint-frequencies.ts';
import { CASE_SORTS } from '../views/queries/list-cases.ts';
import { MAX_PAGE_ROWS } from '../views/queries/page.ts';
import { SLA_EXCEPTIONS, SLA_GROUPS } from '../views/queries/sla-report.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import type { HttpEngine } from './engine-port.ts';
import { inOrder } from './in-order.ts';
import { type InstantWriter, instantText } from './instants.ts';
import {
  caseListSchema,
  caseRowDocument,
  deadlineDocument,
  deadlineSchema,
  exceptionDocument,
  exceptionSchema,
  frequencySchema,
  slaLineSchema,
} from './view-documents.ts';
import { viewsSeen } from './views-seen.ts';

export const after = {
  after: z.string().max(200).optional().meta({
    description: "A position of a command's answer: the query waits until the views have seen it.",
  }),
};
export const page = {
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_PAGE_ROWS, `must be at most ${MAX_PAGE_ROWS}`)
    .default(50),
  cursor: z.string().max(600).optional().meta({ description: '`next` of the page before.' }),
};
const yesNo = z
  .enum(['true', 'false'], 'must be true or false')
  .transform(text => text === 'true')
  .optional();
const month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month, as 2026-03')
  .optional();
const word = z.string().min(1).max(60).optional();

const caseFilters = {
  phase: word,
  closed: yesNo,
  priority: z.enum(['normal', 'urgent']).optional(),
  assigneeId: uuidSchema.optional(),
  teamId: uuidSchema.optional(),
  customerId: uuidSchema.optional(),
  customerName: z.string().min(1).max(200).optional(),
  breached: yesNo,
  receivedFrom: instantText.optional(),
  receivedTo: instantText.optional(),
};
const listQuery = z.strictObject({
  ...caseFilters,
  sort: z.enum(CASE_SORTS).default('-receivedAt'),
  ...page,
  ...after,
});

export interface ViewRouteParts {
  readonly engine: HttpEngine;
  readonly write: InstantWriter;
  readonly waitTimeoutMs: number;
}

/** The lists and reports that are answered from the views. */
export function viewRoutes(parts: ViewRouteParts): readonly ApiRoute[] {
  const { engine, write, waitTimeoutMs } = parts;
  const { views, lifecycles } = engine;

  const seen = viewsSeen(engine, waitTimeoutMs);
  const numbered = <R extends { readonly caseId: string }>(row: R) => {
    const number = views.numberOf(row.caseId);
    return number === undefined ? {} : { number };
  };

  const listRoute = (lifecycle: AnyLifecycle | undefined): ApiRoute =>
    apiRoute({
      method: 'GET',
      url: lifecycle === undefined ? '/v1/cases' : `/v1/${lifecycle.collection}`,
      operationId: lifecycle === undefined ? 'cases.list' : `${lifecycle.category}.list`,
      tag: lifecycle?.collection ?? 'cases',
      summary: 'A list of cases, filtered and sorted, page by page',
      access: READERS,
      query: inOrder(
        lifecycle === undefined ? listQuery.extend({ lifecycle: word }) : listQuery,
        'receivedFrom',
        'receivedTo',
      ),
      success: { status: 200, description: 'One page.', schema: caseListSchema },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        const { sort, limit, cursor, after: _seen, ...filter } = query;
        const kind = lifecycle === undefined ? {} : { lifecycle: lifecycle.name };
        const { rows, next } = views.listCases({ ...filter, ...kind }, sort, { limit, cursor });
        const cases = rows.map(row => caseRowDocument(row, write));
        return { status: 200, body: { cases, ...(next === undefined ? {} : { next }) } };
      },
    });

  return [
    listRoute(undefined),
    ...lifecycles.map(listRoute),
    apiRoute({
      method: 'GET',
      url: '/v1/case-counts',
      operationId: 'cases.count',
      tag: 'cases',
      summary: 'How many cases there are, open and closed, by lifecycle',
      access: READERS,
      query: z.strictObject({ ...after }),
      success: {
        status: 200,
        description: 'The counts.',
        schema: z.object({
          counts: z.array(z.object({ lifecycle: z.string(), closed: z.boolean(), cases: z.int() })),
        }),
      },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        return { status: 200, body: { counts: views.countCases() } };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/deadlines',
      operationId: 'deadlines.list',
      tag: 'promises',
      summary: 'Open promises: what is due, warned and breached, and whose it is; due first first',
      access: READERS,
      query: z.strictObject({
        lifecycle: word,
        clock: clockNameSchema.optional(),
        status: z.enum(['running', 'paused', 'breached']).optional(),
        warned: yesNo,
        provisional: yesNo,
        assigneeId: uuidSchema.optional(),
        teamId: uuidSchema.optional(),
        caseId: uuidSchema.optional(),
        dueBy: instantText.optional(),
        ...page,
        ...after,
      }),
      success: {
        status: 200,
        description: 'One page.',
        schema: z.object({ deadlines: z.array(deadlineSchema), next: z.string().optional() }),
      },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        const { limit, cursor, after: _seen, ...filter } = query;
        const { rows, next } = views.deadlines(filter, { limit, cursor });
        const deadlines = rows.map(row => ({ ...deadlineDocument(row, write), ...numbered(row) }));
        return { status: 200, body: { deadlines, ...(next === undefined ? {} : { next }) } };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/sla-results',
      operationId: 'slaResults.report',
      tag: 'promises',
      summary: 'How promises were kept, counted by clock, month of start, responsible party or team',
      access: READERS,
      query: inOrder(
        z.strictObject({
          by: z.enum(SLA_GROUPS).default('clock'),
          lifecycle: word,
          clock: clockNameSchema.optional(),
          fromMonth: month,
          toMonth: month,
          ...after,
        }),
        'fromMonth',
        'toMonth',
      ),
      success: {
        status: 200,
        description: 'The lines.',
        schema: z.object({ lines: z.array(slaLineSchema) }),
      },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        const { by, after: _seen, ...filter } = query;
        return { status: 200, body: { lines: views.slaReport(by, filter) } };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/sla-exceptions',
      operationId: 'slaResults.exceptions',
      tag: 'promises',
      summary: 'The promises that were not simply kept: late, broken, rescinded or disputed; newest first',
      access: READERS,
      query: z.strictObject({ result: z.enum(SLA_EXCEPTIONS), ...page, ...after }),
      success: {
        status: 200,
        description: 'One page.',
        schema: z.object({ exceptions: z.array(exceptionSchema), next: z.string().optional() }),
      },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        const { rows, next } = views.slaExceptions(query.result, query);
        const exceptions = rows.map(row => ({ ...exceptionDocument(row, write), ...numbered(row) }));
        return { status: 200, body: { exceptions, ...(next === undefined ? {} : { next }) } };
      },
    }),
    apiRoute({
      method: 'GET',
      url: '/v1/complaint-frequencies',
      operationId: 'complaintFrequencies.report',
      tag: 'quality',
      summary: 'What is complained about how often, the most frequent first, with cumulative shares (Pareto)',
      access: READERS,
      query: inOrder(
        z.strictObject({
          by: z.enum(FREQUENCY_DIMENSIONS).default('defectCategory'),
          fromMonth: month,
          toMonth: month,
          ...after,
        }),
        'fromMonth',
        'toMonth',
      ),
      success: {
        status: 200,
        description: 'The lines.',
        schema: z.object({ lines: z.array(frequencySchema) }),
      },
      problems: ['viewBehind', 'foreignPosition'],
      async handle({ query }) {
        await seen(query);
        const { by, after: _seen, ...filter } = query;
        return { status: 200, body: { lines: views.complaintFrequencies(by, filter) } };
      },
    }),
  ];
}
