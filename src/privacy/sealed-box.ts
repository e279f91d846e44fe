import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;

/** Nonces are drawn in bulk: one call to the generator for each box costs as much as the cipher. */
const nonces = Buffer.alloc(NONCE_BYTES * 512);
let nextNonce = nonces.length;

/**
 * AES-256-GCM: version byte 1 ‖ nonce (12) ‖ ciphertext ‖ tag (16). The nonce is random (NIST SP 800-38D,
 * 8.2.2: fewer than 2^32 boxes a key; a case ends at 5,000 events).
 */
export function sealBox(key: Uint8Array, plaintext: Uint8Array, additionalData: Uint8Array): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  const box = Buffer.allocUnsafe(HEAD_BYTES + plaintext.length + TAG_BYTES);
  box[0] = VERSION;
  nonces.copy(box, 1, nextNonce, nextNonce + NONCE_BYTES);
  nextNonce += NONCE_BYTES;
  const cipher = createCipheriv('aes-256-gcm', key, box.subarray(1, HEAD_BYTES));
  cipher.setAAD(additionalData);
  cipher.update(plaintext).copy(box, HEAD_BYTES);
  cipher.final();
  cipher.getAuthTag().copy(box, HEAD_BYTES + plaintext.length);
  return box;
}

/** What was sealed; `undefined` when the box is not what was sealed under this key and additional data. */
export function openBox(key: Uint8Array, box: Uint8Array, additionalData: Uint8Array): Buffer | undefined {
  if (box[0] !== VERSION || box.length < HEAD_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(1, HEAD_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(box.subarray(-TAG_BYTES));
  const plaintext = decipher.update(box.subarray(HEAD_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plaintext;
}
