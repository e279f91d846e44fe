import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogWindow } from '../../src/store/log-window.ts';

const SIZE = 256;

describe('the window over the log', () => {
  it('gives back what was put last, whatever it is, until it is let go', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 200 });
    fc.assert(
      fc.property(texts, all => {
        const window = new LogWindow(SIZE);
        const kept: { readonly place: number; readonly text: string }[] = [];
        for (const text of all) {
          let place = window.put(text);
          while (place === undefined) {
            expect(kept.length).toBeGreaterThan(0);
            kept.shift();
            window.forgetBefore(kept[0]?.place);
            place = window.put(text);
          }
          kept.push({ place, text });
          expect(kept.map(one => window.get(one.place))).toEqual(kept.map(one => one.text));
        }
      }),
    );
  });

  it('refuses what is larger than itself', () => {
    expect(() => new LogWindow(SIZE).put('x'.repeat(SIZE))).toThrow(RangeError);
  });
});
