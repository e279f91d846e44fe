import { describe, expect, it } from 'vitest';
import { POSSIBLE_WHEN_TOO_LONG } from '../../domain/case/case-limits.ts';
import { agent, customer, idOf, lead, qa } from '../given-when-then.ts';
import { decision, received } from './complaints.ts';

const remedyId = idOf(0x1_0100);
const credit = { kind: 'credit', amount: { amountMinor: 1_000, currency: 'CNY' } } as const;

/** What brings a complaint to its end, whatever its state. */
const WAYS = [
  ['waiveStep', { step: 'decision', reason: 'Told on the phone' }, lead],
  ['waiveRemedy', { remedyId, reason: 'Given long ago' }, agent],
  ['close', {}, agent],
] as const;

describe('a complaint that holds as many events as it can', () => {
  const undecided = received({ items: [{ batch: 'B-1' }] })
    .did('offerRemedy', credit, agent, '2026-09-30 09:00')
    .did('acceptRemedy', { remedyId }, customer, '2026-09-30 10:00');
  const contested = received({ items: [{ batch: 'B-1' }] })
    .did('offerRemedy', credit, agent, '2026-09-30 09:00')
    .did('acceptRemedy', { remedyId }, customer, '2026-09-30 10:00')
    .did('communicateDecision', decision, qa, '2026-09-30 11:00')
    .did('contest', { grounds: 'No' }, customer, '2026-09-30 12:00');

  it.each([
    ['without a decision', undecided],
    ['contested', contested],
  ])('is closed, %s and with a remedy owed', (_what, story) => {
    const closed = WAYS.reduce(
      (now, [command, data, by]) => now.did(command, data, by, '2026-09-30 14:00'),
      story,
    );
    expect(closed.state.phase).toBe('closed');
    expect(WAYS.filter(([command]) => !POSSIBLE_WHEN_TOO_LONG.has(command))).toEqual([]);
  });
});
