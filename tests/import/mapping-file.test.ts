import { describe, expect, test } from 'vitest';
import { MappingError, readMapping } from '../../src/import/mapping-file.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';
import { PARCEL_MAPPING } from './import-house.ts';

const read = (text: string) => readMapping(text, 'mapping.yaml', [parcel]);

function problemsOf(text: string) {
  try {
    read(text);
  } catch (error) {
    if (error instanceof MappingError) return error.problems;
    throw error;
  }
  return [];
}

/** The mapping with one text in place of another, which must be there. */
function changed(from: string, to: string): string {
  if (!PARCEL_MAPPING.includes(from)) throw new Error(`the mapping has no ${from}`);
  return PARCEL_MAPPING.replace(from, to);
}

const TABLE = `tables:
  color: { key: color, values: { r: red }, unknown: there were no others }
open:`;

describe('a mapping', () => {
  test('is read from YAML and from JSON', () => {
    const { mapping } = read(PARCEL_MAPPING);
    expect(read(JSON.stringify({ ...mapping, tables: {} })).mapping.source).toBe('depot');
  });

  test.each([
    ['is no YAML', 'source: [', 1, ''],
    ['has a key twice', `${PARCEL_MAPPING}\nsource: twice\n`, 24, ''],
    ['has no case key', changed('  case: parcel\n', ''), 4, 'keys.case'],
    ['has a key that nobody knows', `${PARCEL_MAPPING}\nextra: 1\n`, 24, 'extra'],
    ['has a source that is no name', changed('source: depot', 'source: The depot'), 2, 'source'],
    [
      'names a lifecycle that is not there',
      changed('lifecycle: complaint', 'lifecycle: parcels'),
      3,
      'lifecycle',
    ],
    ['has local times without a zone', changed('format: rfc3339', 'format: local'), 8, 'keys.time'],
    [
      'has a zone that is none',
      changed('format: rfc3339', 'format: local, zone: Mars/Olympus'),
      8,
      'keys.time.zone',
    ],
    [
      'gives a command that is not there',
      changed('command: close', 'command: shut'),
      21,
      'activities.close.give.command',
    ],
    [
      'opens with a command that opens nothing',
      changed(
        "  command: open\n  fields: { label: '{parcel}', description: 'Lost, said {who}' }",
        '  command: search',
      ),
      13,
      'open.command',
    ],
    [
      'opens by an activity',
      changed('{ command: close }', "{ command: open, fields: { label: 'x' } }"),
      21,
      'activities.close.give',
    ],
    [
      'fires timers itself',
      changed('command: close', 'command: fireTimer'),
      21,
      'activities.close.give.command',
    ],
    [
      'misses a field that the command needs',
      changed("fields: { text: '{text}' }", 'fields: {}'),
      17,
      'activities.note.give.fields.text',
    ],
    [
      'has a field that the command does not have',
      changed("fields: { text: '{text}' }", "fields: { text: '{text}', more: 1 }"),
      17,
      'activities.note.give.fields',
    ],
    [
      'has a constant that the command does not take',
      changed("fields: { text: '{text}' }", 'fields: { text: 7 }'),
      17,
      'activities.note.give.fields.text',
    ],
    [
      'names a table that is not there',
      changed("text: '{text}'", 'text: { $table: colour }'),
      17,
      'activities.note.give.fields',
    ],
    [
      'has a sign that is unknown',
      changed("text: '{text}'", 'text: { $magic: colour }'),
      17,
      'activities.note.give.fields',
    ],
    [
      'has a table value that the command does not take',
      changed("text: '{text}'", 'text: { $table: color }').replace(
        'open:',
        TABLE.replace('r: red', "r: red, s: ''"),
      ),
      19,
      'activities.note.give.fields.text',
    ],
    [
      'has a table without a word on other values',
      PARCEL_MAPPING.replace('open:', TABLE.replace(', unknown: there were no others', '')),
      13,
      'tables.color',
    ],
    [
      'leaves out without a reason',
      changed('{ leaveOut: hearsay }', "{ leaveOut: '' }"),
      22,
      'activities.heard.leaveOut',
    ],
    [
      'may find no alternative',
      changed('{ give: { command: close } }', '{ when: { phase: open }, give: { command: close } }'),
      21,
      'activities.close',
    ],
    [
      'has an alternative that is never reached',
      changed('{ give: { command: close } }', '[{ give: { command: close } }, { leaveOut: never }]'),
      21,
      'activities.close.0',
    ],
    [
      'asks for an event that is not there',
      changed(
        '{ give: { command: close } }',
        '[{ when: { recorded: Nothing }, give: { command: close } }, { leaveOut: x }]',
      ),
      21,
      'activities.close.0.when.recorded',
    ],
    [
      'asks for a command that is not there',
      changed(
        '{ give: { command: close } }',
        '[{ when: { possible: fly }, give: { command: close } }, { leaveOut: x }]',
      ),
      21,
      'activities.close.0.when.possible',
    ],
    ['gives nobody a role', changed('roles: [agent, lead]', 'roles: []'), 11, 'people.roles'],
    ['makes somebody the system', changed('roles: [agent, lead]', 'roles: [system]'), 11, 'people.roles.0'],
  ])('is refused when it %s, by line and path', (_what, text, line, path) => {
    const problems = problemsOf(text);
    expect(problems.map(problem => problem.path.join('.'))).toContain(path);
    expect(problems.find(problem => problem.path.join('.') === path)?.line).toBe(line);
  });

  test('is told all that is wrong with it at once', () => {
    const text = changed('command: close', 'command: shut').replace('command: reply', 'command: answer');
    expect(problemsOf(text)).toHaveLength(2);
    expect(() => read(text)).toThrow(/mapping\.yaml cannot be used as a mapping:\n.*18: .*\n.*21: /);
  });

  test('takes on trust, until the row comes, what only a row can say', () => {
    expect(problemsOf(changed("text: '{text}'", 'text: { $key: text }'))).toEqual([]);
  });
});
