import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, redress } from './redress.ts';

const folder = dataFolder();
afterAll(() => folder.remove());
const damaged = (name: string): string => `${folder.path}-${name}`;

beforeAll(async () => {
  expect((await redress(folder.path, ['audit', 'checkpoint'])).code).toBe(0);
  for (const name of ['tree.db', 'checkpoint.key']) {
    cpSync(folder.path, damaged(name), { recursive: true });
    for (const suffix of ['-wal', '-shm']) rmSync(join(damaged(name), name + suffix), { force: true });
    writeFileSync(join(damaged(name), name), 'a letter\n'.repeat(1_000), { mode: 0o600 });
  }
}, 60_000);

describe('a damaged file beside the log', { timeout: 60_000 }, () => {
  const tree = () =>
    `${join(damaged('tree.db'), 'tree.db')} cannot be read as hashes: file is not a database: `;
  const key = () =>
    `${join(damaged('checkpoint.key'), 'checkpoint.key')} does not begin with a signing key: `;

  it.each([
    ['tree.db', 0, ['token', 'list'], () => `no hashes are taken of the log: ${tree()}`],
    ['tree.db', 2, ['audit', 'checkpoint'], tree],
    ['checkpoint.key', 0, ['token', 'list'], () => `no checkpoints are made: ${key()}`],
    ['checkpoint.key', 2, ['audit', 'checkpoint'], key],
    ['checkpoint.key', 2, ['audit', 'verify'], key],
  ])('is told of in words, with what to do: %s, exit code %i of %j', async (name, code, args, said) => {
    const ran = await redress(damaged(name), args);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(said());
    for (const line of ran.stderr.trimEnd().split('\n'))
      expect(line).toMatch(/^redress: .*redress audit (rebuild-tree|new-key)/);
  });

  it('is mended as told', async () => {
    expect(await redress(damaged('tree.db'), ['audit', 'rebuild-tree'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await redress(damaged('tree.db'), ['audit', 'checkpoint'])).toMatchObject({ code: 0, stderr: '' });
    expect(await redress(damaged('checkpoint.key'), ['audit', 'new-key'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await redress(damaged('checkpoint.key'), ['audit', 'verify'])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});
