import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, redress } from './redress.ts';

const folder = dataFolder();
const place = dataFolder();
afterAll(() => folder.remove());
afterAll(() => place.remove());
const at = (name: string) => join(place.path, name);
const nowhere = at(join('no-such-folder', 'file'));

let looking: string[];
let key: string;
let proof: string;
let note: string;
beforeAll(async () => {
  mkdirSync(place.path);
  const made = await redress(folder.path, ['token', 'create', '--name', 'N', '--role', 'auditor', '--json']);
  const { userId } = JSON.parse(made.stdout);
  looking = ['--as', userId, '--reason', 'a test'];
  note = (await redress(folder.path, ['audit', 'checkpoint'])).stdout;
  key = (await redress(folder.path, ['audit', 'key'])).stdout.trim();
  const later = ['audit', 'consistency', '1', String(Number(note.split('\n')[1])), ...looking];
  proof = at('proof.json');
  expect(await redress(folder.path, [...later, '-o', proof])).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(at('kept.txt'), note);
  writeFileSync(at('other.txt'), 'a letter\n');
}, 60_000);

describe('a file that a command is to write', { timeout: 60_000 }, () => {
  it.each([
    ['--output', () => ['audit', 'checkpoint', '-o', nowhere]],
    ['--page', () => ['audit', 'checkpoint', '--page', nowhere]],
    ['--output', () => ['audit', 'consistency', '1', '2', ...looking, '-o', nowhere]],
    ['--out', () => ['audit', 'export', '--format', 'csv', ...looking, '-o', nowhere]],
  ])('is named with its option where it cannot be written: %s', async (option, args) => {
    const { code, stderr } = await redress(folder.path, args());
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${option}: ${nowhere} cannot be written: `)]);
    expect(stderr).toMatch(/there is no folder \S+no-such-folder: make it first\n$/);
  });

  it('is not put in the place of a device', async () => {
    expect(await redress(folder.path, ['audit', 'checkpoint', '-o', '/dev/null'])).toMatchObject({ code: 0 });
    expect(existsSync('/dev/null.building')).toBe(false);
    expect(readFileSync('/dev/null', 'utf8')).toBe('');
  });

  it('is not left half written', () => {
    expect([existsSync(proof), existsSync(`${proof}.building`)]).toEqual([true, false]);
  });
});

describe('what a verifier is given', { timeout: 60_000 }, () => {
  it.each([
    ['no key', () => ['check-proof', proof], /^redress: a proof proves nothing without the key .*--key/],
    ['a key that is none', () => ['check-proof', proof, '--key', 'rubbish'], /"rubbish" is no verifier key/],
    ['no file', () => ['check-proof', nowhere, '--key', key], /cannot be read: there is no such file$/],
    [
      'a bundle and a key that is none',
      () => ['verify-bundle', proof, '--key', 'x'],
      /"x" is no verifier key/,
    ],
    [
      'a checkpoint that is none',
      () => ['verify-bundle', proof, '--checkpoint', at('other.txt')],
      /^redress: --checkpoint: \S+other.txt is no signed checkpoint/,
    ],
    ['the same, of the log', () => ['verify', '--checkpoint', at('other.txt')], /is no signed checkpoint/],
    [
      'a checkpoint that is missing',
      () => ['verify', '--checkpoint', nowhere],
      /^redress: --checkpoint: \S+file /,
    ],
  ])('is told apart from what it verifies, and ends with 2: %s', async (_what, args, said) => {
    const { code, stdout, stderr } = await redress(folder.path, ['audit', ...args()]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd()).toMatch(said);
  });

  it('is looked at where it is right', async () => {
    const kept = ['--key', key, '--checkpoint', at('kept.txt')];
    expect((await redress(folder.path, ['audit', 'verify', ...kept])).code).toBe(0);
    // Of the log of one event nothing is signed.
    const { code, stdout } = await redress(folder.path, ['audit', 'check-proof', proof, ...kept]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('log of 1 events')]);
  });

  it('is told apart by restore: a master key that is missing', async () => {
    const backup = at('backup');
    const keys = at('keys');
    const made = await redress(folder.path, ['backup', backup, '--keys-to', keys]);
    expect([made.code, made.stderr]).toEqual([0, '']);
    const to = ['restore', backup, '--keys', keys, '--master-key', nowhere];
    const { code, stderr } = await redress(at('restored'), to);
    expect([code, stderr]).toEqual([
      2,
      `redress: --master-key: ${nowhere} cannot be read: there is no such file\n`,
    ]);
  });
});
