import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A row of a file, by the names of its columns or fields. */
export interface MasterRow {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The file is none that can be read; the message says where and what to do. */
export class MasterFileError extends Error {
  override readonly name = 'MasterFileError';
}

/** Rows of CSV with a header line (RFC 4180, also with semicolons or tabs), or of NDJSON: told by the first character. */
export function readMasterRows(path: string): readonly MasterRow[] {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  return text.trimStart().startsWith('{') ? ndjsonRows(text) : csvRows(text);
}

function ndjsonRows(text: string): readonly MasterRow[] {
  return text.split(/\r?\n/).flatMap((each, index): readonly MasterRow[] => {
    if (each.trim() === '') return [];
    const line = index + 1;
    try {
      return [{ line, values: z.record(z.string(), z.unknown()).parse(JSON.parse(each)) }];
    } catch {
      throw new MasterFileError(`line ${line} is no JSON object: in NDJSON each line is one`);
    }
  });
}

/** @throws MasterFileError for a quote that is not closed, a header without names, and a row that is longer than it */
export function csvRows(text: string): readonly MasterRow[] {
  const [header, ...records] = csvRecords(text, separatorOf(text));
  if (header === undefined)
    throw new MasterFileError('the file is empty: it begins with a line of column names');
  const names = header.cells.map(name => name.trim());
  if (names.some(name => name === '') || new Set(names).size < names.length)
    throw new MasterFileError('the first line names the columns, each once');
  return records.map(({ line, cells }) => {
    if (cells.length > names.length)
      throw new MasterFileError(
        `line ${line} has ${cells.length} cells and the first line ${names.length} names`,
      );
    const filled = names.map((name, at) => [name, cells[at]?.trim() ?? ''] as const);
    return { line, values: Object.fromEntries(filled.filter(([, value]) => value !== '')) };
  });
}

function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1);
  return [',', ';', '\t'].find(each => first.includes(each)) ?? ',';
}

interface CsvRecord {
  readonly line: number;
  readonly cells: string[];
}

function csvRecords(text: string, separator: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let [line, begunAt, cell, quoted, wasQuoted] = [1, 1, '', false, false];
  let cells: string[] = [];
  const endCell = (): void => {
    cells.push(cell);
    [cell, wasQuoted] = ['', false];
  };
  const endRecord = (): void => {
    endCell();
    if (cells.length > 1 || cells[0] !== '') records.push({ line: begunAt, cells });
    cells = [];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\n') line++;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') {
        cell += char;
        at++;
      } else quoted = false;
    } else if (char === '"' && cell === '' && !wasQuoted) [quoted, wasQuoted] = [true, true];
    else if (char === separator) endCell();
    else if (char === '\n') {
      endRecord();
      begunAt = line;
    } else if (char !== '\r' || text.charAt(at + 1) !== '\n') cell += char;
  }
  if (quoted) throw new MasterFileError(`a quote opened in the row of line ${begunAt} is not closed`);
  if (cell !== '' || cells.length > 0) endRecord();
  return records;
}
