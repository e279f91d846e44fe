import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { factoryVisit } from '../../domain/factory-visit/factory-visit.ts';
import { heldDaysOf } from '../../domain/factory-visit/state.ts';
import { isOpen } from '../../domain/sla/clock.ts';
import { slaEvents } from '../../domain/sla/events.ts';
import { compileCalendar } from '../../domain/time/calendar.ts';
import { chinaCalendar } from '../../domain/time/china-calendar.ts';
import { at } from '../given-when-then.ts';
import { explanationsHold } from '../sla/explanation-laws.ts';
import { type Step, steps } from './arbitrary-story.ts';
import { applied, approved, assessed, held, hosted } from './visit.ts';

const calendar = compileCalendar(chinaCalendar());
type VisitStory = typeof applied;

/** A visit that has come as far as it has; what follows happens from this instant on. */
const beginnings = [
  { story: applied, now: at('2026-08-10 09:00') },
  { story: assessed, now: at('2026-08-10 10:00') },
  { story: approved, now: at('2026-08-10 14:00') },
  { story: hosted, now: at('2026-08-11 09:00') },
  { story: held, now: at('2026-08-31 17:00') },
  { story: held.passed('2026-09-30 09:00'), now: at('2026-09-30 09:00') },
] as const;
type Beginning = (typeof beginnings)[number];

/** What was ever accepted over all runs: a generator that reaches nothing proves nothing. */
const reached = new Map<string, number>();

/** Every story after each of its steps; the timers that fell due before a step have fired, or wait with it. */
function told(
  beginning: Beginning,
  of: readonly Step[],
  timersFire: boolean,
): readonly { story: VisitStory; now: number }[] {
  let { story, now }: { story: VisitStory; now: number } = beginning;
  const after = [{ story, now }];
  for (const { afterMs, by, command: given, agoMs } of of) {
    now += afterMs;
    const past = agoMs === undefined ? {} : { occurredAt: now - agoMs, backdatingReason: 'x' };
    const command = { ...given, data: { ...given.data, ...past } };
    if (timersFire) story = story.passed(now);
    const roles: readonly string[] = factoryVisit.commands[command.type as 'close'].roles;
    if (!by.roles.some(role => roles.includes(role))) continue;
    const { decision, next } = story.tried(command, by, now);
    if (decision.outcome === 'accepted' && decision.events.length > 0)
      reached.set(command.type, (reached.get(command.type) ?? 0) + 1);
    story = next;
    after.push({ story, now });
  }
  return after;
}

const stories = fc
  .tuple(fc.constantFrom(...beginnings), steps, fc.boolean())
  .map(([beginning, of, timersFire]) => told(beginning, of, timersFire));
// A decision that throws, or an event that its schema does not take, fails while the story is told.
const holds = (law: (moment: { story: VisitStory; now: number }) => void) =>
  fc.assert(
    fc.property(stories, after => {
      for (const moment of after) law(moment);
    }),
    { numRuns: 150 },
  );

describe('whatever is done to a visit', () => {
  it('no promise is due before it starts, nor warned before that or after it is due', () => {
    holds(({ story }) => {
      for (const { startedAt, schedule } of story.state.clocks) {
        expect(schedule.dueAt).toBeGreaterThanOrEqual(startedAt);
        for (const { at } of schedule.warnings) {
          expect(at).toBeGreaterThanOrEqual(startedAt);
          expect(at).toBeLessThan(schedule.dueAt);
        }
      }
    });
  });

  it('its promises can be explained: what counts is what was owed', () => {
    const explained = fc.property(stories, after => {
      const last = after.at(-1);
      if (last !== undefined) explanationsHold(last.story.events, calendar, last.now);
    });
    fc.assert(explained, { numRuns: 2500, endOnFailure: true });
  });

  it('a promise runs in one cycle at a time, and cycles are counted without a gap', () => {
    holds(({ story }) => {
      const names = new Set(story.state.clocks.map(c => c.clock));
      for (const name of names) {
        const cycles = story.state.clocks.filter(c => c.clock === name);
        expect(cycles.map(c => c.cycle)).toEqual(cycles.map((_, index) => index + 1));
        expect(cycles.filter(isOpen).length).toBeLessThanOrEqual(1);
      }
    });
  });

  it('what was met was met in time, and what was late was breached first', () => {
    holds(({ story }) => {
      for (const clock of story.state.clocks) {
        if (clock.status === 'met') expect(clock.result?.at).toBeLessThanOrEqual(clock.schedule.dueAt);
        if (clock.result !== undefined) expect(clock.result.at).toBeGreaterThanOrEqual(clock.startedAt);
        if (clock.status === 'fulfilled') expect(clock.breach).toBeDefined();
        if (clock.breach !== undefined) expect(clock.breach.dueAt).toBe(clock.schedule.dueAt);
      }
    });
  });

  it('waves exist for a visit that was held alone, and are met from their opening on', () => {
    holds(({ story }) => {
      for (const clock of story.state.clocks) {
        if (!clock.clock.startsWith('wave')) continue;
        expect(clock.startedAt).toBe(clock.schedule.opensAt);
        expect(clock.anchor?.countedFrom).toBeDefined();
        if (clock.result !== undefined) expect(clock.result.at).toBeGreaterThanOrEqual(clock.startedAt);
        if (isOpen(clock)) expect(heldDaysOf(story.state)).toBeDefined();
      }
    });
  });

  it('the three waves that run hang on one day', () => {
    holds(({ story }) => {
      const running = story.state.clocks.filter(c => c.clock.startsWith('wave') && c.status === 'running');
      expect(new Set(running.map(c => c.anchor?.countedFrom)).size).toBeLessThanOrEqual(1);
    });
  });

  it('nothing is owed once the visit has ended or is cancelled', () => {
    holds(({ story }) => {
      const { ended, phase } = story.state;
      if (ended === undefined && phase !== 'cancelled') return;
      expect(story.state.clocks.filter(isOpen)).toEqual([]);
      expect(story.pending).toEqual([]);
    });
  });

  it('its phase is told by its own events: a view that folds no clock shows the same', () => {
    holds(({ story }) => {
      const bare = story.events.reduce(
        (state, happened, revision) =>
          happened.type in slaEvents
            ? state
            : factoryVisit.evolve(state, { ...happened, revision, commandId: '', actorId: '', decidedAt: 0 }),
        factoryVisit.initial,
      );
      expect(bare.phase).toBe(story.state.phase);
    });
  });

  it('the proposer never approved', () => {
    holds(({ story }) => {
      let proposerIds: readonly string[] = [];
      const { proposals, verdicts } = story.state;
      for (const verdict of verdicts) {
        proposerIds = proposals.findLast(p => p.revision < verdict.revision)?.proposerIds ?? [];
        const step = story.state.steps.find(s => s.revision === verdict.revision);
        expect(proposerIds).not.toContain(step?.actorId);
      }
    });
  });

  afterAll(() => {
    const main = [
      'assess',
      'approve',
      'assignHosts',
      'complete',
      'recordFollowUp',
      'recordContactAttempt',
      'reschedule',
    ];
    expect([...reached.keys()]).toEqual(expect.arrayContaining(main));
  });
});
