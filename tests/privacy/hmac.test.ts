import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacSha256, hmacSha256Hex } from '../../src/privacy/hmac.ts';

describe('the HMAC', () => {
  it('is what the library makes, for keys up to a block and whatever message', () => {
    const key = fc.uint8Array({ minLength: 0, maxLength: 64 });
    const message = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(key, message, (bytes, text) => {
        const expected = createHmac('sha256', bytes).update(text).digest('hex');
        expect(hmacSha256Hex(bytes, text)).toBe(expected);
        expect(hmacSha256(bytes, Buffer.from(text)).toString('hex')).toBe(expected);
      }),
    );
  });

  it('is that of RFC 4231, test case 2', () => {
    expect(hmacSha256Hex(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('refuses a key longer than a block, which would have to be hashed first', () => {
    expect(() => hmacSha256Hex(new Uint8Array(65), '')).toThrow(RangeError);
  });
});
