import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dataFolder, redress, startService } from './redress.ts';

const folder = dataFolder();
afterAll(() => folder.remove());
const file = (name: string, text: string): string => {
  const path = join(dirname(folder.path), name);
  writeFileSync(path, text);
  return path;
};
const imported = (kind: string, path: string) =>
  redress(folder.path, ['master', 'import', '--kind', kind, path]);

it('master data is taken up from a spreadsheet, changed by the next, and refused by line', async () => {
  const first = file(
    'first.csv',
    'code,name,otherNames,grade\nC-1,南洋制衣,Nanyang|NY,B\nC-2,Nordic,,A\nC-3,,,\n',
  );
  const taken = await imported('customers', first);
  expect([taken.code, taken.stdout]).toEqual([1, '2 taken up, 0 changed, 0 as they were, 1 refused.\n']);
  expect(taken.stderr).toContain('line 4: name');

  const again = await imported('customers', first);
  expect(again.stdout).toBe('0 taken up, 0 changed, 2 as they were, 1 refused.\n');

  const next = file(
    'next.ndjson',
    '{"code":"c-1","name":"南洋集团","grade":"A"}\n{"code":"C-2","name":"Nordic"}\n',
  );
  const changed = await imported('customers', next);
  expect([changed.code, changed.stdout]).toEqual([0, '0 taken up, 1 changed, 1 as they were, 0 refused.\n']);

  const service = await startService(folder.path);
  try {
    const answer = await fetch(`${service.url}/v1/customers?search=${encodeURIComponent('南洋 ny')}`, {
      headers: { authorization: `Bearer ${service.token}` },
    });
    expect(await answer.json()).toMatchObject({
      customers: [{ code: 'C-1', name: '南洋集团', otherNames: ['Nanyang', 'NY'], grade: 'A' }],
    });
    const running = await imported('products', file('p.csv', 'code;name\n5VS;拉链\n'));
    expect([running.code, running.stdout]).toEqual([
      0,
      '1 taken up, 0 changed, 0 as they were, 0 refused.\n',
    ]);
  } finally {
    await service.stop();
  }
});

it('a file or a kind that there is not ends with 2', async () => {
  const missing = await imported('customers', '/nowhere/at/all.csv');
  expect([missing.code, missing.stderr.includes('cannot be read')]).toEqual([2, true]);
  const unknown = await imported('robots', file('r.csv', 'code,name\n'));
  expect(unknown.code).toBe(2);
});
