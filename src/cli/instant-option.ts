import { InvalidArgumentError } from 'commander';
import { parseInstant } from '../http/instants.ts';

/** Reads an option that is an instant; epoch milliseconds. */
export function instant(text: string): number {
  const at = parseInstant(text);
  if (at !== undefined) return at;
  throw new InvalidArgumentError('It must be a date and time with an offset, as 2026-03-02T09:00:00+08:00.');
}
