import { join } from 'node:path';
import { categoryOf, type Position, type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import type { OpenViews } from '../../src/engine/engine.ts';
import type { EngineViews } from '../../src/engine/engine-views.ts';
import { type FoldedCase, foldOn, newCase } from '../../src/engine/folded-case.ts';
import { openSqliteLog } from '../../src/store/sqlite-log.ts';

/** Views in memory: slow, obvious, and behind the log for a moment, as real ones are. */
export const openPlainViews: OpenViews<
  EngineViews & { readonly known: ReadonlyMap<string, FoldedCase> }
> = async ({ folder, lifecycles }) => {
  const log = await openSqliteLog(join(folder, 'events.db'));
  const known = new Map<string, FoldedCase>();
  let position: Position = '';
  const take = (event: RecordedEvent): void => {
    position = event.position;
    const lifecycle = lifecycles.find(({ category }) => category === categoryOf(event.streamId));
    if (lifecycle === undefined) return;
    const before = known.get(event.streamId) ?? newCase(lifecycle);
    known.set(event.streamId, foldOn(lifecycle, before, [event], event.position));
  };
  const follow = async (): Promise<void> => {
    for (const event of await log.readAll(position, 100_000)) if (event.position > position) take(event);
  };
  const listeners = new Set<() => void>();
  const moveOn = async (): Promise<void> => {
    await follow();
    for (const listener of listeners) listener();
  };
  await follow();
  const pending = () =>
    [...known].flatMap(([streamId, { state }]) =>
      pendingTimers(state).map(({ at, name, cycle }) => ({ streamId, at, name, cycle })),
    );
  return {
    known,
    async caughtUp() {},
    wake: () => void moveOn(),
    async waitFor() {
      await moveOn();
      return true;
    },
    onProgress(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status: () => [{ projection: 'promises', position, behindEvents: 0 }],
    dueTimers: byAt => pending().filter(({ at }) => at <= byAt),
    nextTimerAt: () =>
      pending()
        .map(({ at }) => at)
        .sort((a, b) => a - b)[0],
    hostOverlaps: () => [],
    rebuild: async () => ({ events: 0 }),
    casesWithPromises: ({ provisionalOnly, after, limit }) =>
      [...known]
        .filter(([, { state }]) =>
          state.clocks.some(
            ({ status, schedule }) =>
              ['running', 'paused'].includes(status) && (!provisionalOnly || schedule.provisional),
          ),
        )
        .map(([streamId]) => ({
          caseId: uuidOf(streamId),
          streamId,
          lifecycle: lifecycles.find(({ category }) => category === categoryOf(streamId))?.name ?? '',
        }))
        .filter(({ caseId }) => caseId > after)
        .sort((a, b) => (a.caseId < b.caseId ? -1 : 1))
        .slice(0, limit),
    provisionalDeadlines: () => {
      const due = [...known.values()]
        .flatMap(({ state }) => state.clocks)
        .filter(({ status, schedule }) => ['running', 'paused'].includes(status) && schedule.provisional)
        .map(({ schedule }) => schedule.dueAt);
      return due.length === 0 ? { count: 0 } : { count: due.length, firstAt: Math.min(...due) };
    },
    dueNotifications: () => [],
    nextNotificationAt: () => undefined,
    notificationCounts: () => ({ waiting: 0, sending: 0, sent: 0, givenUp: 0 }),
    numberOf: () => undefined,
    close: () => log.close(),
  };
};
