import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/**
 * HMAC-SHA-256 (RFC 2104) for a key of at most 64 bytes, by two calls of the one-shot hash: `createHmac` makes an
 * object that costs several times as much as the hashing of what a command has.
 */
export function hmacSha256(key: Uint8Array, message: string | Uint8Array): Buffer {
  return outerHash(key, message, 'buffer');
}

export function hmacSha256Hex(key: Uint8Array, message: string): string {
  return outerHash(key, message, 'hex');
}

function outerHash(key: Uint8Array, message: string | Uint8Array, encoding: 'buffer'): Buffer;
function outerHash(key: Uint8Array, message: string | Uint8Array, encoding: 'hex'): string;
function outerHash(
  key: Uint8Array,
  message: string | Uint8Array,
  encoding: 'buffer' | 'hex',
): Buffer | string {
  if (key.length > BLOCK_BYTES) throw new RangeError(`a key of ${key.length} bytes, at most ${BLOCK_BYTES}`);
  const messageBytes = typeof message === 'string' ? Buffer.byteLength(message) : message.length;
  const inner = Buffer.allocUnsafe(BLOCK_BYTES + messageBytes);
  const outer = Buffer.allocUnsafe(BLOCK_BYTES + HASH_BYTES);
  for (let at = 0; at < BLOCK_BYTES; at++) {
    const byte = key[at] ?? 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  if (typeof message === 'string') inner.write(message, BLOCK_BYTES);
  else inner.set(message, BLOCK_BYTES);
  hash('sha256', inner, 'buffer').copy(outer, BLOCK_BYTES);
  return hash('sha256', outer, encoding);
}
