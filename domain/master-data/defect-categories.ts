import { z } from 'zod';
import { accept, type Decision, reject } from '../case/decision.ts';
import type { CommandOf, EventOf } from '../case/event-definition.ts';
import type { Aggregate } from '../log/aggregate.ts';
import { type DefectCategory, defectCategorySchema, houseEvents } from '../log/house-events.ts';

/** The list of defect categories (质量点) as it holds, with every code that it ever had: those of old are retired. */
const events = { DefectCategoriesPublished: houseEvents.DefectCategoriesPublished } as const;
type DefectEvent = EventOf<typeof events>;

export const defectCategoriesCommands = {
  publishDefectCategories: {
    summary: 'Publish the next version of the list of defect categories, as a whole',
    roles: ['technicalCentre', 'qaHead', 'admin', 'system'],
    schema: z.strictObject({
      /** The version that it was made from: refused if another was published since. */
      basedOn: z.int().min(0),
      categories: z.array(defectCategorySchema).min(1).max(1000),
    }),
  },
} as const;

export interface DefectCategories {
  /** 0 before the first. */
  readonly version: number;
  readonly categories: readonly DefectCategory[];
}

/** Rejects with `publishedSince`, `codeTwice`, `codesMissing`, `nothingToChange`. */
function decide(
  command: CommandOf<typeof defectCategoriesCommands>,
  state: DefectCategories,
  now: number,
): Decision<DefectEvent> {
  const { basedOn, categories } = command.data;
  const { version } = state;
  if (basedOn !== version) return reject('publishedSince', { version, basedOn });
  const codes = categories.map(({ code }) => code);
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice !== undefined) return reject('codeTwice', { code: twice });
  const missing = state.categories.map(({ code }) => code).filter(code => !codes.includes(code));
  if (missing.length > 0)
    return reject('codesMissing', { codes: missing, hint: 'a category is retired, never deleted' });
  if (JSON.stringify(categories) === JSON.stringify(state.categories)) return reject('nothingToChange');
  const data = { version: version + 1, categories };
  return accept({ type: 'DefectCategoriesPublished', data, occurredAt: now });
}

export const defectCategories: Aggregate<DefectCategories, typeof defectCategoriesCommands, typeof events> = {
  category: 'defectCategory',
  deciderVersion: 1,
  commands: defectCategoriesCommands,
  events,
  initial: { version: 0, categories: [] },
  maxEvents: 2_000,
  endings: [],
  decide,
  evolve: (_before, { data }) => data,
};
