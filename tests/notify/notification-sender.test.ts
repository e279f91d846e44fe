import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, TOLD_WITHIN_MS } from '../../domain/notification/notification.ts';
import { systemClock } from '../../src/clock.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { MONDAY } from '../engine/house.ts';
import { VirtualTime } from '../engine/virtual-time.ts';
import { LEASE_MS, outbox, REFUSED, receiver, TAKEN, TIMEOUT_MS } from './outbox.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** An outbox in virtual time. */
function virtual() {
  const time = new VirtualTime(MONDAY);
  const of = outbox(memoryStore({ clock: time }), time, time.alarm);
  open.push(of);
  return { time, ...of };
}

describe('a sender', () => {
  it('claims, hands over, and writes down that it did', async () => {
    const { time, queue, sender, types } = virtual();
    const { deliver, got } = receiver();
    sender(deliver);
    const ids = await queue(3);
    await time.pass(1_000);
    expect(got.toSorted()).toEqual(ids.toSorted());
    for (const id of ids)
      expect(await types(id)).toEqual(['NotificationQueued', 'NotificationClaimed', 'NotificationSent']);
    await time.pass(TOLD_WITHIN_MS);
    expect(got).toHaveLength(3);
  });

  it('sends what was queued before it began', async () => {
    const { time, queue, sender, types, project } = virtual();
    const [id = ''] = await queue(1);
    await project();
    const { deliver, got } = receiver();
    sender(deliver);
    await time.pass(1_000);
    expect(got).toEqual([id]);
    expect(await types(id)).toHaveLength(3);
  });

  it('tries again until it is taken, with the same id', async () => {
    const { time, queue, sender, types } = virtual();
    const { deliver, got } = receiver((_id, times) => (times < 4 ? REFUSED : TAKEN));
    const { status } = sender(deliver);
    const [id = ''] = await queue(1);
    // Between two attempts, too, it is not well.
    await time.pass(20_000);
    expect(status().problem).toContain('answered 503');
    await time.pass(600_000);
    expect(status().problem).toBeUndefined();
    expect(got).toEqual([id, id, id, id]);
    expect((await types(id)).slice(-2)).toEqual(['NotificationClaimed', 'NotificationSent']);
  });

  it('gives up one that is never taken, and not the others', async () => {
    const { time, queue, sender, types, problems } = virtual();
    const [poison = '', ...others] = await queue(20);
    const { deliver, times } = receiver(id => (id === poison ? REFUSED : TAKEN));
    sender(deliver);
    await time.pass(60_000);
    for (const id of others) expect([id, times(id)]).toEqual([id, 1]);
    await time.pass(TOLD_WITHIN_MS);
    expect(times(poison)).toBe(MAX_ATTEMPTS);
    expect((await types(poison)).at(-1)).toBe('NotificationGivenUp');
    expect(problems.filter(text => text.startsWith('a notification is given up'))).toHaveLength(1);
  });

  it('spares the attempts of the others while the receiver is away, and sends all when it is back', async () => {
    const { time, queue, sender, types } = virtual();
    let isAway = true;
    const { deliver, got, times } = receiver(() => (isAway ? REFUSED : TAKEN));
    const { status } = sender(deliver);
    const ids = await queue(100);
    await time.pass(3_600_000);
    const attempts = got.length;
    // One a minute, but for the first minutes and those that were under way together.
    expect(attempts).toBeLessThan(100);
    expect(status().problem).toContain('answered 503');
    isAway = false;
    await time.pass(6 * 3_600_000);
    for (const id of ids) {
      expect((await types(id)).at(-1)).toBe('NotificationSent');
      expect(times(id)).toBeLessThan(5);
    }
    expect(status()).toEqual({ sent: 100, failed: attempts });
  });

  it('gives up what is no news when the receiver is back', async () => {
    const { time, queue, sender, types } = virtual();
    let isAway = true;
    const { deliver, got } = receiver(() => (isAway ? REFUSED : TAKEN));
    const ids = await queue(5);
    sender(deliver);
    await time.pass(TOLD_WITHIN_MS - 3_600_000);
    isAway = false;
    time.jump(3_600_001);
    const before = got.length;
    await time.pass(86_400_000);
    expect(got).toHaveLength(before);
    for (const id of ids) expect((await types(id)).at(-1)).toBe('NotificationGivenUp');
  });

  it('takes over what a dead one claimed, once the claim has lapsed: one duplicate, of the same id', async () => {
    const { time, queue, sender, types } = virtual();
    const { deliver, got } = receiver();
    // Handed over, and dead before it is written down.
    const dying = receiver(() => new Promise(() => {}));
    sender(dying.deliver);
    const [id = ''] = await queue(1);
    await time.pass(1_000);
    expect(dying.got).toEqual([id]);
    sender(deliver);
    await time.pass(LEASE_MS - 2_000);
    expect(got).toEqual([]);
    await time.pass(3_000);
    expect(got).toEqual([id]);
    expect(await types(id)).toEqual([
      'NotificationQueued',
      'NotificationClaimed',
      'NotificationClaimed',
      'NotificationSent',
    ]);
    open.splice(0);
  });

  it('does nothing while nothing is queued', async () => {
    const { time, sender } = virtual();
    const { deliver } = receiver();
    sender(deliver);
    await time.pass(3_600_000);
    expect(time.rings).toBeLessThanOrEqual(61);
  });
});

describe.each(['memory', 'SQLite'] as const)('several senders at once over %s', kind => {
  it('send each message once, whatever the interleaving', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const messages = 40;
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 0, max: 3 })), async delays => {
        const folder = mkdtempSync(join(tmpdir(), 'redress-outbox-'));
        const store =
          kind === 'memory'
            ? memoryStore({ clock: systemClock })
            : await openSqliteStore({ path: join(folder, 'events.db'), clock: systemClock });
        const { queue, sender, types, close } = outbox(store, systemClock);
        const { deliver, got } = receiver(async () => {
          await sleep(delays.next().value);
          return TAKEN;
        });
        try {
          for (let n = 0; n < 3; n++) sender(deliver, 60_000);
          const ids = await queue(messages);
          const ended = async () => {
            for (const id of ids) if ((await types(id)).at(-1) !== 'NotificationSent') return false;
            return true;
          };
          while (!(await ended())) await sleep(20);
          expect(got.toSorted()).toEqual(ids.toSorted());
          for (const id of ids)
            expect(await types(id)).toEqual([
              'NotificationQueued',
              'NotificationClaimed',
              'NotificationSent',
            ]);
        } finally {
          await close();
          await store.close();
          rmSync(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: kind === 'memory' ? 5 : 3, seed },
    );
  });
});

describe('a message that is queued again', () => {
  it('by another node, or after a crash, is the same one', async () => {
    const { time, queue, sender } = virtual();
    const { deliver, got } = receiver();
    sender(deliver);
    const [first, second] = [await queue(3), await queue(3)];
    expect(second).toEqual(first);
    await time.pass(60_000);
    expect(got.toSorted()).toEqual(first.toSorted());
    expect(TIMEOUT_MS).toBeLessThan(LEASE_MS);
  });
});
