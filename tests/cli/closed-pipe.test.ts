import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { dataFolder, MAIN, redress, startService } from './redress.ts';

const folder = dataFolder();
afterAll(() => folder.remove());

/** Nobody reads what it says; how it ended, and its standard error. */
async function unread(args: readonly string[]): Promise<readonly [number | null, string]> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, REDRESS_DATA: folder.path },
  });
  child.stdout.destroy();
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', chunk => {
    said += String(chunk);
  });
  const [code] = await once(child, 'close');
  return [code, said];
}

describe('a command whose reader is gone', { timeout: 120_000 }, () => {
  it.each([
    ['one line by line', ['config'], 0],
    ['one page at once', ['calendar', 'show', 'cn'], 0],
    ['its help', ['audit', '--help'], 0],
    ['one that was wrongly called', ['config', '--flurble'], 2],
  ])('ends quietly, by the code of what it found: %s', async (_what, args, code) => {
    const [ended, said] = await unread(args);
    expect([ended, said.includes('EPIPE')]).toEqual([code, false]);
  });

  it('goes on, where it is the service', async () => {
    const service = await startService(folder.path, { REDRESS_LOG_FORMAT: 'text' });
    service.child.stdout.destroy();
    for (let asked = 0; asked < 3; asked++) {
      const { status } = await fetch(`${service.url}/v1/cases`);
      expect(status).toBe(401);
    }
    const { code } = await redress(folder.path, ['token', 'list']);
    expect([code, await service.stop()]).toEqual([0, 0]);
  });
});

it.skipIf(!existsSync('/dev/full'))(
  'says that its output is lost on a full disk, and fails',
  { timeout: 120_000 },
  async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [MAIN, 'config'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', chunk => {
      said += String(chunk);
    });
    const [code] = await once(child, 'close');
    expect([code, said]).toEqual([2, expect.stringMatching(/^redress: the output is lost.*ENOSPC.*\n$/)]);
  },
);
