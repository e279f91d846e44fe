import { z } from 'zod';

/** Why something was published or given up: for auditors, so no word about a person. */
export const reasonSchema = z.string().trim().min(1).max(500).meta({
  description: 'Why, for those who look it up in years; no word about a person.',
});

/** A draft's number, counted for ever: who publishes names the draft that was looked at. */
export const draftNumberSchema = z.int().min(1);

/** Who may write drafts, and who may put them in force; `system` is the command line and the engine. */
export const DRAFTERS = ['lead', 'qaHead', 'marketingDirector', 'admin', 'system'] as const;
export const PUBLISHERS = ['marketingDirector', 'admin', 'system'] as const;

/** What a house has published of one thing, and the draft that stands. */
export interface Draft<T> {
  readonly number: number;
  readonly content: T;
}
