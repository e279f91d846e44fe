import { z } from 'zod';

/** What stands in stored data where a personal value was sealed, and what is shown once its key is gone. */
export const SEALED = '[sealed]';
export const ERASED = '[erased]';

export interface PersonalMeta {
  /**
   * Whose the value is: `case` (free text: the stream's own uuid), or the name of a sibling field
   * of the same object that holds the party's uuid.
   */
  readonly subject: string;
}

/** Marks where personal values sit in a schema; a registry of our own, so OpenAPI is not touched by it. */
export const personalFields = z.registry<PersonalMeta>();

/**
 * Marks a string field as personal data. Only strings can be personal: `[sealed]` and `[erased]`
 * then pass every schema. Apply it last, inside `.optional()`: `personal(z.string().max(80)).optional()`.
 * The decision must never branch on such a value.
 */
export function personal<T extends z.ZodType<string>>(
  schema: T,
  subject = 'case',
): z.ZodUnion<readonly [T, z.ZodLiteral<typeof SEALED | typeof ERASED>]> {
  const either = z.union([schema, z.literal([SEALED, ERASED])]);
  personalFields.add(either, { subject });
  return either;
}
