import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { CONFIG_VARIABLES } from '../../src/config-variables.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { dataFolder, MAIN, redress } from './redress.ts';

const folder = dataFolder();
afterAll(() => folder.remove());
const TIMEOUT_MS = 60_000;

describe('redress', { timeout: TIMEOUT_MS }, () => {
  it('lists its commands and what its exit codes mean', async () => {
    const { code, stdout } = await redress(folder.path, ['--help']);
    expect(code).toBe(0);
    for (const command of ['serve', 'token', 'import', 'show', 'rebuild', 'demo', 'config']) {
      expect(stdout).toContain(`\n  ${command}`);
    }
    expect(stdout).toContain('Exit codes: 0 done');
  });

  it.each([
    ['an unknown command', ['flurble']],
    ['an unknown option', ['config', '--flurble']],
    ['a nested unknown option', ['token', 'create', '--flurble']],
    ['a role that there is not', ['token', 'create', '--name', 'x', '--role', 'king']],
    ['a wrong qualification', ['token', 'create', '--name', 'x', '--role', 'qa', '--qualification', 'x:1']],
    ['a missing argument', ['show']],
  ])('ends with 2 for %s', async (_what, args) => {
    const { code, stderr, stdout } = await redress(folder.path, args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('error:');
  });

  it('ends with 2, a name, a value and what it should be for a wrong setting', async () => {
    for (const args of [['serve'], ['token', 'list'], ['rebuild']]) {
      const { code, stderr } = await redress(folder.path, args, { REDRESS_PORT: 'front' });
      expect(code).toBe(2);
      expect(stderr).toBe('redress: REDRESS_PORT is "front": it must be a whole number from 0 to 65535\n');
    }
  });
});

describe('redress config', { timeout: TIMEOUT_MS }, () => {
  it('shows every setting with its value, default and meaning', async () => {
    const { code, stdout } = await redress(folder.path, ['config', '--json'], { REDRESS_LOG_LEVEL: 'warn' });
    expect(code).toBe(0);
    const settings = JSON.parse(stdout) as { name: string }[];
    expect(settings.map(({ name }) => name)).toEqual(Object.values(CONFIG_VARIABLES).map(({ name }) => name));
    expect(settings).toContainEqual(
      expect.objectContaining({
        name: 'REDRESS_LOG_LEVEL',
        value: 'warn',
        default: 'info',
        isDefault: false,
      }),
    );
  });

  it('shows a wrong one too, and says that it is wrong', async () => {
    const { code, stdout, stderr } = await redress(folder.path, ['config'], { REDRESS_TIME_ZONE: 'Mars' });
    expect(code).toBe(2);
    expect(stdout).toContain('REDRESS_TIME_ZONE=Mars');
    expect(stderr).toContain('REDRESS_TIME_ZONE is "Mars"');
  });
});

describe('without a service, on the data folder itself', { timeout: TIMEOUT_MS }, () => {
  const data = dataFolder();
  afterAll(() => data.remove());
  let made: { userId: string; tokenId: string; token: string };
  beforeAll(async () => {
    const args = ['token', 'create', '--name', '王芳', '--role', 'agent', '--role', 'qa', '--json'];
    const { code, stdout, stderr } = await redress(data.path, args);
    expect([code, stderr]).toEqual([0, '']);
    made = JSON.parse(stdout);
  }, TIMEOUT_MS);

  it('makes a user and a token, which is shown once and kept nowhere', async () => {
    expect(made.token).toMatch(/^rdr_/);
    const listed = await redress(data.path, ['token', 'list']);
    expect(listed.stdout).toContain(made.tokenId);
    expect(listed.stdout).toContain('王芳');
    expect(listed.stdout).not.toContain(made.token);
    const log = readFileSync(join(data.path, 'events.db'));
    expect(log.includes(made.token)).toBe(false);
    expect(log.includes('王芳')).toBe(false);
  });

  it('makes the folder and its key for their owner alone', () => {
    expect(statSync(data.path).mode & 0o077).toBe(0);
    expect(statSync(join(data.path, 'master.key')).mode & 0o077).toBe(0);
  });

  it('gives a further token to a user that there is, and takes one away', async () => {
    const { stdout } = await redress(data.path, [
      'token',
      'create',
      '--user',
      made.userId,
      '--label',
      'till',
      '--json',
    ]);
    const second: typeof made = JSON.parse(stdout);
    expect(second.userId).toBe(made.userId);
    expect((await redress(data.path, ['token', 'revoke', second.tokenId])).code).toBe(0);
    const { stdout: left } = await redress(data.path, ['token', 'list', '--json']);
    expect(JSON.parse(left)).toMatchObject([{ tokenId: made.tokenId }]);
    expect((await redress(data.path, ['token', 'revoke', second.tokenId])).code).toBe(2);
  });

  it('takes a qualification to the end of its day in the house’s zone', async () => {
    const args = ['token', 'create', '--name', 'x', '--role', 'qa', '--json', '--qualification'];
    const zone = { REDRESS_TIME_ZONE: 'America/New_York' };
    const { stdout } = await redress(data.path, [...args, 'remoteJudgement:2027-12-31'], zone);
    const { userId } = JSON.parse(stdout) as typeof made;
    const store = await openSqliteStore({ path: join(data.path, 'events.db'), clock: systemClock });
    const [registered] = await store.readStream(`user-${userId}`);
    await store.close();
    expect(registered?.data.qualifications).toEqual([
      { name: 'remoteJudgement', validUntil: Date.parse('2028-01-01T00:00:00-05:00') - 1 },
    ]);
    expect((await redress(data.path, [...args, 'remoteJudgement:2027-02-30'])).code).toBe(2);
  });

  it('says what a new user needs', async () => {
    const { code, stderr } = await redress(data.path, ['token', 'create', '--name', 'x']);
    expect(code).toBe(2);
    expect(stderr).toContain('--role');
  });

  it('rebuilds the views', async () => {
    const { code, stdout } = await redress(data.path, ['rebuild', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ events: expect.any(Number), seconds: expect.any(Number) });
  });

  it('knows no case that there is not', async () => {
    const { code, stderr } = await redress(data.path, ['show', 'CMP-2026-000001']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no case CMP-2026-000001');
  });
});

describe('the launcher', { timeout: TIMEOUT_MS }, () => {
  const launcher = fileURLToPath(new URL('../../bin/redress', import.meta.url));

  it('runs with the project’s own Node, from anywhere and through a link', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'redress-bin-'));
    try {
      const link = join(elsewhere, 'redress');
      symlinkSync(launcher, link);
      // A path without any node, or with one that must not be taken.
      writeFileSync(join(elsewhere, 'node'), '#!/bin/sh\necho "the wrong node" >&2; exit 9\n');
      chmodSync(join(elsewhere, 'node'), 0o755);
      const { status, stdout, stderr } = spawnSync(link, ['--version'], {
        cwd: elsewhere,
        encoding: 'utf8',
        env: { PATH: `${elsewhere}:/usr/bin:/bin` },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it('is not needed by an older Node to be told so in one sentence', () => {
    // The check alone: such a Node is not here, so the version it reads is another.
    const code = readFileSync(MAIN, 'utf8').replace("'./cli/program.ts'", "'./no-such-file.ts'");
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '24.1.0' });\n${code}`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '--eval', pretend],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^redress: this is Node 24\.1\.0, and Redress needs Node 26, [^\n]*\n$/);
  });
});
