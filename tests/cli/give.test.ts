import { afterAll, expect, it } from 'vitest';
import { dataFolder, redress } from './redress.ts';

const folder = dataFolder();
afterAll(() => folder.remove());

it('any command is given from the command line, by a user’s roles', { timeout: 180_000 }, async () => {
  const made = await redress(folder.path, [
    ...['token', 'create', '--name', 'N', '--role', 'qa', '--role', 'technicalService', '--json'],
  ]);
  const as = ['--as', String(JSON.parse(made.stdout).userId)];
  const give = (...args: readonly string[]) => redress(folder.path, ['give', ...args, ...as]);
  const data = JSON.stringify({
    foundIn: 'production',
    description: 'Dull sliders.',
    teamId: 'a27b6c90-3d18-4f5e-8b41-5e9c07d3f26a',
  });
  const raised = await give('difficult-problem', 'raise', '--data', data);
  const [, number = ''] =
    /^(DPR-\d{4}-000001): DifficultProblemRaised, SlaClockStarted, SlaClockStarted\n$/.exec(raised.stdout) ??
    [];
  expect([raised.stderr, number]).toEqual(['', expect.stringMatching(/^DPR/)]);

  const key = ['--case', number, '--data', '{"response":"We look at the bath."}', '--key', 'k-1', '--json'];
  const responded = await give('difficult-problems', 'respond', ...key);
  expect(JSON.parse(responded.stdout).events).toEqual(['DifficultProblemResponded', 'SlaClockMet']);
  expect((await give('difficult-problems', 'respond', ...key)).stdout).toBe(responded.stdout);

  const refused = await give('difficult-problem', 'close', '--case', number);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('notSolved')]);
  const wrong = await give('difficult-problem', 'recordProgress', '--case', number);
  expect([wrong.code, wrong.stderr]).toEqual([2, 'redress: the data is not taken: /progress is missing\n']);
  const unknown = await give('difficult-problem', 'fly', '--case', number);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('one of')]);
});
