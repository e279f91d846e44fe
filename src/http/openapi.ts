import { z } from 'zod';
import type { ApiRoute } from './api-route.ts';
import { PROBLEMS, type ProblemName, problemType } from './problems.ts';

type Json = Record<string, unknown>;

/** Problems that any operation may answer with, by what it takes. */
function problemsOf(route: ApiRoute): readonly ProblemName[] {
  const common: ProblemName[] = ['internal'];
  if (route.access !== 'public')
    common.push('notAuthenticated', 'tooManyRequests', 'storeUnavailable', 'logUnreachable');
  if (route.access !== 'public' && route.access !== 'anyUser') common.push('forbidden');
  if (route.params !== undefined) common.push('noSuchResource');
  if (route.query !== undefined || route.body !== undefined) common.push('invalidFields');
  if (route.body !== undefined) common.push('malformedBody', 'bodyTooLarge', 'unsupportedMediaType');
  if (route.headers !== undefined && route.headers.length > 0) common.push('invalidHeader');
  return [...new Set([...common, ...route.problems])];
}

/** The OpenAPI 3.1 document of all operations, made from the schemas that requests are parsed by. */
export function openApiDocument(routes: readonly ApiRoute[], version: string): Json {
  const shared: Json = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const options = { io, unrepresentable: 'any', reused: 'inline', override: plainUuid } as const;
    const made: Json = { ...z.toJSONSchema(schema, options) };
    return hoisted(made, shared);
  };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.url.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route, schemaOf);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Redress',
      version,
      description:
        'Complaints and service requests, with their promises kept. Instants are RFC 3339 with an offset. Errors are ' +
        'RFC 9457 problem documents; `docs/problems.md` lists them. Send an `Idempotency-Key` with every command: the ' +
        'same again has one effect and the same answer.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(route => route.tag))].map(name => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...shared, Problem: problemSchema() },
    },
  };
}

/** A uuid in lower case is made of two patterns, which say less to a reader and to generators of clients. */
function plainUuid({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== 'lowercase' && jsonSchema.format !== 'uuid') return;
  delete jsonSchema.allOf;
  delete jsonSchema.pattern;
  jsonSchema.format = 'uuid';
}

function operation(route: ApiRoute, schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json): Json {
  const { access, success } = route;
  const roles = Array.isArray(access) ? `Roles: ${access.join(', ')}.` : '';
  const description = [route.description, roles]
    .filter(text => text !== undefined && text !== '')
    .join('\n\n');
  const mediaType = success.mediaType ?? 'application/json';
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(description === '' ? {} : { description }),
    security: access === 'public' ? [] : [{ token: [] }],
    ...parametersOf(route, schemaOf),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: Object.keys(route.body.shape).some(
              name => !route.body?.shape[name]?.safeParse(undefined).success,
            ),
            content: {
              'application/json': {
                schema: schemaOf(route.body, 'input'),
                ...(route.examples === undefined || Object.keys(route.examples).length === 0
                  ? {}
                  : { examples: examplesOf(route.examples) }),
              },
            },
          },
        }),
    responses: {
      [success.status]: {
        description: success.description,
        content: {
          [mediaType]: {
            schema: success.schema === undefined ? { type: 'string' } : schemaOf(success.schema, 'output'),
          },
        },
      },
      ...problemResponses(problemsOf(route)),
    },
  };
}

function parametersOf(
  route: ApiRoute,
  schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json,
): { readonly parameters?: readonly Json[] } {
  const of = (schema: z.ZodObject | undefined, where: 'path' | 'query'): readonly Json[] =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => {
      const { description, ...made } = schemaOf(field, 'input');
      return {
        name,
        in: where,
        required: where === 'path',
        ...(typeof description === 'string' ? { description } : {}),
        schema: made,
      };
    });
  const headers = (route.headers ?? []).map(name => ({
    name,
    in: 'header',
    required: false,
    description: HEADERS[name],
    schema: { type: 'string' },
  }));
  const parameters = [...of(route.params, 'path'), ...of(route.query, 'query'), ...headers];
  return parameters.length === 0 ? {} : { parameters };
}

const HEADERS = {
  'If-Match': 'The `ETag` that you read: the command is refused (412) if the case has changed since.',
  'Idempotency-Key':
    'Of your choice, 1 to 200 visible ASCII characters: sent again, the command has one effect.',
  'On-Behalf-Of':
    'The id of a user who is away and whose substitute you are: you act in their roles and team, and it is recorded so.',
  'Last-Event-ID': 'The id of the last event that you got.',
  'Audit-Session':
    'Needed: the id that `POST /v1/audit/sessions` gave you. The look is recorded in that session before it is answered.',
} as const;

function examplesOf(examples: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

function problemResponses(names: readonly ProblemName[]): Json {
  const byStatus = Map.groupBy(names, name => PROBLEMS[name].status);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, problems]) => [
        status,
        {
          description: problems.map(name => `${PROBLEMS[name].title} (\`${problemType(name)}\`)`).join('; '),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
  );
}

function problemSchema(): Json {
  return {
    type: 'object',
    description:
      'RFC 9457. Some problems have further members: `reason`, `details`, `possible`, `needs`, `revision`.',
    required: ['type', 'title', 'status', 'detail', 'requestId'],
    properties: {
      type: { type: 'string', description: 'Stable: tell problems apart by it.' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What is wrong here, and what to do.' },
      requestId: { type: 'string' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'message'],
          properties: {
            path: { type: 'string', description: 'A JSON pointer.' },
            message: { type: 'string' },
            line: { type: 'integer', description: 'Of a file that was sent as a text.' },
          },
        },
      },
    },
  };
}

/** A schema that refers to itself brings `$defs`: they move to the document's components, where references find them. */
function hoisted(schema: Json, shared: Json): Json {
  const { $defs, $schema: _dialect, ...rest } = schema;
  if (typeof $defs !== 'object' || $defs === null) return rest;
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries($defs)) {
    const text = JSON.stringify(definition);
    const known = Object.entries(shared).find(
      ([, other]) =>
        JSON.stringify(other) === text.replaceAll(`#/$defs/${name}`, '#/components/schemas/Json'),
    );
    names.set(
      name,
      known?.[0] ?? (Object.keys(shared).length === 0 ? 'Json' : `Json${Object.keys(shared).length + 1}`),
    );
    const target = names.get(name) ?? name;
    shared[target] ??= JSON.parse(text.replaceAll(`#/$defs/${name}`, `#/components/schemas/${target}`));
  }
  let text = JSON.stringify(rest);
  for (const [name, target] of names)
    text = text.replaceAll(`#/$defs/${name}"`, `#/components/schemas/${target}"`);
  return JSON.parse(text);
}
