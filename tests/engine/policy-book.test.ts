import { describe, expect, it } from 'vitest';
import { CALENDAR_STREAM_ID, POLICY_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { defaultPolicy } from '../../domain/sla/default-policy.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { createPolicyBook } from '../../src/engine/policy-book.ts';
import { published } from './house.ts';

const policy = (version: number, holdsFrom: number) =>
  published(POLICY_STREAM_ID, 'PolicyPublished', { policy: { ...defaultPolicy(holdsFrom), version } });
const calendar = (version: number, knownFrom: number) =>
  published(CALENDAR_STREAM_ID, 'CalendarPublished', { calendar: { ...chinaCalendar(version), knownFrom } });

describe('the policy that holds', () => {
  const book = createPolicyBook();
  for (const [version, holdsFrom] of [
    [1, 0],
    [2, 2_000],
    [3, 1_000],
    [4, 1_000],
  ] as const) {
    book.apply(policy(version, holdsFrom));
  }

  it.each([
    [0, 1],
    [999, 1],
    [1_000, 4],
    [1_999, 4],
    [2_000, 2],
    [9_000, 2],
  ])('at %i is version %i', (instant, version) => {
    expect(book.policyAt(instant).version).toBe(version);
  });

  it('can be asked for by its version', () => {
    expect(book.policyOf(3).holdsFrom).toBe(1_000);
    expect(() => book.policyOf(9)).toThrow('no version 9');
  });

  it('is none before anything was published', () => {
    expect(() => createPolicyBook().policyAt(0)).toThrow('no policy holds at 1970');
  });
});

describe('the calendar that was known', () => {
  const book = createPolicyBook();
  book.apply(calendar(1, 1_000));
  book.apply(calendar(2, 2_000));

  it.each([
    // Before any was known, the first: what history is imported by.
    [0, 1],
    [1_999, 1],
    [2_000, 2],
  ])('at %i is version %i', (instant, version) => {
    expect(book.calendarKnownAt('cn', instant).version).toBe(version);
  });

  it('can be asked for by id and version', () => {
    expect(book.calendarOf({ id: 'cn', version: 1 }).version).toBe(1);
    expect(() => book.calendarOf({ id: 'cn', version: 3 })).toThrow('has no version 3');
    expect(() => book.calendarKnownAt('moon', 0)).toThrow('no calendar "moon"');
  });
});
