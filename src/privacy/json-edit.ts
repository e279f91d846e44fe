import type { z } from 'zod';

export type Json = z.core.util.JSONType;
export type JsonObject = { [key: string]: Json };
export type JsonPath = readonly (string | number)[];

/** A string to stand at a path, in the place of the string that is there. */
export interface JsonEdit {
  readonly path: JsonPath;
  readonly value: string;
}

function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A copy with the edits made; what no edit touches is shared with the original, which stays as it was.
 * @throws RangeError when a path leads to no string
 */
export function withEdits<T extends Json>(root: T, edits: readonly JsonEdit[]): T;
export function withEdits(root: Json, edits: readonly JsonEdit[]): Json {
  const copied = new Set<Json>();
  const own = (value: Json): Json => {
    if (value === null || typeof value !== 'object' || copied.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    copied.add(copy);
    return copy;
  };
  const holder: Json[] = [root];
  for (const { path, value } of edits) {
    let at: Json = holder;
    let key: string | number = 0;
    for (const next of path) {
      const child = childOf(at, key);
      if (child === undefined) throw new RangeError(`nothing at ${pointerOf(path)}`);
      const ownChild = own(child);
      setChild(at, key, ownChild);
      at = ownChild;
      key = next;
    }
    if (typeof childOf(at, key) !== 'string') throw new RangeError(`no string at ${pointerOf(path)}`);
    setChild(at, key, value);
  }
  return holder[0] ?? null;
}

/** The value at a path, `undefined` where it leads nowhere. */
export function valueAt(root: Json, path: JsonPath): Json | undefined {
  let at: Json | undefined = root;
  for (const key of path) {
    if (at === undefined) return undefined;
    at = childOf(at, key);
  }
  return at;
}

/** Every path at which exactly this string stands. */
export function pathsHolding(root: Json, text: string): readonly JsonPath[] {
  const found: JsonPath[] = [];
  const look = (value: Json, path: JsonPath): void => {
    if (value === text) found.push(path);
    else if (Array.isArray(value)) for (const [index, part] of value.entries()) look(part, [...path, index]);
    else if (isJsonObject(value)) for (const [key, part] of Object.entries(value)) look(part, [...path, key]);
  };
  look(root, []);
  return found;
}

/** RFC 6901: `['a/b', 0]` → `/a~1b/0`. */
export function pointerOf(path: JsonPath): string {
  let pointer = '';
  for (const key of path) {
    const text = String(key);
    pointer += `/${/[~/]/.test(text) ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text}`;
  }
  return pointer;
}

/** RFC 6901: `/a~1b/0` → `['a/b', '0']`; an index stays a string, which finds an array's element as well. */
export function pathOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function childOf(value: Json, key: string | number): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Only for a child that is there: a key such as `__proto__` is then an own property, and set as one. */
function setChild(value: Json, key: string | number, child: Json): void {
  if (Array.isArray(value)) value[Number(key)] = child;
  else if (isJsonObject(value)) value[key] = child;
}
