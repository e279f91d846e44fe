import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedCache } from '../../src/privacy/bounded-cache.ts';

describe('a bounded cache', () => {
  test('never holds more than its capacity, and always what was used last', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.array(fc.tuple(fc.nat(14), fc.boolean()), { maxLength: 80 }),
        (capacity, uses) => {
          const cache = new BoundedCache<number>(capacity);
          for (const [key, isWrite] of uses) {
            if (isWrite) cache.set(String(key), key);
            else cache.get(String(key));
          }
          const lastWritten = uses.findLast(([, isWrite]) => isWrite)?.[0];
          if (uses.at(-1)?.[1] === true) expect(cache.get(String(lastWritten))).toBe(lastWritten);
          const held = Array.from({ length: 15 }, (_, key) => String(key)).filter(key => {
            const copy = cache.get(key);
            return copy !== undefined;
          });
          expect(held.length).toBeLessThanOrEqual(capacity);
        },
      ),
    );
  });

  test('forgets what it is told to, and everything', () => {
    const cache = new BoundedCache<number>(10);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.delete('a');
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2]);
    cache.clear();
    expect(cache.get('b')).toBeUndefined();
  });

  test('keeps what is used again and again, however much else comes by', () => {
    const cache = new BoundedCache<number>(10);
    cache.set('kept', 1);
    for (let other = 0; other < 1_000; other++) {
      cache.set(String(other), other);
      cache.get('kept');
    }
    expect(cache.get('kept')).toBe(1);
  });
});
