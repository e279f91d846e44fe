import { type JsonObject, valueAt } from './field-value.ts';
import type { LogLine } from './log-lines.ts';
import type { CheckedMapping } from './mapping-check.ts';
import { rowTime } from './row-time.ts';

/** One row of the foreign log, read by the mapping's keys. */
export interface ImportRow {
  readonly line: number;
  readonly caseKey: string;
  /** Its own key in its case. */
  readonly rowKey: string;
  readonly activity: string;
  /** The value of the actor's key. */
  readonly actor: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly row: JsonObject;
}

/** Why a row cannot be used at all. */
type BrokenReason =
  | 'notJson'
  | 'notAnObject'
  | 'missingKey'
  | 'badKey'
  | 'badTime'
  | 'inTheFuture'
  | 'unknownActivity'
  | 'duplicateRow';

export interface BrokenRow {
  readonly line: number;
  readonly reason: BrokenReason;
  readonly message: string;
  readonly caseKey?: string;
  readonly activity?: string;
}

/** Reads one line; `now` (epoch milliseconds) is the latest instant a row may have. */
export function readRow(
  { line, text }: LogLine,
  { mapping, activities }: CheckedMapping,
  now: number,
): ImportRow | BrokenRow {
  const broken = (reason: BrokenReason, message: string, known: Partial<BrokenRow> = {}): BrokenRow => ({
    line,
    reason,
    message,
    ...known,
  });
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    return broken('notJson', error instanceof Error ? error.message : String(error));
  }
  // What is half a character can be in no log; an escape brings one in.
  if (/\\u[dD][89a-fA-F]/.test(text) && !isWellFormed(row)) {
    return broken('notJson', 'a text in the row holds half of a surrogate pair');
  }
  if (!isJsonObject(row)) return broken('notAnObject', 'a row must be a JSON object');
  const { keys } = mapping;
  const texts = { case: '', activity: '', row: '', actor: '' };
  for (const name of ['case', 'activity', 'row', 'actor'] as const) {
    const value = valueAt(row, keys[name]);
    if (typeof value !== 'number' && (typeof value !== 'string' || value === '')) {
      return broken('missingKey', `the row has no ${keys[name]}, which is its ${name}`);
    }
    texts[name] = String(value);
  }
  // The sign between a row's key and the parts of what it gives.
  if (texts.row.includes('#')) return broken('badKey', `${keys.row} must not hold the sign #`);
  const known = { caseKey: texts.case, activity: texts.activity };
  const written = valueAt(row, keys.time.key);
  if (written === undefined || written === null) {
    return broken('missingKey', `the row has no ${keys.time.key}, which is its time`, known);
  }
  const at = rowTime(written, keys.time);
  if (at === undefined || at < EARLIEST_AT) {
    return broken(
      'badTime',
      `${JSON.stringify(written)} is no time as ${keys.time.format} from 1970 on`,
      known,
    );
  }
  if (at > now) return broken('inTheFuture', `${JSON.stringify(written)} has not come yet`, known);
  if (!activities.has(texts.activity)) {
    return broken('unknownActivity', `the mapping does not know the activity ${texts.activity}`, known);
  }
  return { line, ...known, rowKey: texts.row, actor: texts.actor, at, row };
}

export function isBroken(row: ImportRow | BrokenRow): row is BrokenRow {
  return 'reason' in row;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The log's instants begin here. */
const EARLIEST_AT = 0;

/** Order of a case's rows: by time, then by their keys (as numbers, where they are), then as they are written. */
export function compareRows(a: ImportRow, b: ImportRow): number {
  if (a.at !== b.at) return a.at - b.at;
  const [keyA, keyB] = [Number(a.rowKey), Number(b.rowKey)];
  if (Number.isFinite(keyA) && Number.isFinite(keyB)) return keyA - keyB || a.line - b.line;
  return a.rowKey < b.rowKey ? -1 : a.rowKey > b.rowKey ? 1 : a.line - b.line;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, held]) => key.isWellFormed() && isWellFormed(held));
}
