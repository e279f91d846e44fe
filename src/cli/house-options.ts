import { readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { parseInstant } from '../http/instants.ts';
import { OperationError } from './operation-error.ts';

export const jsonOption = (): Option => new Option('--json', 'print JSON').default(false);
export const reasonOption = (): Option =>
  new Option('--reason <text>', 'why, for those who look it up in years').makeOptionMandatory();
export const authorOption = (): Option =>
  new Option('--author <uuid>', 'in whose name: a user that there is');
export const draftOption = (): Option =>
  new Option('--draft <number>', 'the draft meant; the one that stands, if not given').argParser(positive);
export const replacesOption = (): Option =>
  new Option('--replaces <number>', 'the draft that it takes the place of').argParser(positive);

/** A state of a calendar or policy: a number, `draft` or `inForce`. */
export function state(text: string): number | 'draft' | 'inForce' {
  if (text === 'draft' || text === 'inForce') return text;
  return positive(text);
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1.');
  return Number(text);
}

export function instant(text: string): number {
  const at = parseInstant(text);
  if (at === undefined)
    throw new InvalidArgumentError('It must have a time and an offset, as 2027-01-01T00:00:00+08:00.');
  return at;
}

/** @throws OperationError for what is no file that can be read */
export function fileText(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new OperationError(`there is no file ${path}`);
  if (!found.isFile()) throw new OperationError(`${path} is not a file`);
  return readFileSync(path, 'utf8');
}

/** Without the keys that hold `undefined`, as the socket carries it. */
export function plain(params: object): object {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}
