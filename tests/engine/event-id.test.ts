import { expect, test } from 'vitest';
import { uuidSchema } from '../../domain/log/envelope.ts';
import { newEventId } from '../../src/engine/event-id.ts';

test('event ids are different UUIDs that rise', () => {
  const ids = Array.from({ length: 20_000 }, () => newEventId());
  expect(ids.every(id => uuidSchema.safeParse(id).success)).toBe(true);
  expect(ids.every(id => id.charAt(14) === '7')).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids.map(id => id.slice(24))).size).toBeGreaterThan(ids.length * 0.99);
});
