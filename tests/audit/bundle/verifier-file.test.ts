import { execFileSync } from 'node:child_process';
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
});
