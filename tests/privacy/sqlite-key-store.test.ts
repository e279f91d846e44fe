import { randomBytes, randomUUID } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KeyFileError } from '../../src/privacy/key-file.ts';
import { SubjectErasedError } from '../../src/privacy/key-store.ts';
import { KeyDamagedError } from '../../src/privacy/key-wrap.ts';
import { type MasterKey, masterKeyOf } from '../../src/privacy/master-key.ts';
import {
  openSqliteKeyStore,
  type SqliteKeyStore,
  type SqliteKeyStoreOptions,
} from '../../src/privacy/sqlite-key-store.ts';
import { keyStoreContract } from '../contract/key-store.ts';

let folder: string;
let masterKey: MasterKey;
let opened: SqliteKeyStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redress-keys-'));
  masterKey = masterKeyOf(randomBytes(32));
});
afterEach(async () => {
  for (const keys of opened) await keys.close();
  opened = [];
  rmSync(folder, { recursive: true });
});

function open(options: Partial<SqliteKeyStoreOptions> = {}): SqliteKeyStore {
  const keys = openSqliteKeyStore({
    path: join(folder, 'keys.db'),
    masterKey,
    batchKeys: 8,
    poolKeys: 16,
    ...options,
  });
  opened.push(keys);
  return keys;
}

/** What a power cut leaves: the files as they are on disk now, without the closing of the process. */
function openAfterCrash(options: Partial<SqliteKeyStoreOptions> = {}): SqliteKeyStore {
  const crashed = mkdtempSync(join(folder, 'crashed-'));
  for (const file of ['keys.db', 'keys.db-wal']) {
    if (existsSync(join(folder, file))) copyFileSync(join(folder, file), join(crashed, file));
  }
  return open({ path: join(crashed, 'keys.db'), ...options });
}

/** Wrapped keys by their ids, as they are on disk now. */
function wrappedKeysNow(): (keyId: string) => Uint8Array {
  const db = new DatabaseSync(join(folder, 'keys.db'), { readOnly: true });
  const rows = db.prepare('SELECT key_id, wrapped FROM data_key').all();
  db.close();
  const byId = new Map(rows.map(row => [row.key_id, row.wrapped]));
  return keyId => {
    const wrapped = byId.get(keyId);
    if (!(wrapped instanceof Uint8Array)) throw new Error(`no key ${keyId} on disk`);
    return wrapped;
  };
}

function wrappedKey(keyId: string): Uint8Array {
  return wrappedKeysNow()(keyId);
}

/** Those of the wrapped keys of which a file holds a part, even a third: SQLite may keep a piece of a record. */
function foundInFiles(...wrapped: readonly Uint8Array[]): Uint8Array[] {
  const files = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile());
  const contents = Buffer.concat(files.map(({ name }) => readFileSync(join(folder, name))));
  return wrapped.filter(bytes => [15, 31, 47].some(at => contents.includes(bytes.subarray(at, at + 16))));
}

keyStoreContract('in SQLite', () => open());
keyStoreContract('in SQLite with next to no cache', () => open({ cacheKeys: 1, batchKeys: 1, poolKeys: 0 }));

describe('over a restart', () => {
  test('a subject keeps its key', async () => {
    const before = open();
    const subjects = Array.from({ length: 100 }, () => randomUUID());
    const keys = subjects.map(subject => before.keyFor(subject));
    await before.close();
    const after = open();
    expect(subjects.map(subject => after.keyFor(subject).keyId)).toEqual(keys.map(({ keyId }) => keyId));
    expect(keys.map(({ keyId }) => after.keyById(keyId)?.key)).toEqual(keys.map(({ key }) => key));
  });

  test('an erased subject stays erased', async () => {
    const subject = randomUUID();
    const before = open();
    const { keyId } = before.keyFor(subject);
    await before.eraseSubject(subject);
    await before.close();
    const after = open();
    expect(after.isErased(subject)).toBe(true);
    expect(after.keyById(keyId)).toBeUndefined();
    expect(() => after.keyFor(subject)).toThrow(SubjectErasedError);
  });

  test('the checkpoint is kept', async () => {
    const before = open();
    expect(before.checkpoint()).toBe('');
    before.setCheckpoint('000000000042');
    await before.close();
    expect(open().checkpoint()).toBe('000000000042');
  });
});

describe('after a crash', () => {
  test('a key that an event may name can be read, and is given to nobody else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 }), (before, after) => {
        const first = open({ path: join(folder, `${randomUUID()}.db`) });
        first.keyFor(randomUUID());
        const keys = open();
        const given = Array.from({ length: before }, () => keys.keyFor(randomUUID()));
        const restarted = openAfterCrash();
        expect(given.map(({ keyId }) => restarted.keyById(keyId)?.key)).toEqual(given.map(({ key }) => key));
        const taken = new Set(given.map(({ keyId }) => keyId));
        const later = Array.from({ length: after }, () => restarted.keyFor(randomUUID()));
        expect(later.filter(({ keyId }) => taken.has(keyId))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test('its subject is taken over from the log', () => {
    const keys = open();
    const uses = Array.from({ length: 5 }, () => {
      const subject = randomUUID();
      return { subject, keyId: keys.keyFor(subject).keyId };
    });
    const restarted = openAfterCrash();
    expect(restarted.reconcile(uses, '5')).toBe(5);
    expect(restarted.reconcile(uses, '5')).toBe(0);
    expect(uses.map(({ subject }) => restarted.keyFor(subject).keyId)).toEqual(
      uses.map(({ keyId }) => keyId),
    );
    expect(restarted.checkpoint()).toBe('5');
  });

  test('what was given out before a checkpoint needs no taking over', () => {
    const keys = open();
    const subject = randomUUID();
    const { keyId } = keys.keyFor(subject);
    keys.setCheckpoint('1');
    const restarted = openAfterCrash();
    expect([restarted.checkpoint(), restarted.keyFor(subject).keyId]).toEqual(['1', keyId]);
  });

  test('the key of a subject that was erased since is destroyed when the log names it', async () => {
    const keys = open();
    const subject = randomUUID();
    const { keyId } = keys.keyFor(subject);
    const restarted = openAfterCrash();
    await restarted.eraseSubject(subject);
    expect(restarted.keyById(keyId)).toBeDefined();
    restarted.reconcile([{ subject, keyId }], '1');
    expect(restarted.keyById(keyId)).toBeUndefined();
  });

  test('a log that names keys of another key store is refused, at every start', () => {
    const keys = open();
    const uses = [{ subject: randomUUID(), keyId: randomUUID() }];
    expect(() => keys.reconcile(uses, '1')).toThrow(/put back the keys\.db/);
    expect(keys.checkpoint()).toBe('');
  });

  test('a log that names one key for two subjects is refused, and nothing is taken over', () => {
    const keys = open();
    const subject = randomUUID();
    const { keyId } = keys.keyFor(subject);
    const uses = [
      { subject, keyId },
      { subject: randomUUID(), keyId },
    ];
    expect(() => keys.reconcile(uses, '2')).toThrow(KeyFileError);
    expect(keys.checkpoint()).toBe('');
  });
});

describe('an erasure', () => {
  test('leaves no byte of the wrapped keys in any file, and every other key', async () => {
    const keys = open();
    const subjects = Array.from({ length: 600 }, () => randomUUID());
    const ids = subjects.map(subject => keys.keyFor(subject).keyId);
    keys.setCheckpoint('1');
    const wrapped = ids.map(wrappedKeysNow());
    expect(foundInFiles(...wrapped)).toEqual(wrapped);
    const isErased = (at: number) => at % 4 === 0 || (at > 200 && at < 260);
    for (const [at, subject] of subjects.entries()) if (isErased(at)) await keys.eraseSubject(subject);
    const rest = wrapped.filter((_, at) => !isErased(at));
    expect(foundInFiles(...wrapped)).toEqual(rest);
    expect(
      subjects.filter(subject => !keys.isErased(subject)).map(subject => keys.keyFor(subject).keyId),
    ).toEqual(ids.filter((_, at) => !isErased(at)));
  });

  test('of a key whose subject was not written yet destroys it as well', async () => {
    const keys = open();
    const subject = randomUUID();
    const { keyId } = keys.keyFor(subject);
    const wrapped = wrappedKey(keyId);
    await keys.eraseSubject(subject);
    expect(foundInFiles(wrapped)).toEqual([]);
    expect(openAfterCrash().isErased(subject)).toBe(true);
  });

  test('that a crash stopped before the write-ahead file was emptied is completed at the next start', async () => {
    const keys = open();
    const subject = randomUUID();
    const wrapped = wrappedKey(keys.keyFor(subject).keyId);
    const reader = new DatabaseSync(join(folder, 'keys.db'));
    reader.exec('PRAGMA busy_timeout = 0; BEGIN; SELECT count(*) FROM data_key');
    await expect(keys.eraseSubject(subject)).rejects.toThrow(KeyFileError);
    expect(foundInFiles(wrapped)).not.toEqual([]);
    reader.close();
    await keys.close();
    open();
    expect(foundInFiles(wrapped)).toEqual([]);
  });
});

describe('the master key', () => {
  test('must be the one that wrapped the keys', async () => {
    await open().close();
    const wrong = masterKeyOf(randomBytes(32));
    expect(() => open({ masterKey: wrong })).toThrow(KeyFileError);
    expect(() => open({ masterKey: wrong })).toThrow(masterKey.id);
  });

  test('can be changed: every key stays, and the old master key opens the file no more', async () => {
    const keys = open();
    const subjects = Array.from({ length: 50 }, () => randomUUID());
    const given = subjects.map(subject => keys.keyFor(subject));
    const erased = randomUUID();
    keys.keyFor(erased);
    await keys.eraseSubject(erased);
    const wrapped = wrappedKey(given[0]?.keyId ?? '');
    const next = masterKeyOf(randomBytes(32));
    keys.rewrap(next);
    expect(foundInFiles(wrapped)).toEqual([]);
    const [one] = given;
    expect(keys.keyById(one?.keyId ?? '')?.key).toEqual(one?.key);
    const more = keys.keyFor(randomUUID());
    await keys.close();
    expect(() => open()).toThrow(KeyFileError);
    const again = open({ masterKey: next });
    expect(again.keyById(more.keyId)?.key).toEqual(more.key);
    expect(subjects.map(subject => again.keyFor(subject).key)).toEqual(given.map(({ key }) => key));
    expect(again.isErased(erased)).toBe(true);
  });

  test('tells a key that was tampered with from one that was destroyed', async () => {
    const keys = open();
    const { keyId } = keys.keyFor(randomUUID());
    await keys.close();
    const db = new DatabaseSync(join(folder, 'keys.db'));
    const wrapped = wrappedKey(keyId);
    wrapped[40] = (wrapped[40] ?? 0) ^ 1;
    db.prepare('UPDATE data_key SET wrapped = ? WHERE key_id = ?').run(wrapped, keyId);
    db.close();
    expect(() => open().keyById(keyId)).toThrow(KeyDamagedError);
  });
});

describe('the pool', () => {
  test('is filled in the background, before it is empty', async () => {
    const keys = open({ batchKeys: 8, poolKeys: 16 });
    keys.keyFor(randomUUID());
    const onDisk = () => {
      const db = new DatabaseSync(join(folder, 'keys.db'), { readOnly: true });
      const row = db.prepare('SELECT count(*) AS keys FROM data_key').get();
      db.close();
      return row?.keys;
    };
    expect(onDisk()).toBe(8);
    await expect.poll(onDisk).toBe(16);
  });
});

describe('the file', () => {
  test('can be read by its owner alone', () => {
    open().keyFor(randomUUID());
    const modes = readdirSync(folder).map(file => statSync(join(folder, file)).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });

  test('holds no data key in plain', () => {
    const keys = open();
    const { key } = keys.keyFor(randomUUID());
    keys.setCheckpoint('1');
    const holding = readdirSync(folder).filter(file => readFileSync(join(folder, file)).includes(key));
    expect(holding).toEqual([]);
  });

  test('of another program is refused, and left as it is', () => {
    const path = join(folder, 'keys.db');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE theirs (x)');
    other.close();
    const before = readFileSync(path);
    expect(() => open()).toThrow(KeyFileError);
    expect(readFileSync(path)).toEqual(before);
  });

  test('that is no database is refused', () => {
    writeFileSync(join(folder, 'keys.db'), 'x'.repeat(5_000));
    expect(() => open()).toThrow(KeyFileError);
  });
});
