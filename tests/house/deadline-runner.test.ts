import { expect, it, vi } from 'vitest';
import type { GiveCommand } from '../../src/directory/aggregate-writer.ts';
import type { EngineViews } from '../../src/engine/engine-views.ts';
import type { PolicyBook } from '../../src/engine/policy-book.ts';
import { startDeadlineRunner } from '../../src/house/deadline-runner.ts';

/** A calendar that knows every day, and views that see a provisional deadline when they are told to come on. */
function runnerOver(views: { seen: boolean }) {
  const begun: unknown[] = [];
  const give: GiveCommand = async (_aggregate, { command }) => {
    begun.push(command.data.what);
    return { outcome: 'rejected', reason: 'enough', details: {}, revision: -1 };
  };
  const calendar = { id: 'cn', version: 2, isKnown: () => true, source: { knownThrough: '2020-12-31' } };
  const book = { policyAt: () => ({ calendarId: 'cn', version: 1 }), calendarKnownAt: () => calendar };
  let progressed = () => {};
  const fake = {
    waitFor: async (_position: string, timeoutMs: number) => {
      await vi
        .waitFor(() => expect(views.seen).toBe(true), { timeout: timeoutMs, interval: 1 })
        .catch(() => {});
      return views.seen;
    },
    casesWithPromises: () => [],
    provisionalDeadlines: () => (views.seen ? { count: 1, firstAt: 1 } : { count: 0 }),
    onProgress: (listener: () => void) => {
      progressed = listener;
      return () => {};
    },
    status: () => [],
  };
  const alarms: (() => void)[] = [];
  const runner = startDeadlineRunner({
    store: {
      logId: 'e1c0a3c0-8a5e-4f5e-9d57-000000000000',
      head: async () => '1',
      readStream: async () => [],
    },
    give,
    handler: { handle: () => Promise.reject(new Error('none')), load: async () => undefined },
    // What of them is asked is there.
    views: fake as unknown as EngineViews,
    book: book as unknown as PolicyBook,
    lifecycles: [],
    clock: { now: () => 1_000_000 },
    log: { warn: () => {}, error: () => {} },
    alarm: callback => {
      alarms.push(callback);
      return () => {};
    },
  });
  return { runner, begun, alarms, progress: () => progressed() };
}

it('looks for provisional deadlines when the views have seen what was promised before, not sooner', async () => {
  const views = { seen: false };
  const { runner, begun } = runnerOver(views);
  const settled = runner.settled();
  setTimeout(() => {
    views.seen = true;
  }, 50);
  await settled;
  expect(begun).toEqual(['provisional']);
  await runner.close();
});

it('closes at once while the views are behind', async () => {
  const { runner, begun } = runnerOver({ seen: false });
  await runner.close();
  expect(begun).toEqual([]);
});

it('looks again later for what came too soon after the last look', async () => {
  const views = { seen: true };
  const { runner, begun, alarms, progress } = runnerOver(views);
  await runner.settled();
  progress();
  await runner.settled();
  const before = begun.length;
  progress();
  expect(begun).toHaveLength(before);
  expect(alarms).toHaveLength(1);
  alarms[0]?.();
  await runner.settled();
  expect(begun.length).toBeGreaterThan(before);
  await runner.close();
});
