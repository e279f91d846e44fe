import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { emptyDemoFolder, madeUpDataOption, NotADemoFolderError } from '../../src/demo/demo-folder.ts';
import { DataFolderBusyError, openDataFolder } from '../../src/store/data-folder.ts';

const ABOUT = { seed: 1, cases: 2 };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-demo-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the folder of a demo', () => {
  test('is made where there is none, and anew where one was', () => {
    const data = join(folder, 'data-demo');
    emptyDemoFolder(data, ABOUT);
    expect(JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'))).toEqual(ABOUT);
    writeFileSync(join(data, 'events.db'), 'of the first demo');
    emptyDemoFolder(data, { ...ABOUT, seed: 2 });
    expect(readdirSync(data)).toEqual(['demo.json']);
  });

  test('is never one that holds anything else', () => {
    writeFileSync(join(folder, 'events.db'), 'somebody’s log');
    expect(() => emptyDemoFolder(folder, ABOUT)).toThrow(NotADemoFolderError);
    expect(existsSync(join(folder, 'events.db'))).toBe(true);
  });

  test('is not taken from a demo that runs', () => {
    emptyDemoFolder(folder, ABOUT);
    const running = openDataFolder(folder);
    expect(() => emptyDemoFolder(folder, ABOUT)).toThrow(DataFolderBusyError);
    running.release();
  });
});

test.each([
  ['its own', {}, [], 'own'],
  ['the one that REDRESS_DATA names', { REDRESS_DATA: 'named' }, [], 'named'],
  ['its own, where REDRESS_DATA is set to nothing', { REDRESS_DATA: '' }, [], 'own'],
  [
    'the one that --data names, whatever REDRESS_DATA does',
    { REDRESS_DATA: 'named' },
    ['--data', 'said'],
    'said',
  ],
])('a demo is made in %s', (_what, environment: Record<string, string>, args, made) => {
  vi.stubEnv('REDRESS_DATA', environment['REDRESS_DATA']);
  const command = new Command().addOption(madeUpDataOption('own')).parse([...args], { from: 'user' });
  expect(command.opts()).toEqual({ data: made });
  vi.unstubAllEnvs();
});
