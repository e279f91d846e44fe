import { z } from 'zod';
import { aggregates } from '../../domain/aggregates.ts';
import { lifecycles } from '../../domain/lifecycles.ts';

// A name that there is not would select nothing, and nothing looks like nothing wrong.
const cases = lifecycles.map(({ name }) => name);
const others = aggregates.map(({ category }) => category);

/** The name of a lifecycle. */
export const lifecycleNameSchema = z.enum(cases, `must be one of ${cases.join(', ')}`);

/** What a recheck goes through: the cases of a lifecycle, or streams of another kind by their category. */
export const recheckedKindSchema = z.enum(
  [...cases, ...others],
  `must be one of ${[...cases, ...others].join(', ')}`,
);
