import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, redress, startService } from './redress.ts';

const folder = dataFolder();
const place = dataFolder();
afterAll(() => folder.remove());
afterAll(() => place.remove());
let looking: string[];
let token: string;
let number: string;
let size: number;

/** An event is changed after it was signed, and the hashes are taken anew from what it is now. */
beforeAll(async () => {
  const made = await redress(folder.path, [
    ...['token', 'create', '--name', 'N', '--role', 'qa', '--role', 'auditor', '--json'],
  ]);
  const person = JSON.parse(made.stdout);
  token = person.token;
  looking = ['--as', person.userId, '--reason', 'a test'];
  const teamId = 'a27b6c90-3d18-4f5e-8b41-5e9c07d3f26a';
  const data = JSON.stringify({ foundIn: 'production', description: 'Dull sliders.', teamId });
  const raise = ['give', 'difficult-problem', 'raise', '--data', data, '--as', person.userId];
  number = String(/^DPR-\S+(?=:)/.exec((await redress(folder.path, raise)).stdout)?.[0]);
  size = Number((await redress(folder.path, ['audit', 'checkpoint'])).stdout.split('\n')[1]);
  const db = new DatabaseSync(join(folder.path, 'events.db'));
  const { changes } = db
    .prepare(`UPDATE events SET body = replace(body, '"production"', '"inspection"') WHERE body LIKE ?`)
    .run('%"type":"DifficultProblemRaised"%');
  db.close();
  expect(Number(changes)).toBe(1);
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder.path, `tree.db${suffix}`), { force: true });
}, 60_000);

describe('a log that was changed, with hashes that were taken anew of it', { timeout: 60_000 }, () => {
  const refused = () => `the log is not what was signed at ${size} events: run redress audit verify`;

  it.each([
    ['a proof of the event', () => ['prove', number, ...looking]],
    ['a proof of growth', () => ['consistency', '1', '2', ...looking]],
    ['a proof of growth of what was signed', () => ['consistency', '1', String(size), ...looking]],
    ['a checkpoint', () => ['checkpoint']],
    ['a bundle', () => ['bundle', number, ...looking, '-o', join(place.path, 'case.zip')]],
  ])('is given no evidence of: %s', async (_what, args) => {
    const { code, stdout, stderr } = await redress(folder.path, ['audit', ...args()]);
    expect([code, stdout, stderr]).toEqual([2, '', `redress: ${refused()}\n`]);
  });

  it('is given none over HTTP either', async () => {
    const service = await startService(folder.path);
    try {
      const ask = async (path: string, more: RequestInit = {}, session = ''): Promise<unknown> => {
        const headers = {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(session === '' ? {} : { 'audit-session': session }),
        };
        return (await fetch(`${service.url}/v1/audit/${path}`, { headers, ...more })).json();
      };
      const opened = await ask('sessions', { method: 'POST', body: '{"reason":"a test"}' });
      const session = String(Object(opened).id);
      for (const path of [`proofs/${number}`, 'consistency?oldSize=1&newSize=2', `cases/${number}/bundle`]) {
        expect(await ask(path, {}, session)).toMatchObject({
          type: 'urn:redress:problem:not-provable',
          detail: `The${refused().slice(3)}.`,
        });
      }
    } finally {
      await service.stop();
    }
  });

  it('is found out by verify', async () => {
    const { code, stdout } = await redress(folder.path, ['audit', 'verify']);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^✗ /)]);
  });
});
