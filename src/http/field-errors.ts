import type { z } from 'zod';
import type { FieldError } from './problems.ts';

const MAX_ERRORS = 50;

/** What a schema found wrong in `input`, each with the JSON pointer to it. No value of the input is repeated. */
export function fieldErrors(error: z.core.$ZodError, input: unknown): readonly FieldError[] {
  return error.issues.flatMap(issue => issueErrors(issue, [], input)).slice(0, MAX_ERRORS);
}

function issueErrors(
  issue: z.core.$ZodIssue,
  prefix: readonly PropertyKey[],
  input: unknown,
): readonly FieldError[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({ path: pointer([...path, key]), message: 'is no field of this request' }));
  }
  if (isMissing(input, path)) return [{ path: pointer(path), message: 'is missing' }];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) {
    return [{ path: pointer(path), message: issue.message }];
  }
  const options = issue.errors.map(issues => issues.flatMap(each => issueErrors(each, path, input)));
  const own = pointer(path);
  // The option that was understood furthest is the one that was meant.
  const meant = options
    .filter(errors => errors.length > 0 && errors.every(error => error.path !== own))
    .sort((a, b) => a.length - b.length)[0];
  if (meant !== undefined) return meant;
  const messages = new Set(options.flat().map(error => error.message));
  return [{ path: own, message: [...messages].join(', or: ') }];
}

function isMissing(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return true;
    value = Reflect.get(value, part);
  }
  return value === undefined;
}

/** RFC 6901. */
export function pointer(path: readonly PropertyKey[]): string {
  return path
    .map(part => `/${String(part).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
