import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseEvents } from '../../domain/case/case-events.ts';
import { type Clock, isOpen } from '../../domain/sla/clock.ts';
import { reply } from '../complaint/complaints.ts';
import { at } from '../given-when-then.ts';
import { AGENT, MergingWorld } from './merging-world.ts';

const HOUR_MS = 3_600_000;
const RECEIVED = at('2026-09-28 09:00');

function world(count: number): MergingWorld {
  const of = new MergingWorld(count, RECEIVED);
  of.now += HOUR_MS;
  return of;
}
const give = (of: MergingWorld, index: number, type: string, data: object = {}) =>
  of.give(index, { type, data: JSON.parse(JSON.stringify(data)) }, AGENT);
const merge = (of: MergingWorld, loser: number, survivor: number) =>
  give(of, loser, 'mergeInto', { survivorId: of.id(survivor) });
const owed = (of: MergingWorld, index: number) =>
  of
    .state(index)
    .clocks.filter(isOpen)
    .map(c => c.clock);
const ALL = ['acknowledgement', 'firstReply', 'decision', 'closing'];

describe('a merge', () => {
  it('is undone when the survivor ended before it could take over', () => {
    for (const [end, data] of [
      ['withdraw', {}],
      ['voidEntry', { reason: 'A test' }],
    ] as const) {
      const of = world(2);
      merge(of, 0, 1);
      give(of, 1, end, data);
      of.settle();
      expect(owed(of, 0)).toEqual(ALL);
      expect(of.events(0).map(e => e.type)).toContain('CaseUnmerged');
      expect(of.state(0).phase).toBe('received');
    }
  });

  it('says that nobody wished it undone', () => {
    const of = world(2);
    merge(of, 0, 1);
    give(of, 1, 'withdraw');
    of.settle();
    const unmerged = of.events(0).find(e => e.type === 'CaseUnmerged');
    expect(unmerged?.data).toEqual({ survivorId: of.id(1), because: 'notTakenOver' });
  });

  it('of two cases into each other at once leaves one of them that owes everything', () => {
    const of = world(2);
    // Each looks at the other before either is merged.
    of.give(0, { type: 'mergeInto', data: { survivorId: of.id(1) } }, AGENT, () => merge(of, 1, 0));
    expect([of.state(0).phase, of.state(1).phase]).toEqual(['merged', 'merged']);
    of.settle();
    expect([of.state(0).phase, of.state(1).phase].sort()).toEqual(['merged', 'received']);
    const live = of.state(0).phase === 'merged' ? 1 : 0;
    expect(owed(of, live)).toEqual(ALL);
  });

  it('into a case that is merged further at the same time is undone', () => {
    const of = world(3);
    of.give(0, { type: 'mergeInto', data: { survivorId: of.id(1) } }, AGENT, () => merge(of, 1, 2));
    of.settle();
    expect([0, 1, 2].map(index => of.state(index).phase)).toEqual(['received', 'merged', 'received']);
  });

  it('hands on what the survivor had taken over, when that is merged too', () => {
    const of = world(3);
    give(of, 1, 'sendPreliminaryReply', reply);
    merge(of, 0, 1);
    of.settle();
    merge(of, 1, 2);
    of.settle();
    expect(owed(of, 2)).toEqual(ALL);
  });
});

describe('a merge that is undone', () => {
  it('ends what was carried on for the case in the survivor', () => {
    const of = world(2);
    give(of, 1, 'sendPreliminaryReply', reply);
    merge(of, 0, 1);
    of.settle();
    expect(owed(of, 1)).toContain('firstReply');
    give(of, 0, 'unmerge');
    of.settle();
    expect(owed(of, 1)).toEqual(['decision', 'closing']);
    expect(owed(of, 0)).toEqual(ALL);
    expect(of.state(1).clocks.find(c => c.cycle === 2)?.cancelledBecause).toBe('released');
  });

  it('ends it also where the survivor was merged further', () => {
    const of = world(3);
    give(of, 1, 'sendPreliminaryReply', reply);
    give(of, 2, 'sendPreliminaryReply', reply);
    merge(of, 0, 1);
    of.settle();
    merge(of, 1, 2);
    of.settle();
    expect(owed(of, 2)).toContain('firstReply');
    give(of, 0, 'unmerge');
    of.settle();
    expect(owed(of, 2)).toEqual(['decision', 'closing']);
    // And the one between does not begin it again.
    give(of, 1, 'unmerge');
    of.settle();
    expect(owed(of, 1)).toEqual(['decision', 'closing']);
  });

  it('is not done again by what is told late of the merge before', () => {
    const of = world(2);
    merge(of, 0, 1);
    of.settle();
    give(of, 0, 'unmerge');
    of.settle();
    merge(of, 0, 1);
    of.settle();
    of.startAgainFrom(0);
    of.settle();
    expect(of.state(1).mergedFrom).toEqual([of.id(0)]);
    expect(of.state(0).phase).toBe('merged');
  });
});

describe('a reply that bounces after the merge', () => {
  const bounced = (of: MergingWorld, index: number) => {
    const replied = of.events(index).find(e => e.type === 'ComplaintPreliminarilyReplied');
    return give(of, index, 'retractStep', { stepRevision: replied?.revision, reason: 'It came back' });
  };

  it('is owed by the survivor', () => {
    const of = world(2);
    give(of, 0, 'sendPreliminaryReply', reply);
    give(of, 1, 'sendPreliminaryReply', reply);
    merge(of, 0, 1);
    of.settle();
    expect(bounced(of, 0)).toBeUndefined();
    of.settle();
    expect(owed(of, 1)).toContain('firstReply');
  });

  it('brings the case back when the survivor has ended', () => {
    const of = world(2);
    give(of, 0, 'sendPreliminaryReply', reply);
    merge(of, 0, 1);
    of.settle();
    give(of, 1, 'withdraw');
    bounced(of, 0);
    of.settle();
    expect(owed(of, 0)).toEqual(['acknowledgement', 'firstReply']);
  });
});

describe('the promises of cases that are merged, ended and taken apart in any order', () => {
  const CASES = 4;

  function live(numbers: readonly number[]): MergingWorld {
    const of = world(CASES);
    let used = 0;
    const choose = (count: number) => (numbers[used++] ?? 0) % count;
    const act = (depth = 0): void => {
      const index = choose(CASES);
      const meanwhile = depth === 0 && choose(3) === 0 ? () => act(1) : () => {};
      const done = (type: string, data: object = {}) =>
        of.give(index, { type, data: JSON.parse(JSON.stringify(data)) }, AGENT, meanwhile);
      switch (choose(18)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
          done('mergeInto', { survivorId: of.id(choose(CASES)) });
          return;
        case 5:
        case 6:
          done('unmerge');
          return;
        case 7:
          done('withdraw');
          return;
        case 8:
          if (choose(20) === 0) done('voidEntry', { reason: 'A test' });
          return;
        case 9:
        case 10:
          done('reopen', { reason: 'Not over' });
          return;
        case 11:
        case 14:
        case 15:
          done('sendPreliminaryReply', { ...reply, nextNewsAt: of.now + HOUR_MS });
          return;
        case 12: {
          const step = of.state(index).steps.findLast(s => !s.retracted);
          done('retractStep', { stepRevision: step?.revision ?? 0, reason: 'A slip' });
          return;
        }
        case 16:
          done('requestInput', { department: 'production', question: 'Which press?' });
          return;
        default:
          of.now += choose(12) * HOUR_MS;
          if (choose(2) === 0) for (let each = 0; each < CASES; each++) of.fireTimers(each);
      }
    };
    while (used < numbers.length) {
      if (choose(2) === 0) act();
      else of.react(choose(3) === 0 ? () => act(1) : undefined);
      if (choose(20) === 0) of.startAgainFrom(choose(of.log.length));
    }
    of.settle();
    of.startAgainFrom(choose(of.log.length));
    of.settle();
    return of;
  }

  /** Where a merged case's promises are; `undefined` for one that is its own. */
  const survivorOf = (of: MergingWorld, index: number): number | undefined => {
    const { ended } = of.state(index);
    return ended?.how === 'merged'
      ? Number.parseInt(ended.survivorId?.slice(-12) ?? '', 16) - 0x100
      : undefined;
  };
  const byMerging = (clock: Clock) => clock.cancelledBecause === 'merged' && clock.breach === undefined;

  function nothingIsLost(of: MergingWorld): void {
    for (let index = 0; index < CASES; index++) {
      const { clocks, ended } = of.state(index);
      if (ended !== undefined) expect(clocks.filter(isOpen), 'an ended case owes nothing').toEqual([]);
      for (const [place, clock] of clocks.entries()) {
        const startedAgain = clocks.slice(place + 1).some(c => c.clock === clock.clock);
        if (byMerging(clock) && clock.clock !== 'input' && !startedAgain) isKeptElsewhere(of, index, clock);
        if (isOpen(clock)) isKeptHereAlone(of, index, clock);
      }
    }
  }

  /** A question is asked in one case, or was ended there; what went on with a merge is known where it went. */
  function noQuestionIsLost(of: MergingWorld): void {
    const asked = new Map<string, number>();
    for (let index = 0; index < CASES; index++) {
      for (const { inputId, status } of of.state(index).inputs) {
        if (status === 'asked') {
          expect(asked.get(inputId), 'a question is asked once').toBeUndefined();
          expect(of.state(index).ended, 'by a case that goes on').toBeUndefined();
          asked.set(inputId, index);
        }
        if (status !== 'merged') continue;
        const survivor = survivorOf(of, index);
        expect(survivor, 'it went on with a merge').toBeDefined();
        expect(of.state(survivor ?? 0).inputs.map(i => i.inputId)).toContain(inputId);
      }
    }
  }

  /** The case that it was handed to took it over: it had the promise open then, due no later. */
  function isKeptElsewhere(of: MergingWorld, index: number, { clock, cycle }: Clock): void {
    const handed = of.events(index).findLast(e => {
      if (e.type !== 'CaseMergedInto') return false;
      const { openClocks } = caseEvents.CaseMergedInto.schema.parse(e.data);
      return openClocks.some(c => c.clock === clock && c.cycle === cycle);
    });
    const { survivorId, openClocks } = caseEvents.CaseMergedInto.schema.parse(handed?.data);
    const dueAt = openClocks.find(c => c.clock === clock && c.cycle === cycle)?.dueAt ?? 0;
    const survivor = Array.from({ length: CASES }).findIndex((_, each) => of.id(each) === survivorId);
    const taken = of
      .versions(survivor)
      .find(({ state }) =>
        state.takenOver.some(t => t.loserId === of.id(index) && t.mergeRevision === handed?.revision),
      );
    const own = taken?.state.clocks.find(c => c.clock === clock && isOpen(c));
    expect(own, `${clock} ${cycle} of ${index} goes on in ${survivor}`).toBeDefined();
    if (own?.status === 'running') expect(own.schedule.dueAt).toBeLessThanOrEqual(dueAt);
  }

  /** A promise that is carried on for another case is that case's no more. */
  function isKeptHereAlone(of: MergingWorld, index: number, { clock, continues }: Clock): void {
    if (continues === undefined) return;
    const from = Array.from({ length: CASES }).findIndex((_, each) => of.id(each) === continues.caseId);
    expect(survivorOf(of, from), `${clock} is carried on for a case merged into this one`).toBe(index);
    const there = of.state(from).clocks.find(c => c.clock === clock && c.cycle === continues.cycle);
    expect(there?.cancelledBecause).toBe('merged');
  }

  it('are never lost and never kept twice', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 60, maxLength: 500, size: 'max' }), numbers => {
        const of = live(numbers);
        for (const { type, data } of of.log) {
          reached.add(type);
          if (data.because === 'notTakenOver') reached.add('undone');
        }
        nothingIsLost(of);
        noQuestionIsLost(of);
      }),
      { numRuns: 500 },
    );
    expect([...reached]).toEqual(
      expect.arrayContaining(['CaseAbsorbed', 'CaseReleased', 'InputTakenOver', 'undone']),
    );
  }, 240_000);
});

it('a case that is merged is not voided: it is taken out of the other first', () => {
  const of = world(2);
  merge(of, 0, 1);
  of.settle();
  expect(give(of, 0, 'voidEntry', { reason: 'A test' })).toBe('mergedElsewhere');
});
