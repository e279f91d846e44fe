import type { z } from 'zod';
import { uuidSchema } from './envelope.ts';
import { type MarkedField, type Marks, markedFieldsOf } from './marked-fields.ts';
import { ERASED, type PersonalMeta, personalFields } from './personal.ts';

/** One personal value found in data: where it is, whose it is, and what it says. */
export interface PersonalValue {
  readonly path: readonly (string | number)[];
  /** The uuid of a party or of the case. */
  readonly subject: string;
  readonly value: string;
}

/**
 * Lists the personal values of parsed data, in the schema's order. `caseUuid` is the subject of fields
 * marked `case`, and of those whose sibling field holds no uuid: nothing personal is left without a subject.
 */
export type PersonalCollector = (data: unknown, caseUuid: string) => readonly PersonalValue[];

const NOTHING: readonly PersonalValue[] = [];
const collectors = new WeakMap<z.core.$ZodType, PersonalCollector>();
const MARKS: Marks<PersonalMeta> = { markOf: schema => personalFields.get(schema), name: 'personal' };

/**
 * Compiles a schema into a collector of its personal values; cached by schema, since it stands in the
 * append path. The data must be what the schema gave out: a key unknown to the schema is not looked at.
 * @throws TypeError for personal fields where JSON cannot hold them: keys, maps, sets, files.
 */
export function personalPathsOf(schema: z.core.$ZodType): PersonalCollector {
  const known = collectors.get(schema);
  if (known !== undefined) return known;
  const collector = compile(schema);
  collectors.set(schema, collector);
  return collector;
}

function compile(schema: z.core.$ZodType): PersonalCollector {
  const find = markedFieldsOf(schema, MARKS);
  if (find === undefined) return () => NOTHING;
  return (data, caseUuid) => {
    // By its path: an intersection or a pipe may come by the same field twice.
    const found = new Map<string, PersonalValue>();
    find(data, field => {
      const { path, value } = field;
      // What was erased before stays so: there is nothing in it to protect.
      if (typeof value !== 'string' || value === ERASED) return;
      found.set(JSON.stringify(path), { path, subject: subjectOf(field, caseUuid), value });
    });
    return found.size === 0 ? NOTHING : [...found.values()];
  };
}

function subjectOf({ mark, owner }: MarkedField<PersonalMeta>, caseUuid: string): string {
  if (mark.subject === 'case') return caseUuid;
  const parsed = uuidSchema.safeParse(owner[mark.subject]);
  return parsed.success ? parsed.data : caseUuid;
}
