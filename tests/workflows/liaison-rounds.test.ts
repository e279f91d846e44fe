import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { registered } from '../../domain/case/lifecycle.ts';
import { liaisonRound } from '../../domain/liaison-round/liaison-round.ts';
import { technicalLiaison } from '../../domain/technical-liaison/technical-liaison.ts';
import { roundClosed } from '../../workflows/round-closed.ts';
import { roundOpened } from '../../workflows/round-opened.ts';
import { roundTold } from '../../workflows/round-told.ts';
import { at, idOf, lead } from '../given-when-then.ts';
import { response, specialist } from '../technical-liaison/liaison-stories.ts';
import { World } from './world.ts';

const workflows = [roundOpened, roundTold, roundClosed];
const names = ['南洋制衣', '东莞箱包', 'Nordic Outdoor AB'];

function scheduled() {
  const world = new World([registered(liaisonRound), registered(technicalLiaison)]);
  const customers = names.map((name, index) => ({
    customer: { name },
    channel: index === 1 ? 'fax' : 'email',
    marketingContactId: idOf(0x41 + index),
  }));
  const plan = {
    name: 'Q1',
    period: { from: '2026-03-02', to: '2026-03-31' },
    filter: {},
    customers,
    form: 'TSL-3',
  };
  const roundId = world.give(
    'liaison-round',
    { type: 'scheduleRound', data: plan },
    specialist,
    '2026-02-27 10:00',
  );
  return { world, roundId };
}

function opened() {
  const { world, roundId } = scheduled();
  world.give('liaison-round', { type: 'openRound', data: {} }, specialist, '2026-03-02 09:00', roundId);
  return { world, roundId };
}

function answers(world: World, liaisonId: string, now: string) {
  const data = { ...response, receivedAt: at(now) };
  world.give('technical-liaison', { type: 'recordResponse', data }, specialist, now, liaisonId);
}

function closes(world: World, roundId: string, now: string) {
  world.give('liaison-round', { type: 'closeRound', data: {} }, specialist, now, roundId);
}

function liaisons(world: World): readonly string[] {
  return world.cases('technical-liaison').map(c => c.caseId);
}

describe('a round that opens', () => {
  test('sends each customer a form, and is told so', () => {
    const { world, roundId } = opened();
    world.react(workflows, '2026-03-02 09:01');
    expect(world.cases('technical-liaison').map(c => c.state)).toMatchObject(
      names.map((name, index) => ({
        phase: 'formSent',
        customer: { name },
        marketingContactId: idOf(0x41 + index),
        round: { roundId },
      })),
    );
    expect(world.state(roundId)).toMatchObject({ sent: 3, answered: 0, responseRate: 0 });
    expect(world.refused).toEqual([]);
  });

  test('sends them once, wherever it was killed, and however often it starts anew', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 4 }), crashes => {
        const { world } = opened();
        for (const after of crashes)
          world.reactTo(roundOpened, world.last('LiaisonRoundOpened'), '2026-03-02 09:01', after);
        world.react(workflows, '2026-03-02 09:01');
        expect(world.react(workflows, '2026-03-02 09:02')).toBe(0);
        expect(liaisons(world)).toHaveLength(3);
      }),
    );
  });

  test('hears of answers, and of those that were none', () => {
    const { world, roundId } = opened();
    world.react(workflows, '2026-03-02 09:01');
    const [first = '', second = ''] = liaisons(world);
    answers(world, first, '2026-03-04 10:00');
    answers(world, second, '2026-03-05 10:00');
    world.react(workflows, '2026-03-05 10:01');
    expect(world.state(roundId)).toMatchObject({ answered: 2, responseRate: 2 / 3 });
    const stepRevision = world.events(second).indexOf('TechnicalLiaisonAnswered');
    const retract = { type: 'retractStep', data: { stepRevision, reason: 'not theirs' } };
    world.give('technical-liaison', retract, lead, '2026-03-05 11:00', second);
    world.react(workflows, '2026-03-05 11:01');
    expect(world.state(roundId)).toMatchObject({ answered: 1 });
  });
});

describe('a round that closes', () => {
  test('closes the liaisons nobody answered, and leaves the others', () => {
    const { world, roundId } = opened();
    world.react(workflows, '2026-03-02 09:01');
    const [first = '', second = '', third = ''] = liaisons(world);
    answers(world, second, '2026-03-04 10:00');
    world.react(workflows, '2026-03-04 10:01');
    closes(world, roundId, '2026-03-31 17:00');
    world.react(workflows, '2026-03-31 17:01');
    expect(world.state(first)).toMatchObject({ phase: 'closed', ended: { how: 'withoutReply' } });
    expect(world.state(third)).toMatchObject({ phase: 'closed', ended: { how: 'withoutReply' } });
    expect(world.state(second)).toMatchObject({ phase: 'answered' });
    expect(world.react(workflows, '2026-03-31 17:02')).toBe(0);
    expect(world.refused).toEqual([]);
  });

  test('before it heard of an answer leaves that liaison too, and counts the answer late', () => {
    const { world, roundId } = opened();
    world.react(workflows, '2026-03-02 09:01');
    const [first = ''] = liaisons(world);
    answers(world, first, '2026-03-31 16:59');
    closes(world, roundId, '2026-03-31 17:00');
    world.react(workflows, '2026-03-31 17:01');
    expect(world.state(first)).toMatchObject({ phase: 'answered' });
    expect(world.last('LiaisonRoundAnswered').data).toMatchObject({ liaisonId: first, late: true });
    expect(world.last('LiaisonRoundClosed').data).toMatchObject({ sent: 3, answered: 0 });
  });

  test('before it heard of its forms closes their liaisons when it does', () => {
    const { world, roundId } = opened();
    world.react([roundOpened], '2026-03-02 09:01');
    closes(world, roundId, '2026-03-02 09:02');
    world.react([roundTold, roundClosed], '2026-03-02 09:03');
    expect(liaisons(world).map(id => world.state(id).ended?.how)).toEqual(names.map(() => 'withoutReply'));
  });

  test('a customer who answers afterwards opens its liaison again, and owes the round nothing', () => {
    const { world, roundId } = opened();
    world.react(workflows, '2026-03-02 09:01');
    closes(world, roundId, '2026-03-31 17:00');
    world.react(workflows, '2026-03-31 17:01');
    const [first = ''] = liaisons(world);
    answers(world, first, '2026-04-02 10:00');
    world.react(workflows, '2026-04-02 10:01');
    expect(world.state(first)).toMatchObject({ phase: 'answered', reopenings: 1 });
    expect(world.state(roundId)).toMatchObject({ phase: 'closed', answered: 1 });
  });
});

test('a liaison that belongs to no round tells none', () => {
  const { world } = scheduled();
  const data = { ...response, customer: { name: 'X' }, receivedAt: at('2026-03-02 10:00') };
  world.give('technical-liaison', { type: 'recordResponse', data }, specialist, '2026-03-02 10:00');
  expect(world.react(workflows, '2026-03-02 10:01')).toBe(0);
});
