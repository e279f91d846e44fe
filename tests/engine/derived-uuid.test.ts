import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { derivedUuid } from '../../src/engine/derived-uuid.ts';

describe('a derived UUID', () => {
  it('is that of the package uuid, for any name and namespace', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uuid(), (name, namespace) => {
        expect(derivedUuid(name, namespace)).toBe(uuidv5(name, namespace));
      }),
    );
  });
});
