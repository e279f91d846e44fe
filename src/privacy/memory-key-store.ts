import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import { type DataKey, type KeyStore, SubjectErasedError } from './key-store.ts';

/** Keys that live as long as the process: for tests, and for nothing else. */
export function createMemoryKeyStore(): KeyStore {
  const bySubject = new Map<string, DataKey>();
  const byId = new Map<string, DataKey>();
  const erased = new Set<string>();
  return {
    keyFor(subject) {
      if (erased.has(subject)) throw new SubjectErasedError(subject);
      const known = bySubject.get(subject);
      if (known !== undefined) return known;
      const made = { keyId: v7(), key: randomBytes(32) };
      bySubject.set(subject, made);
      byId.set(made.keyId, made);
      return made;
    },
    keyById: keyId => byId.get(keyId),
    async eraseSubject(subject) {
      erased.add(subject);
      const key = bySubject.get(subject);
      if (key === undefined) return 0;
      bySubject.delete(subject);
      byId.delete(key.keyId);
      return 1;
    },
    isErased: subject => erased.has(subject),
    async close() {},
  };
}
