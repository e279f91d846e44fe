import { z } from 'zod';
import { uuidSchema } from '../log/envelope.ts';

/**
 * Whose personal data: a party's (contact, visitor, colleague: their name and how to reach them), a user's (their
 * name), a case's (what was written in it in free words). What people wrote about somebody in a case belongs to the
 * case: whoever is to be forgotten wholly is asked for together with the cases that speak of them.
 */
export const subjectSchema = z.object({ kind: z.enum(['party', 'user', 'case']), id: uuidSchema });
export type Subject = z.infer<typeof subjectSchema>;
export const subjectsSchema = z.array(subjectSchema).min(1).max(50);
