import { DatabaseSync } from 'node:sqlite';

/**
 * A table, index, trigger or view of one of the house's files that is not as the house makes it: a trigger can change
 * or drop what is written from now on, and no row tells of it.
 */
export interface ForeignObject {
  /** `trigger`, `table`, `index`, `view`. */
  readonly object: string;
  readonly name: string;
  readonly how: 'added' | 'changed' | 'missing';
}

/** What a file has other than what its schema makes. */
export function foreignObjects(db: DatabaseSync, schema: string): readonly ForeignObject[] {
  const made = new DatabaseSync(':memory:');
  try {
    made.exec(schema);
    const own = objectsOf(made);
    const found = objectsOf(db);
    return [
      ...[...found].flatMap(([key, { object, name, text }]): ForeignObject[] => {
        const expected = own.get(key);
        if (expected?.text === text) return [];
        return [{ object, name, how: expected === undefined ? 'added' : 'changed' }];
      }),
      ...[...own].flatMap(([key, { object, name }]): ForeignObject[] =>
        found.has(key) ? [] : [{ object, name, how: 'missing' }],
      ),
    ];
  } finally {
    made.close();
  }
}

/** One sentence for people. */
export function foreignText(file: string, { object, name, how }: ForeignObject): string {
  switch (how) {
    case 'added':
      return (
        `${file} has ${object === 'index' ? 'an' : 'a'} ${object} "${name}" that Redress did not make` +
        `${object === 'trigger' ? ': it can change or drop what is written, unseen' : ''}; find out who put it there, ` +
        `stop the service and take it out (DROP ${object.toUpperCase()})`
      );
    case 'changed':
      return `${file}: the ${object} "${name}" is not as Redress made it; somebody changed it by hand`;
    case 'missing':
      return `${file}: the ${object} "${name}" is missing; somebody took it out by hand`;
  }
}

/** Comments and line breaks are no part of what an object is: a release may write its schema otherwise. */
function objectsOf(db: DatabaseSync) {
  const rows = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema').all();
  return new Map(
    rows.map(row => {
      const [object, name] = [String(row.type), String(row.name)];
      const sql = String(row.sql ?? '')
        .replaceAll(/--[^\n]*/g, ' ')
        .replaceAll(/\s+/g, ' ');
      return [`${object} ${name}`, { object, name, text: `${row.tbl_name}: ${sql}` }];
    }),
  );
}
