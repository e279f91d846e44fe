import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeyStore, SubjectErasedError } from '../../src/privacy/key-store.ts';

/** What every key store must do. `open` makes a store of its own for each test. */
export function keyStoreContract(name: string, open: () => KeyStore): void {
  describe(`the key store ${name}`, () => {
    let keys: KeyStore;
    beforeEach(() => {
      keys = open();
    });
    afterEach(() => keys.close());

    test('gives a subject the same key every time', () => {
      const subject = randomUUID();
      const first = keys.keyFor(subject);
      expect(keys.keyFor(subject)).toEqual(first);
      expect(first.key).toHaveLength(32);
    });

    test('never gives a key to two subjects', () => {
      const given = Array.from({ length: 3_000 }, () => keys.keyFor(randomUUID()));
      expect(new Set(given.map(({ keyId }) => keyId)).size).toBe(3_000);
      expect(new Set(given.map(({ key }) => Buffer.from(key).toString('hex'))).size).toBe(3_000);
    });

    test('finds a key by its id', () => {
      const given = keys.keyFor(randomUUID());
      expect(keys.keyById(given.keyId)?.key).toEqual(given.key);
    });

    test('knows nothing of a key that it never made', () => {
      expect(keys.keyById(randomUUID())).toBeUndefined();
    });

    test('has no key of an erased subject any more, and refuses a new one', async () => {
      const subject = randomUUID();
      const { keyId } = keys.keyFor(subject);
      expect(await keys.eraseSubject(subject)).toBe(1);
      expect(keys.keyById(keyId)).toBeUndefined();
      expect(() => keys.keyFor(subject)).toThrow(SubjectErasedError);
      expect(keys.isErased(subject)).toBe(true);
    });

    test('leaves the keys of others alone in an erasure', async () => {
      const [one, other] = [randomUUID(), randomUUID()];
      keys.keyFor(one);
      const kept = keys.keyFor(other);
      await keys.eraseSubject(one);
      expect(keys.keyFor(other)).toEqual(kept);
      expect(keys.isErased(other)).toBe(false);
    });

    test('erases a subject that never had a key, and one that is erased already', async () => {
      const subject = randomUUID();
      expect([await keys.eraseSubject(subject), await keys.eraseSubject(subject)]).toEqual([0, 0]);
      expect(() => keys.keyFor(subject)).toThrow(SubjectErasedError);
    });
  });
}
