import type { z } from 'zod';

/**
 * A query or call with a period, whose end must not be before its start: nothing lies in such a period, and an answer
 * that nothing was found would be taken for one. Both ends are instants in epoch milliseconds, or months as text.
 */
export function inOrder<S extends z.ZodObject>(
  schema: S,
  from: string & keyof S['shape'],
  to: string & keyof S['shape'],
): S {
  return schema.refine(
    value => {
      const start: unknown = Reflect.get(value, from);
      const end: unknown = Reflect.get(value, to);
      if (typeof start === 'number' && typeof end === 'number') return start <= end;
      return typeof start !== 'string' || typeof end !== 'string' || start <= end;
    },
    { path: [to], message: `must not be before ${from}` },
  );
}
