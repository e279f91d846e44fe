import { z } from 'zod';
import type { Role } from '../../domain/case/actor.ts';
import type { CommandDefinitions, EventDefinitions } from '../../domain/case/event-definition.ts';
import type { Aggregate } from '../../domain/log/aggregate.ts';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { customer, gradeAt } from '../../domain/master-data/customer.ts';
import { department } from '../../domain/master-data/department.ts';
import { product } from '../../domain/master-data/product.ts';
import { supplier } from '../../domain/master-data/supplier.ts';
import {
  BadMasterCursorError,
  type MasterCategory,
  type MasterQuery,
  masterIdOf,
} from '../directory/master-data.ts';
import { MAX_PAGE_ROWS } from '../views/queries/page.ts';
import { type ApiCall, type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import { type DirectoryParts, directoryCommandRoute, idParams } from './directory-command.ts';
import { type InstantWriter, instantsToText } from './instants.ts';
import { MASTER_EXAMPLES } from './master-examples.ts';
import { ProblemError } from './problems.ts';
import { wireSchema } from './wire-schema.ts';

const instant = z.string().meta({ format: 'date-time' });
const named = {
  id: z.uuid(),
  code: z.string(),
  name: z.string(),
  otherNames: z.array(z.string()),
  retired: z.boolean(),
};
const customerSchema = z.object({
  ...named,
  region: z.string().optional(),
  marketingContactId: z.uuid().optional(),
  grade: z.string().optional().meta({ description: 'That holds now.' }),
  grades: z
    .array(z.object({ grade: z.string(), validFromAt: instant }))
    .meta({ description: 'All that it was given, in the order in which they were.' }),
});
const productSchema = z.object({ ...named, line: z.string().optional() });
const supplierSchema = z.object({ ...named, supplies: z.string().optional() });
const departmentSchema = z.object({ ...named, headUserId: z.uuid().optional() });

/** One page of a list. */
export const pageQuery = {
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_PAGE_ROWS, `must be at most ${MAX_PAGE_ROWS}`)
    .default(50),
  cursor: z.string().max(600).optional().meta({ description: '`next` of the page before.' }),
};
const listQuery = z.strictObject({
  search: z.string().max(200).optional().meta({
    description: 'Words, each of which stands in the code or in one of the names, in any language.',
  }),
  code: z.string().max(60).optional().meta({ description: 'The one with this code.' }),
  retired: z
    .enum(['true', 'false'], 'must be true or false')
    .transform(text => text === 'true')
    .optional()
    .meta({ description: 'Both, if not given.' }),
  ...pageQuery,
});

/** How a kind of record is served: by which address, and what is shown of it. */
interface MasterKind {
  readonly collection: string;
  readonly noun: string;
  readonly schema: z.ZodObject;
  read(id: string, now: number): object | undefined;
}

/** Customers, products, suppliers and departments: the records that cases refer to. */
export function masterRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { directory } = parts.engine;
  const people = (field: string) => (call: ApiCall<unknown, unknown, unknown>) => {
    const id: unknown = Object(call.body)[field];
    if (typeof id !== 'string' || directory.user(id)?.active === true) return;
    throw new ProblemError('invalidFields', {
      errors: [{ path: `/${field}`, message: 'must be a user that is active' }],
    });
  };
  return [
    ...recordRoutes(parts, customer, people('marketingContactId'), {
      collection: 'customers',
      noun: 'customer',
      schema: customerSchema,
      read(id, now) {
        const found = directory.customer(id);
        if (found === undefined) return undefined;
        const grade = gradeAt(found.grades, now);
        return { ...found, ...(grade === undefined ? {} : { grade }) };
      },
    }),
    directoryCommandRoute(parts, customer, 'gradeCustomer', {
      method: 'POST',
      url: '/v1/customers/:id/grade',
      access: byHand(customer, 'gradeCustomer'),
      body: wireSchema(customer.commands.gradeCustomer.schema),
    }),
    ...recordRoutes(parts, product, undefined, {
      collection: 'products',
      noun: 'product',
      schema: productSchema,
      read: id => directory.product(id),
    }),
    ...recordRoutes(parts, supplier, undefined, {
      collection: 'suppliers',
      noun: 'supplier',
      schema: supplierSchema,
      read: id => directory.supplier(id),
    }),
    ...recordRoutes(parts, department, people('headUserId'), {
      collection: 'departments',
      noun: 'department',
      schema: departmentSchema,
      read: id => directory.department(id),
    }),
  ];
}

/** The routes that every kind of record has. */
function recordRoutes<S, C extends CommandDefinitions, E extends EventDefinitions>(
  parts: DirectoryParts,
  aggregate: Aggregate<S, C, E> & { readonly category: string },
  check: ((call: ApiCall<unknown, unknown, unknown>) => void) | undefined,
  kind: MasterKind,
): readonly ApiRoute[] {
  const { engine, write } = parts;
  const { directory, clock, store } = engine;
  const { collection, noun, schema, read } = kind;
  // The four categories that the routes above name.
  const category = aggregate.category as MasterCategory;
  const Noun = `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`;
  const [register, change, retire, reinstate] = ['register', 'change', 'retire', 'reinstate'].map(
    act => `${act}${Noun}`,
  ) as [string, string, string, string];
  const base = `/v1/${collection}`;
  const shownOf = (id: string) => documentOf(id, read(id, clock.now()), write);
  const body = (type: string) => wireSchema(aggregate.commands[type]?.schema ?? z.strictObject({}));
  const checked = check === undefined ? {} : { check };
  return [
    apiRoute({
      method: 'GET',
      url: base,
      operationId: `${collection}.list`,
      tag: 'master data',
      summary: `The ${collection}, by code; found by code and by any of their names`,
      access: READERS,
      query: listQuery,
      success: {
        status: 200,
        description: 'A page.',
        schema: z.object({ [collection]: z.array(schema), next: z.string().optional() }),
      },
      problems: [],
      async handle({ query }) {
        const { code, cursor, ...rest } = query;
        if (code !== undefined) {
          const one = shownOf(masterIdOf(store.logId, category, code));
          return { status: 200, body: { [collection]: one === undefined ? [] : [one] } };
        }
        const { ids, next } = pageOf(directory, { category, ...rest, after: cursor });
        const rows = ids.map(shownOf).filter(each => each !== undefined);
        return { status: 200, body: { [collection]: rows, ...(next === undefined ? {} : { next }) } };
      },
    }),
    apiRoute({
      method: 'GET',
      url: `${base}/:id`,
      operationId: `${collection}.get`,
      tag: 'master data',
      summary: `One ${noun}`,
      access: READERS,
      params: idParams,
      success: { status: 200, description: `The ${noun}.`, schema },
      problems: ['noSuchResource'],
      async handle({ params: { id } }) {
        const one = shownOf(id);
        if (one === undefined)
          throw new ProblemError('noSuchResource', { detail: `There is no such ${noun}.` });
        return { status: 200, body: one };
      },
    }),
    directoryCommandRoute(parts, aggregate, register, {
      method: 'POST',
      url: base,
      access: byHand(aggregate, register),
      body: body(register),
      examples: MASTER_EXAMPLES[category] ?? {},
      idOf: given => masterIdOf(store.logId, category, String(Object(given).code)),
      ...checked,
    }),
    directoryCommandRoute(parts, aggregate, change, {
      method: 'PATCH',
      url: `${base}/:id`,
      access: byHand(aggregate, change),
      body: body(change),
      ...checked,
    }),
    directoryCommandRoute(parts, aggregate, retire, {
      method: 'POST',
      url: `${base}/:id/retire`,
      access: byHand(aggregate, retire),
      body: z.strictObject({}),
    }),
    directoryCommandRoute(parts, aggregate, reinstate, {
      method: 'POST',
      url: `${base}/:id/reinstate`,
      access: byHand(aggregate, reinstate),
      body: z.strictObject({}),
    }),
  ];
}

function byHand<S, C extends CommandDefinitions, E extends EventDefinitions>(
  aggregate: Aggregate<S, C, E>,
  type: keyof C & string,
): readonly Role[] {
  const allowed: readonly string[] = aggregate.commands[type]?.roles ?? [];
  return READERS.filter(role => allowed.includes(role));
}

function documentOf(id: string, record: object | undefined, write: InstantWriter): object | undefined {
  if (record === undefined) return undefined;
  const { registered: _, ...shown } = Object(record);
  return Object(instantsToText({ id: uuidSchema.parse(id), ...shown }, write));
}

/** @throws ProblemError for a cursor that no such list gave */
export function pageOf(
  directory: { listMaster(query: MasterQuery): { readonly ids: readonly string[]; readonly next?: string } },
  query: MasterQuery,
) {
  try {
    return directory.listMaster(query);
  } catch (error) {
    if (!(error instanceof BadMasterCursorError)) throw error;
    throw new ProblemError('invalidFields', { errors: [{ path: 'cursor', message: error.message }] });
  }
}
