import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, NotJsonError } from '../../src/store/canonical-json.ts';

describe('canonical JSON', () => {
  it('is what the library for RFC 8785 writes, for whatever JSON holds', () => {
    // Keys that engines put in an order of their own are drawn often enough to be met together with others.
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('10', '9', '010', '4294967296', '__proto__'),
    );
    const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree')),
        fc.dictionary(key, tie('tree'), { noNullPrototype: false }),
      ),
    }));
    fc.assert(
      fc.property(tree, value => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the example of RFC 8785, section 3.2.3, in its order of keys', () => {
    const value = JSON.parse(
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",' +
        '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
    );
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it('is the example of RFC 8785, section 3.2.2', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('writes a property named __proto__ like any other, and sets no prototype by it', () => {
    const value = JSON.parse('{"b":1,"__proto__":{"polluted":true},"a":{"__proto__":null}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"polluted":true},"a":{"__proto__":null},"b":1}');
  });

  it('leaves out properties that are undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1, '7': undefined })).toBe('{"a":1}');
  });

  it.each([
    ['NaN', { price: Number.NaN }, 'price is NaN'],
    ['an infinity', { price: -1 / 0 }, 'price is -Infinity'],
    ['a bigint', { price: 1n }, 'price is or contains a bigint'],
    ['a function', { price: () => 1 }, 'price is or contains a function'],
    ['a symbol', { price: Symbol('s') }, 'price is or contains a symbol'],
    ['undefined in an array', { prices: [1, undefined] }, 'prices is or contains a undefined'],
    ['undefined alone', undefined, 'the value is or contains a undefined'],
    ['a date', { on: new Date(0) }, 'on is an instance of Date'],
    ['a map', { by: new Map() }, 'by is an instance of Map'],
    ['a lone surrogate', { text: 'a\ud800' }, 'holds a lone surrogate'],
    ['a lone surrogate in a name', { '\udc00': 1 }, 'holds a lone surrogate'],
    ['one of these beside keys that cannot be put in order', { '2': 1, '1': { x: 1n } }, 'x is or contains'],
  ])('refuses %s, and says where it is', (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
    expect(() => canonicalJson(value)).toThrow(NotJsonError);
  });

  it('knows a lone surrogate from text that looks like one written out', () => {
    for (const text of ['\\ud800', '\\\\ud800', '\u{1f600}\\ud83d', '\\\\\\udfff']) {
      expect(canonicalJson([text])).toBe(canonicalize([text]));
      expect(() => canonicalJson([text, `${text}\ud800`])).toThrow(NotJsonError);
    }
  });

  it('refuses a value that contains itself, with and without keys that cannot be put in order', () => {
    const list: unknown[] = [];
    list.push({ list });
    expect(() => canonicalJson(list)).toThrow('nested too deep');
    const numbered: Record<string, unknown> = { '1': 'one' };
    numbered['0'] = numbered;
    expect(() => canonicalJson(numbered)).toThrow('nested too deep');
  });

  it('sorts large objects too', () => {
    const value = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`k${(at * 7919) % 300}`, at]));
    expect(canonicalJson(value)).toBe(canonicalize(value));
  });
});
