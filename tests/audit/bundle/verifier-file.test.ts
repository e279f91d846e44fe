import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linkedVerifier, VERIFIER_FILE } from './link-verifier.ts';

if (process.env['REDRESS_LINK_VERIFIER'] === '1') writeFileSync(VERIFIER_FILE, linkedVerifier());

describe('the verifier that is handed out', () => {
  it('is the sources by which the house verifies (if not: REDRESS_LINK_VERIFIER=1 npx vitest run tests/audit/bundle)', () => {
    expect(readFileSync(VERIFIER_FILE, 'utf8')).toBe(linkedVerifier());
  });

  it('is one file that Node takes as it is', () => {
    execFileSync(process.execPath, ['--check', fileURLToPath(VERIFIER_FILE)]);
  });

  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [fileURLToPath(VERIFIER_FILE), ...args], { encoding: 'utf8' });

  it.each([
    ['no file', [], 'which file?'],
    ['a file that there is not', ['no-such.zip'], 'no such file'],
    ['a folder', [fileURLToPath(new URL('.', VERIFIER_FILE))], 'directory'],
    ['an option that there is not', ['--trust-me'], "Unknown option '--trust-me'"],
    ['a checkpoint that there is not', ['x.zip', '--checkpoint', 'no-such.txt'], 'no such file'],
    [
      'a checkpoint that is none',
      [fileURLToPath(VERIFIER_FILE), '--checkpoint', fileURLToPath(VERIFIER_FILE)],
      'is no signed checkpoint',
    ],
    [
      'a key that is none',
      [fileURLToPath(VERIFIER_FILE), '--key', 'rubbish'],
      '"rubbish" is no verifier key',
    ],
  ])('says in a sentence that nothing was verified, and ends with 2, for %s', (_what, args, said) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('    at ');
  });

  it('ends with 1 for what is no bundle', () => {
    const { status, stdout } = run(fileURLToPath(VERIFIER_FILE));
    expect([status, stdout]).toEqual([1, expect.stringContaining('(notABundle)')]);
  });
});
