import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditCommand } from '../../src/cli/audit.ts';
import { privacyCommand } from '../../src/cli/privacy.ts';
import { dataFolder, redress } from './redress.ts';

const folder = dataFolder();
const other = dataFolder();
afterAll(() => folder.remove());
afterAll(() => other.remove());

const ID = 'a27b6c90-3d18-4f5e-8b41-5e9c07d3f26a';
const AT = '2026-03-02T09:00:00+08:00';
const LOOKS = ['--as', ID, '--reason', 'a test'];
const CASE = ['CMP-2026-000001', ...LOOKS];

/** A right call of each, so that nothing but the data folder can be wrong. */
const AUDIT: Readonly<Record<string, readonly string[]>> = {
  'as-of': CASE,
  diff: [...CASE, '--from', AT],
  explain: CASE,
  trail: CASE,
  looks: LOOKS,
  recheck: LOOKS,
  shadow: LOOKS,
  export: [...LOOKS, '--format', 'ndjson', '-o', join(other.path, 'export.ndjson')],
  verify: [],
  checkpoint: [],
  checkpoints: [],
  key: [],
  prove: CASE,
  consistency: ['1', '2', ...LOOKS],
  bundle: [...CASE, '-o', join(other.path, 'case.zip')],
  'rebuild-tree': [],
  'new-key': [],
};
/** These need no data folder: a file that is not there keeps them from looking. */
const APART: Readonly<Record<string, readonly string[]>> = {
  'check-proof': [join(other.path, 'proof.json'), '--key', 'k'],
  'verify-bundle': [join(other.path, 'case.zip')],
};
const BY = ['--as', ID];
const PRIVACY: Readonly<Record<string, readonly string[]>> = {
  request: [...BY, '--case', ID, '--ground', 'consentWithdrawn'],
  approve: [ID, ...BY],
  refuse: [ID, ...BY, '--because', 'legalHold'],
  scavenged: [ID, ...BY, '--database-nodes', 'a'],
  status: [ID],
  list: [],
  cases: [ID],
  hold: [...BY, '--case', ID, '--ground', 'dispute', '--reference', '1'],
  lift: [ID, ...BY],
};

function overwriteHeader(path: string): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  writeSync(openSync(path, 'r+'), 'XXXX', 0);
}

describe('the exit codes of what looks into the record', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    expect((await redress(folder.path, ['token', 'list'])).code).toBe(0);
    overwriteHeader(join(folder.path, 'events.db'));
  }, 60_000);

  it('are tested of every command', () => {
    const named = (command: { readonly commands: readonly { name(): string }[] }) =>
      command.commands.map(each => each.name()).sort();
    expect(Object.keys({ ...AUDIT, ...APART }).sort()).toEqual(named(auditCommand()));
    expect(Object.keys(PRIVACY).sort()).toEqual(named(privacyCommand()));
  });

  it.each([
    ...Object.entries({ ...AUDIT, ...APART }).map(([name, args]) => ['audit', name, ...args]),
    ...Object.entries(PRIVACY).map(([name, args]) => ['privacy', name, ...args]),
    ['backup', join(other.path, 'backup'), '--without-keys'],
    ['restore', join(other.path, 'backup'), '--keys', join(other.path, 'keys')],
  ])('2 where a damaged file keeps it from looking: %s %s', async (...args) => {
    const { code, stderr, stdout } = await redress(folder.path, args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^redress: .*\.(db|json|zip)\b.*\n$/);
  });

  it('1 of check, for which a damaged file is what it looks for', async () => {
    const { code, stdout } = await redress(folder.path, ['check']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('✗ integrity  events.db')]);
  });
});
