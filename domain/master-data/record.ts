import { z } from 'zod';
import { type Rejected, reject } from '../case/decision.ts';

/**
 * What customers, products, suppliers and departments have in common: a code that is for ever, names that are found in
 * any language, and that they are retired, never deleted. None of it is a personal value.
 */

/** As the house and its ERP write it. Two that differ in case or width only are one. */
export const codeSchema = z.string().trim().min(1).max(60);
export const nameSchema = z.string().trim().min(1).max(200);
/** In other languages, short, or as it was: a search finds them all. */
export const otherNamesSchema = z.array(nameSchema).max(20);

export const named = {
  code: codeSchema,
  name: nameSchema,
  otherNames: otherNamesSchema.optional(),
};
export const renamed = { name: nameSchema.optional(), otherNames: otherNamesSchema.optional() };

/** What every record's state has once it is registered. */
export interface MasterRecord {
  readonly registered: true;
  readonly code: string;
  readonly name: string;
  readonly otherNames: readonly string[];
  readonly retired: boolean;
}

type Act = 'register' | 'change' | 'retire' | 'reinstate';

/** Why the record does not take it: `alreadyRegistered`, `notRegistered`, `retired`, `notRetired`. */
export function mayNot(
  act: Act,
  record: { readonly registered: false } | Pick<MasterRecord, 'registered' | 'retired'>,
): Rejected | undefined {
  if (act === 'register') return record.registered ? reject('alreadyRegistered') : undefined;
  if (!record.registered) return reject('notRegistered');
  if (act === 'reinstate') return record.retired ? undefined : reject('notRetired');
  return record.retired ? reject('retired', { possible: ['reinstate'] }) : undefined;
}

export function changesNothing(data: Readonly<Record<string, unknown>>): boolean {
  return Object.values(data).every(value => value === undefined);
}

/** The record with new values; `null` takes an optional one away, and what is not named stays. */
export function changed<R extends object>(record: R, change: Readonly<Record<string, unknown>>): R {
  const said = Object.entries(change).filter(([, value]) => value !== undefined);
  const taken = new Set(said.filter(([, value]) => value === null).map(([field]) => field));
  const next = Object.fromEntries(
    [...Object.entries(record), ...said].filter(([field]) => !taken.has(field)),
  );
  // Only fields of R's own schemas are changed, and only optional ones are taken away.
  return next as R;
}

/** The values that are there. */
export function given<T extends object>(data: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
