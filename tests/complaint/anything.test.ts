import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { complaint } from '../../domain/complaint/complaint.ts';
import { anyNumbers, surviveAnything } from '../arbitrary-commands.ts';
import { clockLawsHold } from '../sla/clock-laws.ts';

const words = [
  'complainant',
  'siteRegion',
  'items',
  'description',
  'firstReply',
  'decision',
  'onSite',
  'review',
];

/** What was ever accepted over all runs: a generator that reaches nothing proves nothing. */
const reached = new Set<string>();
afterAll(() => {
  const never = Object.keys(complaint.commands).filter(type => !reached.has(type));
  expect(never.length, `never accepted: ${never.join(', ')}`).toBeLessThan(8);
});

test('whatever is sent to a complaint, it decides, by its own schemas, keeps no personal value, and its promises keep their laws', () => {
  fc.assert(
    fc.property(anyNumbers, numbers => {
      let last:
        | { readonly events: Parameters<typeof clockLawsHold>[0]; refolded(): object; state: object }
        | undefined;
      const accepted = surviveAnything(complaint, numbers, words, story => {
        last = story;
      });
      for (const type of accepted) reached.add(type);
      if (last === undefined) return;
      clockLawsHold(last.events);
      expect(last.refolded()).toEqual(last.state);
    }),
  );
}, 240_000);
