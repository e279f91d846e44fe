import { afterAll, expect, it } from 'vitest';
import { dataFolder, redress } from './redress.ts';

const folder = dataFolder();
afterAll(() => folder.remove());

it('the director’s power is delegated, listed and taken back', { timeout: 120_000 }, async () => {
  const user = async (role: string) => {
    const { stdout } = await redress(folder.path, [
      'token',
      'create',
      '--name',
      'N',
      '--role',
      role,
      '--json',
    ]);
    return String(JSON.parse(stdout).userId);
  };
  const [director, delegate] = [await user('marketingDirector'), await user('marketing')];
  const create = (from: string, to: string) =>
    redress(folder.path, [
      'delegation',
      'create',
      '--from',
      from,
      '--to',
      to,
      '--until',
      '2099-01-01T00:00:00+08:00',
      '--document',
      'W-17',
    ]);
  const refused = await create(delegate, director);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toBe(
    'redress: the delegation was refused: notTheirPower (command "approve", needs "marketingDirector")\n',
  );
  const { code, stdout } = await create(director, delegate);
  expect(code).toBe(0);
  const [, id = ''] = /The delegation (\S+) is recorded/.exec(stdout) ?? [];
  const listed = await redress(folder.path, ['delegation', 'list']);
  expect(listed.stdout).toContain(`${id}  ${director} to ${delegate}`);
  expect((await redress(folder.path, ['delegation', 'revoke', id])).code).toBe(0);
  expect((await redress(folder.path, ['delegation', 'list'])).stdout).toBe('No power is delegated.\n');
});
