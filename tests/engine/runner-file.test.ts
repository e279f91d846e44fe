import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRunnerFile } from '../../src/engine/runner-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-runner-'));
  path = join(folder, 'runner.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const placeAfter = (head: string): string => {
  const before = openRunnerFile(path, 'log', '');
  before.save('merge-cases', '0000000000000009');
  before.close();
  const again = openRunnerFile(path, 'log', head);
  const place = again.position('merge-cases');
  again.close();
  return place;
};

it('keeps the place of a workflow over restarts', () => {
  expect(placeAfter('0000000000000009')).toBe('0000000000000009');
});

it('begins anew on a log that was put back to before that place', () => {
  expect(placeAfter('0000000000000008')).toBe('');
});

it('names the file that is no such file, and says what to do', () => {
  writeFileSync(path, 'junk '.repeat(1_000));
  expect(() => openRunnerFile(path, 'log', '')).toThrow(path);
  expect(() => openRunnerFile(path, 'log', '')).toThrow('move it away and start again');
});
