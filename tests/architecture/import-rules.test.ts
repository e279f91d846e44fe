import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Which of our folders a folder may import, and which packages: `undefined` means any. */
const rules: Record<string, { ours: readonly string[]; packages: readonly string[] | undefined }> = {
  domain: { ours: ['domain'], packages: ['zod', 'uuid'] },
  projections: { ours: ['projections', 'domain'], packages: ['zod'] },
  workflows: { ours: ['workflows', 'domain'], packages: ['zod'] },
  src: { ours: ['src', 'domain', 'projections', 'workflows'], packages: undefined },
};

/** What a pure folder must not reach for: a clock, chance, the machine. */
const impure = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bcrypto\.(randomUUID|getRandomValues)\b/,
  /\bTemporal\.Now\b/,
  /\bprocess\./,
  /\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b/,
  /\bfetch\(/,
  /\bconsole\./,
  /\basync\b|\bawait\b|\bPromise\b/,
];

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function sources(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function imports(text: string): readonly string[] {
  const found = text.matchAll(
    /^(?:import|export)\s[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].flatMap(match => match.slice(1).filter(name => name !== undefined));
}

function breaches(file: SourceFile, rule: (typeof rules)[string]): readonly string[] {
  return imports(file.text).flatMap(name => {
    if (name.startsWith('.')) {
      const folder = relative(root, resolve(root, dirname(file.path), name)).split(sep)[0] ?? '';
      return rule.ours.includes(folder) ? [] : [`${file.path} imports ${name}`];
    }
    if (rule.packages === undefined) return [];
    const builtin = name.startsWith('node:') || builtinModules.includes(name);
    return !builtin && rule.packages.includes(name) ? [] : [`${file.path} imports ${name}`];
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');
}

describe('what a folder may import', () => {
  for (const [folder, rule] of Object.entries(rules)) {
    it(`${folder} imports only what it may`, () => {
      const files = sources(folder);
      expect(files.length).toBeGreaterThan(0);
      expect(files.flatMap(file => breaches(file, rule))).toEqual([]);
    });
  }

  it('a breach would be seen', () => {
    const file = {
      path: 'domain/case/x.ts',
      text: "import { a } from '../../src/clock.ts';\nimport fs from 'node:fs';",
    };
    expect(breaches(file, { ours: ['domain'], packages: ['zod'] })).toHaveLength(2);
  });
});

describe('what pure folders may reach for', () => {
  for (const folder of ['domain', 'projections', 'workflows']) {
    it(`${folder} knows no clock, no chance and no machine`, () => {
      const found = sources(folder).flatMap(({ path, text }) =>
        impure.filter(pattern => pattern.test(withoutComments(text))).map(pattern => `${path}: ${pattern}`),
      );
      expect(found).toEqual([]);
    });
  }
});
