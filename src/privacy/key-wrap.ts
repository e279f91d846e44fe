import type { MasterKey } from './master-key.ts';
import { openBox, sealBox } from './sealed-box.ts';

const NUMBER_BYTES = 2;

/** Every wrapped key has this length, so that one is overwritten in its place: see `key-file.ts`. */
export const WRAPPED_BYTES = NUMBER_BYTES + 1 + 12 + 32 + 16;

/** A master key, and the number by which the keys that it wraps name it. */
export interface NumberedMasterKey {
  readonly number: number;
  readonly master: MasterKey;
}

/** The master key's number (2 bytes, big-endian) ‖ a sealed box, bound to the key's id. */
export function wrapKey(by: NumberedMasterKey, keyId: string, key: Uint8Array): Buffer {
  const number = Buffer.alloc(NUMBER_BYTES);
  number.writeUInt16BE(by.number);
  return Buffer.concat([number, sealBox(by.master.bytes, key, Buffer.from(`${keyId} ${by.number}`))]);
}

/**
 * The key; `undefined` for one that was destroyed (zeros).
 * @throws KeyDamagedError when it is neither destroyed nor wrapped by this master key for this id
 */
export function unwrapKey(by: NumberedMasterKey, keyId: string, wrapped: Uint8Array): Buffer | undefined {
  if (wrapped.every(byte => byte === 0)) return undefined;
  const number = Buffer.from(wrapped).readUInt16BE();
  const box = wrapped.subarray(NUMBER_BYTES);
  const key =
    number === by.number ? openBox(by.master.bytes, box, Buffer.from(`${keyId} ${number}`)) : undefined;
  if (key === undefined) throw new KeyDamagedError(keyId, number);
  return key;
}

/** A stored key is not what was stored: restore the key store from its backup. */
export class KeyDamagedError extends Error {
  override readonly name = 'KeyDamagedError';
  constructor(keyId: string, masterNumber: number) {
    super(`key ${keyId}, wrapped by master key number ${masterNumber}, cannot be unwrapped`);
  }
}
