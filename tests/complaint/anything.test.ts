import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complaint } from '../../domain/complaint/complaint.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { at } from '../given-when-then.ts';
import { clockLawsHold } from '../sla/clock-laws.ts';
import { explanationsHold } from '../sla/explanation-laws.ts';
import { anyCommand, begun, later, PERSONAL, seen } from './arbitrary-complaint.ts';

type Complaint = typeof begun;
const calendar = compileCalendar(chinaCalendar());

/** What was ever accepted over all runs: a generator that reaches nothing proves nothing. */
const reached = new Set<string>();
/** Machines give these, and nobody is offered them. */
const OFFERED_TO_NOBODY = new Set([
  'absorb',
  'settleMerge',
  'release',
  'fireTimer',
  'reapplyDeadlines',
  'noteRecurrence',
]);
/** The story begins with the one, and the other is every timer's own. */
const NOT_CHOSEN = ['receive', 'fireTimer'];

/** Goes on with a complaint until the numbers are used up; a decision that throws fails on the way. */
function story(
  numbers: readonly number[],
  step: (before: Complaint, type: string, outcome: string) => void,
): Complaint {
  let used = 0;
  const choose = (count: number) => (numbers[used++] ?? 0) % Math.max(1, count);
  let told = begun;
  let now = at('2026-09-24 10:00');
  while (used < numbers.length) {
    now = later(told, now, choose);
    // Without this the service was down, and the timers of that time are found later.
    if (choose(4) > 0) told = told.passed(now);
    const { by, command } = anyCommand(told, now, choose);
    const { decision, next } = told.tried(command, by, now, seen(command));
    step(told, command.type, decision.outcome);
    if (decision.outcome === 'accepted') reached.add(command.type);
    else expect(JSON.stringify(decision.details)).not.toContain(PERSONAL);
    told = next;
  }
  return told;
}

const numbers = fc.array(fc.nat(1_000_000), { minLength: 50, maxLength: 900, size: 'max' });
const holds = (law: (numbers: readonly number[]) => void) => {
  fc.assert(fc.property(numbers, law), { numRuns: 100 });
};

const neverReached = () =>
  Object.keys(complaint.commands).filter(type => !reached.has(type) && !NOT_CHOSEN.includes(type));

describe('whatever is done to a complaint', () => {
  it('its promises keep their laws', () => {
    holds(choices => {
      clockLawsHold(story(choices, () => {}).events);
    });
  }, 240_000);

  it('its promises can be explained, to the millisecond', () => {
    holds(choices => {
      explanationsHold(story(choices, () => {}).events, calendar, at('2026-12-24 10:00'));
    });
  }, 240_000);

  it('its state holds no personal value', () => {
    holds(choices => {
      expect(JSON.stringify(story(choices, () => {}).state)).not.toContain(PERSONAL);
    });
  }, 240_000);

  it('its events fold to the same state again', () => {
    holds(choices => {
      const told = story(choices, () => {});
      expect(told.refolded()).toEqual(told.state);
    });
  }, 240_000);

  it('a command that is not called possible is rejected', () => {
    holds(choices => {
      story(choices, (before, type, outcome) => {
        if (before.possible.includes(type) || OFFERED_TO_NOBODY.has(type)) return;
        expect(`${type} is ${outcome}`).toBe(`${type} is rejected`);
      });
    });
  }, 240_000);

  it('every command is tried with success', () => {
    // What chance passed by so far it is given more time for: only what cannot be reached is never reached.
    for (let more = 0; more < 20 && neverReached().length > 0; more++) {
      holds(choices => void story(choices, () => {}));
    }
    expect(neverReached()).toEqual([]);
  }, 240_000);
});
