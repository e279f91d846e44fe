import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, redress } from './redress.ts';

const folder = dataFolder();
let looking: string[];
const recheck = (...args: string[]) => redress(folder.path, ['audit', 'recheck', ...looking, ...args]);
beforeAll(async () => {
  const made = await redress(folder.path, [
    ...['token', 'create', '--name', 'N', '--role', 'qa', '--role', 'auditor', '--json'],
  ]);
  const userId = String(JSON.parse(made.stdout).userId);
  looking = ['--as', userId, '--reason', 'would it be decided the same'];
  const teamId = 'a27b6c90-3d18-4f5e-8b41-5e9c07d3f26a';
  const data = JSON.stringify({ foundIn: 'production', description: 'Dull sliders.', teamId });
  const raised = await redress(folder.path, [
    ...['give', 'difficult-problem', 'raise', '--data', data, '--as', userId],
  ]);
  const number = String(/^DPR-\S+(?=:)/.exec(raised.stdout)?.[0]);
  await redress(folder.path, [...['give', 'difficult-problem', 'close', '--case', number, '--as', userId]]);
}, 120_000);
afterAll(() => folder.remove());

/** Writes into the log behind the house's back. */
function rewrite(before: string, after: string): void {
  const db = new DatabaseSync(join(folder.path, 'events.db'));
  const { changes } = db
    .prepare('UPDATE events SET body = replace(body, ?, ?) WHERE instr(body, ?) > 0')
    .run(before, after, before);
  db.close();
  expect(Number(changes)).toBe(1);
}

/** The tree, which goes on beside, may have seen the rewriting before the command ends. */
const mismatchAtMost = /^(redress: the log does not fit the hashes that were taken of it: .*\n)?$/;

describe('redress audit recheck', { timeout: 120_000 }, () => {
  it('ends with 0 where every command comes to the same', async () => {
    const { code, stdout, stderr } = await recheck();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ {2}diverged {8}0\n {2}not replayable {2}0$/m);
  });

  it.each([
    ['recheck', []],
    ['looks', []],
    ['export', ['--format', 'csv', '-o', join(folder.path, 'none.csv')]],
    ['diff', ['DPR-2026-000001']],
  ])('is, as %s, not asked of a period that ends before it begins', async (name, more) => {
    const period = ['--from', '2026-03-02T00:00:00Z', '--to', '2026-03-01T00:00:00Z'];
    const asked = await redress(folder.path, ['audit', name, ...looking, ...more, ...period]);
    expect(asked).toEqual({ code: 2, stdout: '', stderr: 'redress: to: must not be before from\n' });
  });

  it('ends with 1 where one is diverged, and shows both results side by side', async () => {
    rewrite('"reason":"notSolved"', '"reason":"notAsked"');
    const { code, stdout, stderr } = await recheck();
    expect(code).toBe(1);
    expect(stderr).toMatch(mismatchAtMost);
    expect(stdout).toMatch(/^diverged: close, decided \S+, rejection-\S+ revision 0$/m);
    expect(stdout).toMatch(/^ {2}written down {2}.*"reason":"notAsked"/m);
    expect(stdout).toMatch(/^ {2}today {9}.*"reason":"notSolved"/m);
    rewrite('"reason":"notAsked"', '"reason":"notSolved"');
  });

  it('tells of one that is not replayable, which has no result of today, and why', async () => {
    rewrite('"command":{"data":{},"type":"close"}', '"command":{"data":{},"type":"shut"}');
    const { code, stdout, stderr } = await recheck();
    expect(code).toBe(0);
    expect(stderr).toMatch(mismatchAtMost);
    expect(stdout).toMatch(/^notReplayable: shut, decided /m);
    expect(stdout).toMatch(/^ {2}because this release has no command shut of difficult-problem$/m);
    const { findings } = JSON.parse((await recheck('--json')).stdout);
    expect(findings).toMatchObject([{ verdict: 'notReplayable', command: 'shut' }]);
  });
});
