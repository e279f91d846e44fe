import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRows, MasterFileError, readMasterRows } from '../../src/import/master-rows.ts';

describe('a file of master data as CSV', () => {
  it('has a header line, and a row a record, with the line where it begins', () => {
    expect(csvRows('code,name\r\nC-1,南洋\r\n\r\nC-2, Nordic \n')).toEqual([
      { line: 2, values: { code: 'C-1', name: '南洋' } },
      { line: 4, values: { code: 'C-2', name: 'Nordic' } },
    ]);
  });

  it('may quote what holds separators, quotes and line ends', () => {
    expect(csvRows('code,name\nC-1,"Nordic ""Outdoor"", AB\nStockholm"\nC-2,x')).toEqual([
      { line: 2, values: { code: 'C-1', name: 'Nordic "Outdoor", AB\nStockholm' } },
      { line: 4, values: { code: 'C-2', name: 'x' } },
    ]);
  });

  it('may be separated by semicolons or tabs, as a spreadsheet writes it', () => {
    const rows = [{ line: 2, values: { code: 'C-1', name: 'a,b' } }];
    expect(csvRows('code;name\nC-1;a,b')).toEqual(rows);
    expect(csvRows('code\tname\nC-1\ta,b')).toEqual(rows);
  });

  it('leaves out empty cells', () => {
    expect(csvRows('code,name,grade\nC-1,x,\nC-2,y')).toEqual([
      { line: 2, values: { code: 'C-1', name: 'x' } },
      { line: 3, values: { code: 'C-2', name: 'y' } },
    ]);
  });

  it.each([
    ['', 'the file is empty'],
    ['code,code\n1,2', 'each once'],
    ['code,\n1,2', 'names the columns'],
    ['code\n1,2', 'line 2 has 2 cells'],
    ['code,name\n1,"open\n\n', 'line 2 is not closed'],
  ])('%j is refused with the place', (text, message) => {
    expect(() => csvRows(text)).toThrow(message);
  });

  it('gives back whatever was written by the rules', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '拉', ';'), maxLength: 8 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), rows => {
        const text = ['a,b', ...rows.map(row => row.map(quoted).join(','))].join('\n');
        const wanted = rows.map(([a, b]) =>
          Object.fromEntries(
            [
              ['a', a.trim()],
              ['b', b.trim()],
            ].filter(([, value]) => value !== ''),
          ),
        );
        expect(csvRows(text).map(({ values }) => values)).toEqual(wanted);
      }),
    );
  });
});

describe('a file of master data as NDJSON', () => {
  it('has an object a line, told by its first character', () => {
    const folder = mkdtempSync(join(tmpdir(), 'redress-rows-'));
    const path = join(folder, 'rows');
    try {
      writeFileSync(path, '\uFEFF{"code":"C-1","otherNames":["a"]}\n\n{"code":"C-2"}\n');
      expect(readMasterRows(path)).toEqual([
        { line: 1, values: { code: 'C-1', otherNames: ['a'] } },
        { line: 3, values: { code: 'C-2' } },
      ]);
      writeFileSync(path, '{"code":"C-1"}\n{"code":');
      expect(() => readMasterRows(path)).toThrow(MasterFileError);
      expect(() => readMasterRows(path)).toThrow('line 2');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
