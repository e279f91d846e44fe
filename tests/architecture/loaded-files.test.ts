import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Every file of ours that is loaded with one, and the packages: what is imported when it is needed is not in it. */
function loadedWith(entry: string): {
  readonly files: readonly string[];
  readonly packages: readonly string[];
} {
  const files = new Set<string>();
  const packages = new Set<string>();
  const left = [join(root, entry)];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    for (const name of staticImports(readFileSync(path, 'utf8'))) {
      if (name.startsWith('.')) left.push(resolve(dirname(path), name));
      else if (!name.startsWith('node:')) packages.add(name);
    }
  }
  return { files: [...files].map(path => relative(root, path)), packages: [...packages] };
}

/** Types are taken out before a file is loaded, and what only they come from with them. */
function staticImports(text: string): readonly string[] {
  const found = text.matchAll(/^(?:import|export)\s(?!type\s)[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm);
  return [...found].flatMap(match => match.slice(1).filter(name => name !== undefined));
}

describe('what is loaded', () => {
  it.each([
    'src/store/log-writer-worker.ts',
    'src/audit/tree-worker.ts',
    'src/store/whole-streams-worker.ts',
  ])('with the thread of %s is no package: each would be in memory once more', entry => {
    expect(loadedWith(entry)).toMatchObject({ packages: [] });
  });

  it('before the first timer fires is neither the web server nor what reads files and plays histories', () => {
    const { files, packages } = loadedWith('src/cli/serve.ts');
    expect(files).toContain('src/engine/timekeeper.ts');
    const late = [
      'fastify',
      '@fastify/swagger',
      '@fastify/swagger-ui',
      '@eventstore/db-client',
      'yaml',
      'ical.js',
    ];
    expect(packages.filter(name => late.includes(name))).toEqual([]);
    expect(files.filter(file => /^src\/(?:import|demo|rehearsal|backup|migrate)\//.test(file))).toEqual([]);
    expect(files).not.toContain('src/cli/operations.ts');
    expect(files).not.toContain('src/http/server.ts');
  });

  it('to know which command is meant is no command', () => {
    expect(loadedWith('src/cli/program.ts').files.filter(file => file.startsWith('src/engine/'))).toEqual([]);
  });
});
