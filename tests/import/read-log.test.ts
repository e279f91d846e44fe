import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { InstantHeap } from '../../src/import/instant-heap.ts';
import { type LogLine, logLines } from '../../src/import/log-lines.ts';
import { readMapping } from '../../src/import/mapping-file.ts';
import { readLog } from '../../src/import/read-log.ts';
import { rowTime } from '../../src/import/row-time.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';
import { linesOf, PARCEL_MAPPING } from './import-house.ts';

const mapping = readMapping(PARCEL_MAPPING, 'mapping.yaml', [parcel]);
const NOW = Date.parse('2026-06-01T00:00:00Z');
const good = { parcel: 'A', n: 0, what: 'missed', who: 'ann', at: '2026-03-02T10:00:00+08:00' };
const folder = mkdtempSync(join(tmpdir(), 'redress-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function linesIn(name: string, content: Buffer | string): Promise<readonly LogLine[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return Array.fromAsync(logLines(path));
}

describe('a log', () => {
  test.each([
    ['no JSON', '{"parcel"', 'notJson'],
    ['no object', '[1]', 'notAnObject'],
    ['no case', { ...good, parcel: undefined }, 'missingKey'],
    ['no time', { ...good, at: null }, 'missingKey'],
    ['no actor', { ...good, who: '' }, 'missingKey'],
    ['a time without an offset', { ...good, at: '2026-03-02T10:00:00' }, 'badTime'],
    ['a day that does not exist', { ...good, at: '2026-02-30T10:00:00Z' }, 'badTime'],
    ['a time to come', { ...good, at: '2026-06-01T00:00:00.001Z' }, 'inTheFuture'],
    ['an unknown activity', { ...good, what: 'flown' }, 'unknownActivity'],
    ['a key that would be taken for a part', { ...good, n: '0#1' }, 'badKey'],
    ['the key of another row', { ...good, at: '2026-03-02T11:00:00Z' }, 'duplicateRow'],
  ])('tells a row with %s by its line, and reads the others', async (_what, row, reason) => {
    const log = await readLog(linesOf([good, '', row, { ...good, n: 2 }]), mapping, NOW);
    expect(log.broken).toMatchObject([{ line: 3, reason }]);
    expect(log.lines).toBe(3);
    expect(log.cases.get('A')?.map(({ line }) => line)).toEqual([1, 4]);
  });

  test('is sorted by time in each case, then by the keys of the rows as numbers', async () => {
    const rows = fc.array(
      fc.record({ minute: fc.integer({ min: 0, max: 5 }), parcel: fc.constantFrom('A', 'B') }),
      {
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(rows, async drawn => {
        const lines = drawn.map(({ minute, parcel: name }, index) => ({
          ...good,
          parcel: name,
          n: (index * 7) % drawn.length,
          at: new Date(Date.UTC(2026, 2, 2, 2, minute)).toISOString(),
        }));
        const log = await readLog(
          linesOf(lines.filter((row, i) => lines.findIndex(r => r.n === row.n) === i)),
          mapping,
          NOW,
        );
        for (const sorted of log.cases.values()) {
          for (const [index, row] of sorted.entries()) {
            const before = sorted[index - 1];
            if (before === undefined) continue;
            expect(before.at).toBeLessThanOrEqual(row.at);
            if (before.at === row.at) expect(Number(before.rowKey)).toBeLessThan(Number(row.rowKey));
          }
        }
      }),
    );
  });
});

describe('the lines of a file', () => {
  const text = 'one\r\nzwei\n\nvier 拉链\nlast';
  const expected = ['one', 'zwei', '', 'vier 拉链', 'last'].map((each, index) => ({
    line: index + 1,
    text: each,
  }));

  test('are read plain', async () => {
    expect(await linesIn('plain.ndjson', `\uFEFF${text}`)).toEqual(expected);
  });

  test('are read from gzip, whatever the name', async () => {
    expect(await linesIn('packed.ndjson', gzipSync(text))).toEqual(expected);
  });

  test('are read across the borders of chunks', async () => {
    const long = Array.from({ length: 5_000 }, (_, index) => `${index} ${'拉'.repeat(index % 90)}`);
    const lines = await linesIn('long.gz', gzipSync(long.join('\n')));
    expect(lines.map(line => line.text)).toEqual(long);
  });

  test('end with an error when the file is cut short', async () => {
    const packed = gzipSync(
      Array.from({ length: 20_000 }, (_, index) => `${index} ${Math.sin(index)}`).join('\n'),
    );
    await expect(linesIn('cut.gz', packed.subarray(0, packed.length - 2_000))).rejects.toThrow(
      /cut\.gz cannot be unpacked: unexpected end/,
    );
  });
});

describe('the time of a row', () => {
  const time = (
    value: unknown,
    format: 'rfc3339' | 'epochMilliseconds' | 'epochSeconds' | 'local',
    zone?: string,
  ) => rowTime(value, { key: 'at', format, ...(zone === undefined ? {} : { zone }) });

  test.each([
    ['2012-10-09T14:50:17+00:00', 'rfc3339', undefined, '2012-10-09T14:50:17.000Z'],
    ['2012-10-09T14:50:17.5+02:00', 'rfc3339', undefined, '2012-10-09T12:50:17.500Z'],
    [1349794217000, 'epochMilliseconds', undefined, '2012-10-09T14:50:17.000Z'],
    ['1349794217', 'epochSeconds', undefined, '2012-10-09T14:50:17.000Z'],
    ['2012-10-09 22:50', 'local', 'Asia/Shanghai', '2012-10-09T14:50:00.000Z'],
    // Twice on that day: the earlier.
    ['2012-10-28 02:30:00', 'local', 'Europe/Rome', '2012-10-28T00:30:00.000Z'],
  ] as const)('%s as %s in %s', (value, format, zone, expected) => {
    expect(new Date(time(value, format, zone) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test.each([
    ['yesterday', 'rfc3339'],
    ['2012-13-09T14:50:17Z', 'rfc3339'],
    [1349794217000, 'rfc3339'],
    ['12 monkeys', 'epochSeconds'],
    [Number.NaN, 'epochMilliseconds'],
    ['2012-02-30 10:00', 'local'],
    ['2012-02-28T10:00:00Z', 'local'],
  ] as const)('%s is none as %s', (value, format) => {
    expect(time(value, format, 'Europe/Rome')).toBeUndefined();
  });
});

test('a heap of instants gives the least first, of equal ones the least in order', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }))), drawn => {
      const heap = new InstantHeap<number>();
      const model: { at: number; order: number }[] = [];
      for (const [order, at] of drawn.entries()) {
        if (at === null) {
          model.sort((a, b) => a.at - b.at || a.order - b.order);
          expect(heap.peek()?.at).toBe(model[0]?.at);
          expect(heap.pop()).toBe(model.shift()?.order);
        } else {
          heap.push(at, order, order);
          model.push({ at, order });
        }
        expect(heap.size).toBe(model.length);
      }
    }),
  );
});
