import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { STAFF } from '../../domain/case/actor.ts';
import { caseCommands } from '../../domain/case/case-commands.ts';
import type { CommandDefinitions } from '../../domain/case/event-definition.ts';
import { lifecycles } from '../../domain/lifecycles.ts';

const root = new URL('../../', import.meta.url);
const EVERY_CASE = 'every-case.md';
/** Where a lifecycle's code is not in the folder of its name. */
const FOLDERS: Readonly<Record<string, string>> = { 'after-sales-request': 'after-sales' };
const pages = [
  { page: EVERY_CASE, folder: 'domain/case/', commands: caseCommands as CommandDefinitions },
  ...lifecycles.map(({ name, commands }) => ({
    page: `${name}.md`,
    folder: `domain/${FOLDERS[name] ?? name}/`,
    commands,
  })),
];

/** Reasons as the code spells them: `reject('…'`, on one line or over two. */
function reasonsIn(folder: string): readonly string[] {
  const files = readdirSync(new URL(folder, root)).filter(name => name.endsWith('.ts'));
  const found = files.flatMap(name => {
    const text = readFileSync(new URL(folder + name, root), 'utf8');
    return [...text.matchAll(/\breject\(\s*'([A-Za-z]+)'/g)].map(match => match[1] ?? '');
  });
  return [...new Set(found)].sort();
}

function rowsOf(page: string, heading: RegExp): readonly (readonly string[])[] {
  const text = readFileSync(new URL(`docs/lifecycles/${page}`, root), 'utf8');
  const section = text.split(/^## /m).find(part => heading.test(part)) ?? '';
  return section
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    );
}

/** The reasons that a page lists: a row each, or one after the other. */
function refusalsOn(page: string): readonly string[] {
  const rows = rowsOf(page, /^Refusals/).flatMap(([reason]) => namesIn(reason));
  if (rows.length > 0) return rows;
  const text = readFileSync(new URL(`docs/lifecycles/${page}`, root), 'utf8');
  return namesIn(text.split(/^## /m).find(part => part.startsWith('Refusals')));
}

const namesIn = (cell = '') => [...cell.matchAll(/`([A-Za-z]+)`/g)].map(match => match[1] ?? '');

function rolesIn(cell = ''): readonly string[] {
  const roles = cell.split(',').map(role => role.trim());
  return roles.flatMap(role => (role === 'staff' ? [...STAFF] : [role])).sort();
}

const narrowed = (commands: CommandDefinitions, name: string) =>
  String(commands[name]?.roles) !== String((caseCommands as CommandDefinitions)[name]?.roles);

test('a mapping may be of any lifecycle', () => {
  const text = readFileSync(new URL('docs/mappings.md', root), 'utf8');
  const [row = ''] = /^\| `lifecycle` \|.*$/m.exec(text) ?? [];
  const named = [...row.matchAll(/`([a-z-]+)`/g)].map(match => match[1]);
  expect(named).toEqual(['lifecycle', ...lifecycles.map(({ name }) => name)]);
});

describe.each(pages)('$page', ({ page, folder, commands }) => {
  const under = rowsOf(page, /^Commands/);
  const rows = under.length > 0 ? under : rowsOf(page, /^# /);
  const documented = rows.flatMap(([names, roles]) =>
    namesIn(names).map(name => [name, rolesIn(roles)] as const),
  );

  it('lists every reason for which the code refuses, and no other', () => {
    const own = reasonsIn(folder);
    // A page may name those of every case that matter to it.
    const common = page === EVERY_CASE ? [] : reasonsIn('domain/case/');
    const listed = [...new Set(refusalsOn(page))].filter(
      name => own.includes(name) || !common.includes(name),
    );
    expect(listed.sort()).toEqual(own);
  });

  it('lists every command that it takes beside those of every case', () => {
    const own = Object.keys(commands).filter(
      name => page === EVERY_CASE || narrowed(commands, name) || !(name in caseCommands),
    );
    const names = documented.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(own));
    expect(Object.keys(commands)).toEqual(expect.arrayContaining(names));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(documented)('says who may give %s', (name, roles) => {
    const definitions: CommandDefinitions = commands;
    expect([...(definitions[name]?.roles ?? [])].sort()).toEqual(roles);
  });
});
