import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NotificationCommand, notification } from '../../domain/notification/notification.ts';
import { createAggregateWriter } from '../../src/directory/aggregate-writer.ts';
import { emptyFold, foldEvents } from '../../src/directory/folded-aggregate.ts';
import { asNotifier } from '../../src/notify/notification-reactor.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import {
  dueNotifications,
  listNotifications,
  nextNotificationAt,
  notificationCounts,
} from '../../src/views/queries/list-notifications.ts';
import { ViewReader } from '../../src/views/view-reader.ts';
import { MONDAY } from '../engine/house.ts';
import { idOf } from '../given-when-then.ts';
import { ViewFolder } from '../views/view-folder.ts';

const MESSAGES = 5;
const messageId = (n: number) => idOf(0x5000 + n);

type Step = readonly [message: number, what: number, afterMs: number, follow: number];
const steps = fc.array(fc.tuple(fc.nat(MESSAGES - 1), fc.nat(4), fc.nat(40_000_000), fc.nat(3)), {
  minLength: 10,
  maxLength: 60,
});

/** The n-th thing that can be told of a message; some of it comes to nothing. */
function command(n: number, what: number): NotificationCommand {
  const claimId = idOf(what % 2);
  const userId = idOf(0x100 + n);
  switch (what) {
    case 0:
    case 1:
      return { type: 'claim', data: { claimId, leaseMs: 30_000 } };
    case 2:
      return { type: 'recordFailure', data: { claimId, reason: 'refused', status: 503 } };
    case 3:
      return { type: 'recordSent', data: { claimId } };
    default:
      return {
        type: 'queue',
        data: {
          kind: 'promiseWarned',
          lifecycle: 'complaint',
          caseId: idOf(0x200),
          addressee: n % 2 === 0 ? { role: 'assignee', userId } : { role: 'contact' },
          happenedAt: MONDAY,
          matter: { clock: 'decision', cycle: 1, dueAt: MONDAY + n },
        },
      };
  }
}

describe('the view of notifications', () => {
  it('says of each what its stream says, after whatever happened, however it was followed', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken: readonly Step[]) => {
        const views = await ViewFolder.make();
        const reader = new ViewReader();
        let now = MONDAY;
        const give = createAggregateWriter({
          store: views.store,
          sealer: createSealer(createMemoryKeyStore()),
          clock: { now: () => now },
          directory: { appending: () => () => {} },
        });
        let given = 0;
        const tell = (n: number, what: number) => {
          const commandId = idOf(0x9000 + given++);
          return give(notification, {
            ...asNotifier({ commandId, correlationId: commandId }),
            id: messageId(n),
            command: command(n, what),
          });
        };
        try {
          for (let n = 0; n < MESSAGES; n++) await tell(n, 4);
          for (const [n, what, afterMs, follow] of taken) {
            now += afterMs;
            await tell(n, what);
            if (follow === 0) await views.reopen();
            else if (follow === 1) await views.follow();
          }
          await views.follow();
          expect(await views.differences()).toEqual([]);

          reader.moveTo(views.path);
          const rows = listNotifications(reader, {}, { limit: 200 }).rows;
          expect(rows).toHaveLength(MESSAGES);
          const due = new Map<string, number>();
          const counts = { waiting: 0, sending: 0, sent: 0, givenUp: 0 };
          for (const row of rows) {
            const events = await views.store.readStream(`outbox-${row.messageId}`);
            const { state } = foldEvents(notification, emptyFold(notification.initial), events);
            const shown = state.phase === 'claimed' ? 'sending' : state.phase;
            expect([row.state, row.attempts]).toEqual([shown, state.attempts]);
            counts[row.state]++;
            const isOpen = state.phase === 'waiting' || state.phase === 'claimed';
            if (isOpen) due.set(row.messageId, Math.max(state.heldUntil, state.queuedAt));
            expect(row.nextAt).toBe(due.get(row.messageId) ?? null);
            expect(row.endedAt === null).toBe(isOpen);
          }
          const { oldestQueuedAt, ...counted } = notificationCounts(reader);
          expect(counted).toEqual(counts);
          expect(oldestQueuedAt).toBe(due.size === 0 ? undefined : MONDAY);
          const byNext = [...due].filter(([, at]) => at <= now).map(([id]) => id);
          expect(dueNotifications(reader, now, 100).toSorted()).toEqual(byNext.toSorted());
          expect(nextNotificationAt(reader)).toBe(due.size === 0 ? undefined : Math.min(...due.values()));
        } finally {
          reader.close();
          await views.close();
        }
      }),
      { numRuns: 12, seed: Math.floor(Math.random() * 2 ** 31) },
    );
  });
});
