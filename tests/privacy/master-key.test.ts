import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  loadMasterKey,
  MasterKeyError,
  makeMasterKeyFile,
  masterKeyOf,
  readMasterKey,
} from '../../src/privacy/master-key.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'redress-master-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

function keyFile(text: string, mode = 0o600): string {
  const file = join(dataDir, 'given.key');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe('without a configured file', () => {
  test('a key is made at first start, and found again at the next', () => {
    expect(loadMasterKey({ dataDir })).toEqual(loadMasterKey({ dataDir }));
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
  });

  test('no key is made up where keys are already wrapped by a lost one', () => {
    writeFileSync(join(dataDir, 'keys.db'), '');
    expect(() => loadMasterKey({ dataDir })).toThrow(/master\.key is missing.*backup/);
  });
});

describe('a key file', () => {
  const bytes = Buffer.alloc(32, 7);
  test.each([
    ['base64', bytes.toString('base64')],
    ['hex with a line end', `${bytes.toString('hex')}\n`],
  ])('is read as %s', (_format, text) => {
    expect(loadMasterKey({ dataDir, configuredFile: keyFile(text) })).toEqual(masterKeyOf(bytes));
  });

  test.each([0o640, 0o604, 0o620, 0o666])('with mode %o is refused, with the command that mends it', mode => {
    const file = keyFile(bytes.toString('base64'), mode);
    expect(() => readMasterKey(file)).toThrow(`chmod 600 ${file}`);
  });

  test.each([
    ['is empty', ''],
    ['is too short', bytes.subarray(1).toString('base64')],
    ['is too long', Buffer.alloc(33).toString('base64')],
    ['is a pass phrase', 'correct horse battery staple'],
  ])('that %s is refused, with the command that makes one', (_what, text) => {
    expect(() => readMasterKey(keyFile(text))).toThrow(/must hold 32 bytes as base64.*openssl rand/);
  });

  test('that is not there is refused by name', () => {
    const configuredFile = join(dataDir, 'nowhere');
    expect(() => loadMasterKey({ dataDir, configuredFile })).toThrow(MasterKeyError);
    expect(() => loadMasterKey({ dataDir, configuredFile })).toThrow(configuredFile);
  });

  test('is never written over', () => {
    const file = keyFile(bytes.toString('base64'));
    expect(() => makeMasterKeyFile(file)).toThrow('EEXIST');
    expect(readMasterKey(file)).toEqual(masterKeyOf(bytes));
  });
});

test('a fingerprint tells keys apart, and holds nothing of the key', () => {
  const [one, other] = [masterKeyOf(Buffer.alloc(32, 1)), masterKeyOf(Buffer.alloc(32, 2))];
  expect(one.id).not.toBe(other.id);
  expect(one.id).toMatch(/^[0-9a-f]{32}$/);
  expect(one.id).not.toContain('0101');
});
