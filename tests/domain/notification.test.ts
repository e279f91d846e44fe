import { describe, expect, it } from 'vitest';
import type { Decision } from '../../domain/case/decision.ts';
import {
  MAX_ATTEMPTS,
  type NotificationCommand,
  type NotificationEvent,
  type NotificationState,
  notification,
  TOLD_WITHIN_MS,
} from '../../domain/notification/notification.ts';
import { at, idOf } from '../given-when-then.ts';

const START = at('2026-09-29 16:00');
const LEASE_MS = 30_000;
const mine = idOf(1);
const another = idOf(2);
const queue: NotificationCommand = {
  type: 'queue',
  data: {
    kind: 'promiseWarned',
    lifecycle: 'complaint',
    caseId: idOf(3),
    addressee: { role: 'assignee', userId: idOf(4) },
    happenedAt: START,
    matter: { clock: 'firstReply', cycle: 1 },
  },
};
const claim = (claimId = mine): NotificationCommand => ({
  type: 'claim',
  data: { claimId, leaseMs: LEASE_MS },
});
const sent = (claimId = mine): NotificationCommand => ({ type: 'recordSent', data: { claimId } });
const failure = (claimId = mine, retryAfterMs?: number): NotificationCommand => ({
  type: 'recordFailure',
  data: { claimId, reason: 'refused', status: 503, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

/** The message after commands, each some time after the start; the last decision with it. */
function told(...steps: readonly (readonly [command: NotificationCommand, afterMs: number])[]) {
  let state: NotificationState = notification.initial;
  let last: readonly NotificationEvent[] = [];
  let events = 0;
  for (const [command, afterMs] of steps) {
    const decision: Decision<NotificationEvent> = notification.decide(command, state, START + afterMs);
    if (decision.outcome === 'rejected') throw new Error(decision.reason);
    last = decision.events;
    events += last.length;
    state = last.reduce(notification.evolve, state);
  }
  return { state, last, types: last.map(({ type }) => type), events };
}

describe('a message', () => {
  it('is queued once', () => {
    expect(told([queue, 0]).types).toEqual(['NotificationQueued']);
    expect(told([queue, 0], [queue, 1_000]).types).toEqual([]);
  });

  it('is claimed by one sender at a time', () => {
    expect(told([queue, 0], [claim(), 0]).last).toEqual([
      {
        type: 'NotificationClaimed',
        data: { claimId: mine, attempt: 1, untilAt: START + LEASE_MS },
        occurredAt: START,
      },
    ]);
    expect(told([queue, 0], [claim(), 0], [claim(another), LEASE_MS - 1]).types).toEqual([]);
  });

  it('is taken over when its claim has lapsed, as another attempt', () => {
    const { last } = told([queue, 0], [claim(), 0], [claim(another), LEASE_MS]);
    expect(last).toMatchObject([{ data: { claimId: another, attempt: 2 } }]);
  });

  it('is sent once, and claimed no more', () => {
    expect(told([queue, 0], [claim(), 0], [sent(), 50]).types).toEqual(['NotificationSent']);
    expect(told([queue, 0], [claim(), 0], [sent(), 50], [claim(another), 1e9]).types).toEqual([]);
  });

  it('is sent also if the sender was so slow that another took it over; told twice, it adds nothing', () => {
    const slow = told([queue, 0], [claim(), 0], [claim(another), LEASE_MS], [sent(), LEASE_MS + 1]);
    expect(slow.types).toEqual(['NotificationSent']);
    const both = told(
      [queue, 0],
      [claim(), 0],
      [claim(another), LEASE_MS],
      [sent(), 40_000],
      [sent(another), 40_001],
    );
    expect(both.types).toEqual([]);
  });

  it('waits after a failure, longer each time, and is claimed by nobody meanwhile', () => {
    const once = told([queue, 0], [claim(), 0], [failure(), 0]);
    expect(once.last).toMatchObject([
      { type: 'NotificationFailed', data: { retryAt: START + 10_000, status: 503 } },
    ]);
    expect(told([queue, 0], [claim(), 0], [failure(), 0], [claim(another), 9_999]).types).toEqual([]);
    const twice = told([queue, 0], [claim(), 0], [failure(), 0], [claim(), 10_000], [failure(), 10_000]);
    expect(twice.last).toMatchObject([{ data: { attempt: 2, retryAt: START + 10_000 + 30_000 } }]);
  });

  it('waits as long as the receiver asks for, six hours at most', () => {
    const hour = told([queue, 0], [claim(), 0], [failure(mine, 3_600_000), 0]);
    expect(hour.last).toMatchObject([{ data: { retryAt: START + 3_600_000 } }]);
    const week = told([queue, 0], [claim(), 0], [failure(mine, 7 * 86_400_000), 0]);
    expect(week.last).toMatchObject([{ data: { retryAt: START + 6 * 3_600_000 } }]);
  });

  it('is not failed by a sender that it was taken over from', () => {
    expect(told([queue, 0], [claim(), 0], [claim(another), LEASE_MS], [failure(), 31_000]).types).toEqual([]);
  });

  it('is given up after the last attempt that failed, within its bound of events', () => {
    const steps: [NotificationCommand, number][] = [[queue, 0]];
    let afterMs = 0;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      steps.push([claim(), afterMs], [failure(), afterMs]);
      afterMs += Math.min(10_000 * 3 ** (attempt - 1), 6 * 3_600_000);
    }
    expect(afterMs).toBeLessThan(TOLD_WITHIN_MS);
    const end = told(...steps);
    expect(end.types).toEqual(['NotificationFailed', 'NotificationGivenUp']);
    expect(end.events).toBeLessThanOrEqual(notification.maxEvents);
    expect(told(...steps, [claim(another), afterMs]).types).toEqual([]);
  });

  it('is given up when as many senders died', () => {
    const claims = Array.from({ length: MAX_ATTEMPTS }, (_, n): [NotificationCommand, number] => [
      claim(),
      n * LEASE_MS,
    ]);
    const { last } = told([queue, 0], ...claims, [claim(another), MAX_ATTEMPTS * LEASE_MS]);
    expect(last).toMatchObject([
      { type: 'NotificationGivenUp', data: { attempts: MAX_ATTEMPTS, because: 'tooManyAttempts' } },
    ]);
  });

  it('is given up when it is no news any more', () => {
    expect(told([queue, 0], [claim(), TOLD_WITHIN_MS - 1]).types).toEqual(['NotificationClaimed']);
    const { last } = told([queue, 0], [claim(), TOLD_WITHIN_MS]);
    expect(last).toMatchObject([{ type: 'NotificationGivenUp', data: { attempts: 0, because: 'tooOld' } }]);
  });

  it('that was never queued, or never claimed, is not sent', () => {
    expect(() => told([claim(), 0])).toThrow('notRegistered');
    expect(() => told([queue, 0], [sent(), 0])).toThrow('notClaimed');
  });
});
