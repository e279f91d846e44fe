import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CONFIG_VARIABLES } from '../../src/config-variables.ts';
import { asker, COMPLAINT, type HttpHouse, httpHouse } from '../http/http-house.ts';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const OPERATIONS = 'docs/operations.md';
const ALERTS = 'deploy/prometheus/alerts.yaml';

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+m$/)
            .optional(),
          labels: z.object({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.object({ summary: z.string().min(20) }),
        }),
      ),
    }),
  ),
});

const lintSchema = z.array(
  z.object({
    messages: z.array(z.object({ rule: z.string(), type: z.string(), message: z.string() })),
  }),
);

describe('the metrics that are written about', () => {
  let server: HttpHouse;
  let told: ReadonlySet<string>;
  beforeAll(async () => {
    server = await httpHouse();
    const agent = asker(server.app, (await server.person('agent')).token);
    await agent('POST', '/v1/complaints', COMPLAINT);
    const { text } = await asker(server.app)('GET', '/metrics');
    told = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
  });
  afterAll(() => server.close());

  /** A histogram is told of by its parts too. */
  const isTold = (name: string): boolean =>
    told.has(name) || told.has(name.replace(/_(count|sum|bucket)$/, ''));

  it.each([OPERATIONS, ALERTS])('in %s are all there', path => {
    const named = new Set(textOf(path).match(/\bredress_[a-z0-9_]+\b/g));
    expect(named.size).toBeGreaterThan(5);
    expect([...named].filter(name => !isTold(name))).toEqual([]);
  });

  it('are all written about', () => {
    const text = textOf(OPERATIONS);
    const own = [...told].filter(name => name.startsWith('redress_'));
    expect(own.filter(name => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('have alerts in the form of Prometheus, each name once', () => {
    const { groups } = rulesSchema.parse(parse(textOf(ALERTS)));
    const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect(new Set(names).size).toBe(names.length);
    for (const { rules } of groups) {
      for (const { expr } of rules) {
        // Brackets of each kind close as they open.
        for (const [open, close] of ['()', '{}', '[]']) {
          expect(expr.split(open ?? '').length, expr).toBe(expr.split(close ?? '').length);
        }
      }
    }
  });
});

describe('what is in deploy/', () => {
  it('has a compose file that is valid by its schema, without errors', () => {
    const bin = join(ROOT, 'node_modules/dclint/bin/dclint.cjs');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [bin, '--formatter', 'json', join(ROOT, 'deploy/compose.yaml')],
      { encoding: 'utf8', cwd: tmpdir() },
    );
    const results = lintSchema.parse(JSON.parse(stdout || stderr));
    // Warnings are of style: quotes, and in which order keys come.
    const errors = results.flatMap(({ messages }) => messages.filter(({ type }) => type === 'error'));
    expect(results).toHaveLength(1);
    expect(errors.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
  });

  it('has a Dockerfile that is one', () => {
    const faults = validate(textOf('deploy/Dockerfile'));
    expect(faults.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  it('copies into the image what the service is made of, and what the image ignores is not of it', () => {
    const copied = [...textOf('deploy/Dockerfile').matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(
      ([, paths = '']) => paths.split(' '),
    );
    for (const path of ['bin', 'domain', 'projections', 'src', 'workflows', 'package-lock.json']) {
      expect(copied).toContain(path);
    }
    const kept = textOf('deploy/Dockerfile.dockerignore')
      .split('\n')
      .filter(line => line.startsWith('!'));
    expect(kept.map(line => line.slice(1)).toSorted()).toEqual([...copied].toSorted());
  });

  it('sets no variable that means nothing', () => {
    const known = new Set<string>(Object.values(CONFIG_VARIABLES).map(({ name }) => name));
    const files = [
      'deploy/compose.yaml',
      'deploy/Dockerfile',
      ...units().map(name => `deploy/systemd/${name}`),
      OPERATIONS,
    ];
    const named = files.flatMap(path => textOf(path).match(/\bREDRESS_[A-Z_]+\b/g) ?? []);
    expect(named.filter(name => !known.has(name) && name !== 'REDRESS_TEST_EVENTSTOREDB')).toEqual([]);
  });

  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
  it.runIf(hasSystemd)('has units that systemd takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'redress-units-'));
    try {
      cpSync(join(ROOT, 'deploy/systemd'), folder, { recursive: true });
      for (const name of units()) {
        const path = join(folder, name);
        // It is not installed here; whether the command is there is not the unit's fault.
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replaceAll('/opt/redress/bin/redress serve', '/bin/true'),
        );
        const { stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
        expect(stderr.split('\n').filter(line => line.includes('redress'))).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function units(): readonly string[] {
  return readdirSync(join(ROOT, 'deploy/systemd'));
}

describe('the commands of docs/operations.md', () => {
  it('are commands of the command line', () => {
    const help = execFileSync(process.execPath, [join(ROOT, 'src/main.ts'), '--help'], { encoding: 'utf8' });
    const known = new Set([...help.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name));
    const named = [...textOf(OPERATIONS).matchAll(/\b(?:bin\/redress|redress) ([a-z]+)\b/g)].map(
      ([, name]) => name,
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(name => !known.has(name))).toEqual([]);
  });
});
