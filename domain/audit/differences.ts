import type { z } from 'zod';

type Json = z.core.util.JSONType;

/** One place in which two documents differ; a side is absent where there is nothing. */
export interface Difference {
  /** A JSON pointer. */
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
}

/** Every place in which two documents differ, deepest first known, in the order of the first document. */
export function differences(from: Json | undefined, to: Json | undefined, path = ''): readonly Difference[] {
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap(key => differences(own(from, key), own(to, key), `${path}/${pointerPart(key)}`));
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    const length = Math.max(from.length, to.length);
    return Array.from({ length }, (_, index) =>
      differences(from[index], to[index], `${path}/${index}`),
    ).flat();
  }
  if (from === to) return [];
  return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(value: { [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
