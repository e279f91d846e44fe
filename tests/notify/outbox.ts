import { setTimeout as sleep } from 'node:timers/promises';
import { v5 as uuidv5 } from 'uuid';
import { categoryOf, uuidOf } from '../../domain/log/envelope.ts';
import { type NotificationState, notification } from '../../domain/notification/notification.ts';
import type { WallClock } from '../../src/clock.ts';
import { createAggregateWriter } from '../../src/directory/aggregate-writer.ts';
import { emptyFold, type Folded, foldEvents } from '../../src/directory/folded-aggregate.ts';
import type { Alarm } from '../../src/engine/alarm.ts';
import { asNotifier } from '../../src/notify/notification-reactor.ts';
import { type NotificationSender, startNotificationSender } from '../../src/notify/notification-sender.ts';
import type { Deliver, DeliveryOutcome } from '../../src/notify/webhook.ts';
import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { createSealer } from '../../src/privacy/sealer.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { idOf } from '../given-when-then.ts';

export const TIMEOUT_MS = 10_000;
export const LEASE_MS = 3 * TIMEOUT_MS;

/** An outbox in a log, a view of it that is made anew after each append, and as many senders as a test wants. */
export function outbox(store: EventStore, clock: WallClock, alarm?: Alarm) {
  const give = createAggregateWriter({
    store,
    sealer: createSealer(createMemoryKeyStore()),
    clock,
    directory: { appending: () => () => {} },
  });
  const messages = new Map<string, Folded<NotificationState>>();
  let position = '';
  const senders = new Set<NotificationSender>();
  const problems: string[] = [];

  /** Follows the log to its end, as long as that takes on a store that fails now and then. */
  const project = async (): Promise<void> => {
    for (;;) {
      try {
        const events = await store.readAll(position, 1_000);
        const last = events.at(-1);
        if (last === undefined) break;
        for (const event of events) {
          if (categoryOf(event.streamId) !== notification.category) continue;
          const id = uuidOf(event.streamId);
          const before = messages.get(id) ?? emptyFold(notification.initial);
          messages.set(id, foldEvents(notification, before, [event]));
        }
        position = last.position;
      } catch {
        if (closed) break;
        await sleep(20);
      }
    }
    for (const sender of senders) sender.wake();
  };
  let closed = false;
  let projecting = Promise.resolve();
  const stopListening = store.onAppended(() => {
    projecting = projecting.then(project);
  });
  /** Those that nobody has sent, and until when nobody may. */
  const waiting = () =>
    [...messages]
      .filter(([, { state }]) => state.phase === 'waiting' || state.phase === 'claimed')
      .map(([id, { state }]) => ({ id, heldUntil: state.heldUntil }));

  return {
    problems,
    /** Queues messages, the n-th of them always under the same id; answers the ids. */
    async queue(count: number, from = 0): Promise<readonly string[]> {
      const ids: string[] = [];
      for (let n = from; n < from + count; n++) {
        const commandId = uuidv5(String(n), idOf(0xffff));
        const outcome = await give(notification, {
          ...asNotifier({ commandId, correlationId: commandId }),
          command: {
            type: 'queue',
            data: {
              kind: 'promiseWarned',
              lifecycle: 'complaint',
              caseId: idOf(n),
              addressee: { role: 'assignee', userId: idOf(0x100 + n) },
              happenedAt: clock.now(),
              matter: { clock: 'firstReply', cycle: 1, dueAt: clock.now() + 3_600_000 },
            },
          },
        });
        if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
        ids.push(outcome.id);
      }
      return ids;
    },
    sender(deliver: Deliver, timeoutMs = TIMEOUT_MS): NotificationSender {
      const sender = startNotificationSender({
        store,
        give,
        views: {
          dueNotifications: (byAt, limit) =>
            waiting()
              .filter(({ heldUntil }) => heldUntil <= byAt)
              .sort((a, b) => a.heldUntil - b.heldUntil)
              .slice(0, limit)
              .map(({ id }) => id),
          nextNotificationAt: () =>
            waiting()
              .map(({ heldUntil }) => heldUntil)
              .sort((a, b) => a - b)[0],
          health: () => ({ position }),
        },
        deliver,
        write: async (id, message) => ({ id, body: JSON.stringify(message) }),
        timeoutMs,
        clock,
        log: {
          warn: (about: object, text: string) => problems.push(`${text}: ${JSON.stringify(about)}`),
          error: (about: object, text: string) => problems.push(`${text}: ${JSON.stringify(about)}`),
        },
        ...(alarm === undefined ? {} : { alarm }),
      });
      senders.add(sender);
      return sender;
    },
    project,
    /** Event types of every message, in order. */
    async types(id: string): Promise<readonly string[]> {
      return (await store.readStream(`outbox-${id}`)).map(({ type }) => type);
    },
    async close(): Promise<void> {
      stopListening();
      for (const sender of senders) await sender.close();
      closed = true;
      await projecting;
    },
  };
}

export const TAKEN: DeliveryOutcome = { outcome: 'taken' };
export const REFUSED: DeliveryOutcome = {
  outcome: 'failed',
  reason: 'refused',
  status: 503,
  problem: 'the receiver answered 503',
};

/** A receiver that keeps what it is sent, and answers as it is told. */
export function receiver(
  answer: (id: string, times: number) => DeliveryOutcome | Promise<DeliveryOutcome> = () => TAKEN,
) {
  const got: string[] = [];
  const times = (id: string): number => got.filter(each => each === id).length;
  const deliver: Deliver = async ({ id }) => {
    got.push(id);
    return answer(id, times(id));
  };
  return { deliver, got, times };
}
