import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ViewReader, ViewsNotReadyError } from '../../src/views/view-reader.ts';

let folder: string;
let writer: DatabaseSync;
let reader: ViewReader;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-view-reader-'));
  writer = new DatabaseSync(join(folder, 'views.db'));
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE cases (closed INTEGER); INSERT INTO cases VALUES (0)');
  reader = new ViewReader();
  reader.moveTo(join(folder, 'views.db'));
});
afterEach(() => {
  reader.close();
  writer.close();
  rmSync(folder, { recursive: true });
});

const cases = (closed: number) =>
  Number(reader.get('SELECT count(*) AS cases FROM cases WHERE closed = ?', [closed])?.cases);

describe('what is asked at once', () => {
  it('is answered from one state, whatever is committed meanwhile', () => {
    const [open, closed] = reader.atOnce(() => {
      const before = cases(0);
      writer.exec('UPDATE cases SET closed = 1');
      return [before, cases(1)];
    });
    expect([open, closed]).toEqual([1, 0]);
    expect([cases(0), cases(1)]).toEqual([0, 1]);
  });

  it('may ask others at once in its turn, and lets the file go when it fails', () => {
    expect(reader.atOnce(() => reader.atOnce(() => cases(0)))).toBe(1);
    const fail = () => {
      throw new Error('a bad cursor');
    };
    expect(() => reader.atOnce(fail)).toThrow('a bad cursor');
    writer.exec('UPDATE cases SET closed = 1');
    expect(cases(1)).toBe(1);
  });

  it('waits for views that are being made, as every question does', () => {
    reader.close();
    expect(() => reader.atOnce(() => cases(0))).toThrow(ViewsNotReadyError);
  });
});
