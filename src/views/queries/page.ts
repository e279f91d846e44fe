import { z } from 'zod';

/** A page of a list, and where the next one begins; without it there is none. */
export interface Page<R> {
  readonly rows: readonly R[];
  readonly next?: string;
}

export const MAX_PAGE_ROWS = 200;

/** A cursor that this list did not give. */
export class BadCursorError extends Error {
  override readonly name = 'BadCursorError';
}

const cursorSchema = z.tuple([
  z.string(),
  z.number().nullable(),
  z.array(z.union([z.string(), z.number()])).max(5),
]);

/** Where a page ended: the sort's name, its value in the last row, and what finds the row among equals. */
export interface Place {
  readonly value: number | null;
  readonly key: readonly (string | number)[];
}

export function cursorOf(sort: string, place: Place): string {
  return Buffer.from(JSON.stringify([sort, place.value, place.key])).toString('base64url');
}

/** @throws BadCursorError */
export function placeOf(sort: string, cursor: string): Place {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new BadCursorError('the cursor is not one of this service');
  }
  const parsed = cursorSchema.safeParse(json);
  if (!parsed.success) throw new BadCursorError('the cursor is not one of this service');
  const [sortedBy, value, key] = parsed.data;
  if (sortedBy !== sort) throw new BadCursorError(`the cursor belongs to a list sorted by ${sortedBy}`);
  return { value, key };
}

/** The rows of one page out of one more than asked for, which tells whether there is a next. */
export function pageOf<R>(
  rows: readonly R[],
  limit: number,
  sort: string,
  placeOf: (row: R) => Place,
): Page<R> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return rows.length > limit && last !== undefined
    ? { rows: page, next: cursorOf(sort, placeOf(last)) }
    : { rows: page };
}
