import type { z } from 'zod';
import { durationMs } from '../../domain/time/duration.ts';
import type { Mapping } from './mapping-schema.ts';

type Json = z.core.util.JSONType;
export type JsonObject = Readonly<Record<string, Json>>;

/** What the fields of a command are made from, for one row. */
export interface RowFacts {
  readonly row: JsonObject;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The user that a value of the actor's key stands for. */
  userOf(value: string): string;
  /** The case as it stands, for `$state`; it holds no personal value. */
  readonly state: JsonObject;
  /** The case that a value of the case's key stands for; `undefined` for one that was not opened. */
  caseOf(value: string): string | undefined;
}

/** A row that cannot give a field its value. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly reason: 'missingKey' | 'unknownValue' | 'unknownCase' | 'notInCase';
  constructor(reason: FieldError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The value at a path of keys, `undefined` where there is none. */
export function valueAt(row: JsonObject, key: string): Json | undefined {
  let value: Json | undefined = row;
  for (const part of key.split('.')) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

/** How a field's value comes about. A plain value stands for itself. */
export type FieldSource =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'template'; readonly parts: readonly (string | { readonly key: string })[] }
  | { readonly kind: 'key'; readonly key: string; readonly optional: boolean }
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'user'; readonly key: string }
  | { readonly kind: 'case'; readonly key: string }
  | { readonly kind: 'state'; readonly path: string }
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, FieldSource>> }
  | { readonly kind: 'list'; readonly items: readonly FieldSource[] };

const MARKERS = ['$key', '$table', '$user', '$case', '$state', '$after'] as const;

/**
 * Reads how a field is written in a mapping.
 * @throws SyntaxError with what is wrong, in words
 */
export function parseField(written: Json): FieldSource {
  if (typeof written === 'string') return parseTemplate(written);
  if (written === null || typeof written !== 'object') return { kind: 'constant', value: written };
  if (Array.isArray(written)) return { kind: 'list', items: written.map(parseField) };
  const names = Object.keys(written);
  const marker = names.find(name => name.startsWith('$'));
  if (marker === undefined) {
    const fields = Object.entries(written).map(([name, value]) => [name, parseField(value)] as const);
    return { kind: 'object', fields: Object.fromEntries(fields) };
  }
  const known = MARKERS.find(name => name === marker);
  const { [marker]: value, optional } = written;
  if (known === undefined) throw new SyntaxError(`${marker} is unknown; there are ${MARKERS.join(', ')}`);
  if (typeof value !== 'string') throw new SyntaxError(`${marker} must be a text`);
  const others = names.filter(name => name !== marker && !(marker === '$key' && name === 'optional'));
  if (others.length > 0) throw new SyntaxError(`${others.join(', ')} cannot stand beside ${marker}`);
  switch (known) {
    case '$key':
      return { kind: 'key', key: value, optional: optional === true };
    case '$table':
      return { kind: 'table', table: value };
    case '$user':
      return { kind: 'user', key: value };
    case '$case':
      return { kind: 'case', key: value };
    case '$state':
      return { kind: 'state', path: value };
    case '$after': {
      const ms = durationMs(value);
      if (ms === undefined) throw new SyntaxError('$after must be a duration as PT24H');
      return { kind: 'after', ms };
    }
  }
}

function parseTemplate(text: string): FieldSource {
  const parts: (string | { key: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(/\{([^{}]+)\}/g)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ key: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (parts.length === 0) return { kind: 'constant', value: text };
  if (end < text.length) parts.push(text.slice(end));
  return { kind: 'template', parts };
}

/**
 * The value of a field for a row; `undefined` leaves the field out.
 * @throws FieldError
 */
export function fieldValue(
  source: FieldSource,
  facts: RowFacts,
  tables: Mapping['tables'],
): Json | undefined {
  switch (source.kind) {
    case 'constant':
      return source.value;
    case 'template':
      return source.parts
        .map(part => (typeof part === 'string' ? part : textAt(facts.row, part.key)))
        .join('');
    case 'key': {
      const value = valueAt(facts.row, source.key);
      if (value !== undefined && value !== null) return value;
      if (source.optional) return undefined;
      throw new FieldError('missingKey', `the row has no ${source.key}`);
    }
    case 'table':
      return tableValue(source.table, facts.row, tables);
    case 'user':
      return facts.userOf(textAt(facts.row, source.key));
    case 'case': {
      const value = textAt(facts.row, source.key);
      const caseId = facts.caseOf(value);
      if (caseId === undefined) throw new FieldError('unknownCase', `no case ${value} was opened before`);
      return caseId;
    }
    case 'state': {
      const value = inState(facts.state, source.path);
      if (value === undefined) throw new FieldError('notInCase', `the case has no ${source.path}`);
      return value;
    }
    case 'after':
      return facts.at + source.ms;
    case 'object': {
      const fields: Record<string, Json> = {};
      for (const [name, field] of Object.entries(source.fields)) {
        const value = fieldValue(field, facts, tables);
        if (value !== undefined) fields[name] = value;
      }
      return fields;
    }
    case 'list':
      return source.items
        .map(item => fieldValue(item, facts, tables))
        .filter((value): value is Json => value !== undefined);
  }
}

/** As `valueAt`, with places in lists: `remedies.-1.remedyId` is of the last. */
function inState(state: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = state;
  for (const part of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    if (Array.isArray(value)) value = value.at(Number(part));
    else value = Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function textAt(row: JsonObject, key: string): string {
  const value = valueAt(row, key);
  if (value === undefined || value === null || typeof value === 'object') {
    throw new FieldError('missingKey', `the row has no ${key}`);
  }
  return String(value);
}

function tableValue(name: string, row: JsonObject, tables: Mapping['tables']): Json {
  const table = tables[name];
  if (table === undefined)
    throw new TypeError(`the mapping has no table ${name}; its check lets none through`);
  const value = textAt(row, table.key);
  const found = Object.hasOwn(table.values, value) ? table.values[value] : table.default;
  if (found !== undefined) return found;
  const why = table.unknown === undefined ? '' : `: ${table.unknown}`;
  throw new FieldError(
    'unknownValue',
    `${table.key} is ${JSON.stringify(value)}, not in the table ${name}${why}`,
  );
}
