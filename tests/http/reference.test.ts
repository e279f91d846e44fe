import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS, problemType } from '../../src/http/problems.ts';
import { type Ask, asker, type HttpHouse, httpHouse } from './http-house.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly unknown[];
  readonly requestBody?: {
    readonly content: Record<string, { schema: object; examples?: Record<string, { value: unknown }> }>;
  };
  readonly responses: Record<string, { description: string }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, object> };
}

let server: HttpHouse;
let document: Document;
let anybody: Ask;
beforeAll(async () => {
  server = await httpHouse();
  anybody = asker(server.app);
  document = (await anybody('GET', '/openapi.json')).body as unknown as Document;
});
afterAll(() => server.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the OpenAPI document', () => {
  it('is one of 3.1, by its official schema', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('has every route that the server answers, and no other', () => {
    const described = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const served = server.routes.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(described.sort()).toEqual(served.sort());
  });

  it('tells of every operation what it does, who may call it and what can go wrong', () => {
    const ids = new Set<string>();
    for (const { operation } of operations()) {
      ids.add(operation.operationId);
      expect(operation.summary.length).toBeGreaterThan(3);
      const statuses = Object.keys(operation.responses);
      if (operation.security.length > 0) expect(statuses).toContain('401');
      if (statuses.includes('403')) expect(operation.description).toContain('Roles:');
      if (operation.requestBody !== undefined)
        expect(statuses).toEqual(expect.arrayContaining(['400', '413', '415']));
    }
    expect(ids.size).toBe(operations().length);
  });

  it('has schemas that can be compiled, and takes in each of its examples', async () => {
    const agent = asker(
      server.app,
      (await server.person('agent', 'marketing', 'technicalService', 'admin')).token,
    );
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', components: document.components });
    let examples = 0;
    for (const { path, operation } of operations()) {
      const content = operation.requestBody?.content['application/json'];
      if (content === undefined) continue;
      const text = JSON.stringify(content.schema).replaceAll('#/components', 'document#/components');
      const validate = ajv.compile(JSON.parse(text));
      for (const [name, { value }] of Object.entries(content.examples ?? {})) {
        expect([path, name, validate(value), validate.errors]).toEqual([path, name, true, null]);
        const { status, text: answer } = await agent('POST', path, value);
        expect([path, name, status, answer.slice(0, 300)]).toEqual([path, name, 201, expect.any(String)]);
        examples++;
      }
    }
    expect(examples).toBeGreaterThan(1);
  });

  it('has an example for every command that opens a case', () => {
    for (const lifecycle of server.house.lifecycles) {
      for (const type of lifecycle.opens) {
        const route = server.routes.find(each => each.operationId === `${lifecycle.category}.${type}`);
        if (route === undefined) continue;
        expect([route.operationId, Object.keys(route.examples ?? {}).length > 0]).toEqual([
          route.operationId,
          true,
        ]);
      }
    }
  });
});

describe('the reference page', () => {
  it('is where the root leads', async () => {
    const { status, headers } = await anybody('GET', '/');
    expect({ status, location: headers.location }).toEqual({ status: 302, location: '/reference' });
  });

  it('needs nothing from any other machine', async () => {
    const page = await anybody('GET', '/reference');
    expect(page.status).toBe(200);
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] ?? '');
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).toMatch(/^\/reference\//);
      expect((await anybody('GET', part)).status).toBe(200);
    }
    const policy = page.headers['content-security-policy'];
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/https?:|upgrade-insecure-requests/);
  });
});

describe('docs/problems.md', () => {
  it('lists every problem with its type, status and advice', () => {
    const text = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
    const rows = text.split('\n').filter(line => line.startsWith('| `urn:'));
    const expected = Object.entries(PROBLEMS).map(
      ([name, { status, title, advice }]) =>
        `| \`${problemType(name as keyof typeof PROBLEMS)}\` | ${status} | ${title} | ${advice} |`,
    );
    expect(rows).toEqual(expected);
  });
});
