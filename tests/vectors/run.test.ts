import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'redress-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

function vectors(...files: Record<string, unknown>[]) {
  const paths = files.map((content, i) => {
    const path = join(folder, `file-${i}.json`);
    writeFileSync(path, JSON.stringify(content));
    return path;
  });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'run.ts'), ...paths],
    {
      encoding: 'utf8',
    },
  );
  return {
    status,
    lines:
      stdout.trim() === ''
        ? []
        : stdout
            .trim()
            .split('\n')
            .map(line => JSON.parse(line)),
    stderr,
  };
}

const RIGHT = { date: '2026-02-13', delta: 1, expected: '2026-02-14', is_workday: true };
const WRONG = { ...RIGHT, expected: '2026-02-16' };

test('a file that holds gives a line a kind and ends well', () => {
  expect(vectors({ vectors: [RIGHT, RIGHT] })).toMatchObject({
    status: 0,
    lines: [{ file: 'file-0.json', kind: 'workingDaySteps', passed: 2, failed: 0 }],
  });
});

test('a vector that fails is counted, shown, and ends the run with 1', () => {
  expect(vectors({ vectors: [RIGHT, WRONG] })).toMatchObject({
    status: 1,
    lines: [{ passed: 1, failed: 1 }],
    stderr: expect.stringContaining('2026-02-16'),
  });
});

test('a file that is no vectors file is named, and the others are judged all the same', () => {
  expect(vectors({ orders: [] }, { vectors: [RIGHT] })).toMatchObject({
    status: 1,
    lines: [{ file: 'file-1.json', passed: 1 }],
    stderr: expect.stringContaining('file-0.json: not a vectors file'),
  });
});

test('without a file it says how it is used', () => {
  expect(vectors()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage') });
});
