import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import type { KeyStore } from '../../src/privacy/key-store.ts';

const NAMESPACE = 'a9a7f0a2-3a55-4a52-9f0e-6c3b9d0b5a11';

/** Keys that everybody knows, for samples alone: a subject always has the same one, and an id is enough to make it. */
export const sampleKeys: KeyStore = {
  keyFor: subject => keyOf(v5(subject, NAMESPACE)),
  keyById: keyId => keyOf(keyId),
  eraseSubject: async () => 0,
  isErased: () => false,
  async close() {},
};

function keyOf(keyId: string) {
  return { keyId, key: createHash('sha256').update(`a key of the log-format samples: ${keyId}`).digest() };
}
