import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, redress } from './redress.ts';

const folder = dataFolder();
const place = dataFolder();
afterAll(() => folder.remove());
afterAll(() => place.remove());
const ID = 'a27b6c90-3d18-4f5e-8b41-5e9c07d3f26a';
const LOOKS = ['--as', ID, '--reason', 'a test'];
const log = join(folder.path, 'events.db');
const keysOf = () => readFileSync(join(folder.path, 'keys.db'));

beforeAll(async () => {
  mkdirSync(place.path);
  expect((await redress(folder.path, ['audit', 'checkpoint'])).code).toBe(0);
  for (const suffix of ['-wal', '-shm']) rmSync(log + suffix, { force: true });
  writeFileSync(log, '');
}, 60_000);

describe('a log that was emptied', { timeout: 60_000 }, () => {
  it.each([
    [1, ['token', 'list']],
    [1, ['serve']],
    [2, ['audit', 'verify']],
    [2, ['audit', 'shadow', ...LOOKS]],
    [2, ['audit', 'prove', 'CMP-2026-000001', ...LOOKS]],
    [2, ['audit', 'checkpoint']],
    [2, ['audit', 'new-key']],
    [2, ['audit', 'rebuild-tree']],
    [2, ['privacy', 'list']],
    [2, ['backup', join(place.path, 'backup'), '--without-keys']],
    [1, ['migrate', '--from', `sqlite:${folder.path}`, '--to', 'esdb://127.0.0.1:1?tls=false']],
  ])('is told of, and nothing is written into it: exit code %i of %j', async (code, args) => {
    const before = keysOf();
    const ran = await redress(folder.path, args);
    expect(ran.stderr + ran.stdout).toContain(
      `the log is gone: ${log} is empty, and what was made of it is (`,
    );
    expect(ran.stderr).not.toMatch(/^\{|^ +at /m);
    expect(ran.code).toBe(code);
    expect(statSync(log).size).toBe(0);
    expect(keysOf().equals(before)).toBe(true);
  });

  it('is found by check', async () => {
    const { code, stdout } = await redress(folder.path, ['check']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('✗ integrity  events.db is empty')]);
    expect(stdout).toContain('✗ log        the log is gone');
    expect(statSync(log).size).toBe(0);
  });
});
