import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

/** In the order in which they need one another; each imports Node and those before it, nothing else. */
const FILES = [
  'merkle.ts',
  'signed-note.ts',
  'checkpoint-note.ts',
  'bundle/zip-format.ts',
  'bundle/bundle-format.ts',
  'bundle/verify-bundle.ts',
  'bundle/bundle-text.ts',
  'bundle/verify-bundle-program.ts',
];
const SOURCE = new URL('../../../src/audit/', import.meta.url);
export const VERIFIER_FILE = new URL('bundle/verify-bundle.mjs', SOURCE);

/** The verifier as one file of plain JavaScript: the sources that the house itself verifies by, types taken out. */
export function linkedVerifier(): string {
  const fromNode = new Map<string, Set<string>>();
  const parts = FILES.map(file => {
    const code = stripTypeScriptTypes(readFileSync(new URL(file, SOURCE), 'utf8'));
    const body = code.replace(
      /^import\s+\{([^}]*)\}\s+from\s+'([^']+)';\n/gm,
      (_all, names: string, from: string) => {
        if (!from.startsWith('node:') && !FILES.some(each => each.endsWith(from.replace(/^[./]+/, '')))) {
          throw new Error(`${file} imports ${from}, which is no part of the verifier`);
        }
        if (from.startsWith('node:')) {
          const known = fromNode.get(from) ?? new Set();
          fromNode.set(from, known);
          for (const name of names.split(',').map(each => each.trim())) if (name !== '') known.add(name);
        }
        return '';
      },
    );
    if (/^import\s/m.test(body)) throw new Error(`${file} imports in a way that is not understood here`);
    return body
      .replace(/^export (?=const|function)/gm, '')
      .replace(/[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  });
  const imports = [...fromNode].map(
    ([from, names]) => `import { ${[...names].sort().join(', ')} } from '${from}';`,
  );
  return [
    '// Verifies an evidence bundle of Redress: node verify-bundle.mjs FILE',
    '// Made from src/audit, types taken out; it needs Node 20.12 or newer, and nothing else.',
    '// Licensed under the Apache License, Version 2.0.',
    ...imports,
    ...parts,
    '',
  ].join('\n\n');
}
