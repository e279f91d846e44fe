import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { House } from '../../src/engine/open-house.ts';
import { type Cluster, cluster, give, received, request } from './cluster.ts';

let of: Cluster;
beforeEach(async () => {
  of = await cluster();
});
afterEach(() => of.close());

const HOUR_MS = 3_600_000;
const patiently = { timeout: 60_000, interval: 200 };

async function timersOf(house: House, caseId: string): Promise<number> {
  const events = await house.store.readStream(`complaint-${caseId}`);
  return events.filter(event => event.metadata.actor.via === 'timer').length;
}

describe('a node whose clock is off', () => {
  it('fires nothing, is not ready, and says by how much; it goes on when the clocks go together', {
    timeout: 120_000,
  }, async () => {
    of.server.log.clockAheadMs = 60_000;
    const house = await of.start('a');
    const receivedAt = Date.now() - 30 * HOUR_MS;
    const { caseId, position } = await give(house, 'receive', received({ receivedAt }));
    await house.views.waitFor(position, 30_000);
    await vi.waitFor(async () => {
      const { ready, reasons } = await house.ready();
      expect({ ready, reasons: reasons.join() }).toEqual({
        ready: false,
        reasons: expect.stringMatching(
          /no timers are fired here: this node's clock is \d{5} ms or more behind/,
        ),
      });
    }, patiently);
    expect(await timersOf(house, caseId)).toBe(0);
    of.server.log.clockAheadMs = 0;
    // What tells is the next event that it sends.
    await give(house, 'addNote', { text: 'The clocks were set.' }, { caseId });
    await vi.waitFor(async () => expect(await timersOf(house, caseId)).toBeGreaterThan(0), patiently);
    await vi.waitFor(async () => expect((await house.ready()).reasons).toEqual([]), patiently);
  });
});

describe('a database that is gone', () => {
  it('takes commands no more, and leaves what the views know; the node goes on when it is back', {
    timeout: 120_000,
  }, async () => {
    const house = await of.start('a');
    const { caseId, position } = await give(house, 'receive', received());
    expect(await house.views.waitFor(position, 30_000)).toBe(true);
    await of.server.kill();
    await expect(
      house.handler.handle(request('addNote', { text: 'lost?' }, { caseId })),
    ).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      reason: 'unreachable',
    });
    await vi.waitFor(async () => {
      const { ready, reasons } = await house.ready();
      expect(ready).toBe(false);
      expect(reasons.join()).toMatch(
        /the log takes no write: .*nothing is heard of what other nodes write since/s,
      );
    }, patiently);
    expect(house.views.caseById(caseId)).toBeDefined();
    await of.server.restart();
    await vi.waitFor(async () => expect((await house.ready()).reasons).toEqual([]), patiently);
    const note = await give(house, 'addNote', { text: 'Back again.' }, { caseId });
    expect(await house.views.waitFor(note.position, 30_000)).toBe(true);
  });
});

describe('timers of two nodes', () => {
  it('fire once', { timeout: 120_000 }, async () => {
    const [a, b] = [await of.start('a'), await of.start('b')];
    const receivedAt = Date.now() - 30 * HOUR_MS;
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, at) => give(at % 2 === 0 ? a : b, 'receive', received({ receivedAt }))),
    );
    for (const { caseId } of opened) {
      await vi.waitFor(async () => {
        const events = await a.store.readStream(`complaint-${caseId}`);
        expect(events.filter(event => event.type === 'SlaClockBreached')).toHaveLength(2);
      }, patiently);
    }
    await vi.waitFor(async () => {
      const fired = (await a.ready()).timekeeper.fired + (await b.ready()).timekeeper.fired;
      const all = await a.store.readAll('', 1_000);
      const recorded = all.filter(({ metadata }) => metadata.actor.via === 'timer' && metadata.command);
      expect(fired).toBe(recorded.length);
      expect(new Set(recorded.map(({ metadata }) => metadata.commandId)).size).toBe(recorded.length);
    }, patiently);
  });
});
