import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Position, RecordedEvent } from '../../domain/log/envelope.ts';
import {
  type NotificationCommand,
  notification,
  notificationEvents,
} from '../../domain/notification/notification.ts';
import type { Notification } from '../../workflows/notifications.ts';
import type { WallClock } from '../clock.ts';
import type { GiveCommand } from '../directory/aggregate-writer.ts';
import { type Alarm, systemAlarm } from '../engine/alarm.ts';
import { eachAtOnce } from '../engine/each-at-once.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import type { EventStore } from '../store/event-store.ts';
import { asNotifier } from './notification-reactor.ts';
import type { Deliver, OutgoingMessage } from './webhook.ts';

const MINUTE_MS = 60_000;
/** The shortest time between two looks while messages come in. */
const BREATH_MS = 200;
const ROWS_A_LOOK = 500;
const MESSAGES_AT_ONCE = 8;
const FIRST_BACKOFF_MS = 1_000;
/** Between two tries to write to a store that did not answer. */
const AGAIN_AFTER_MS = [50, 200, 800];

/** The notifications view, as far as sending needs it. */
export interface DueNotifications {
  /** Ids of messages that nobody has sent and nobody holds at the instant, those that wait longest first. */
  dueNotifications(byAt: number, limit: number): readonly string[];
  /** The earliest instant at which one may be sent. */
  nextNotificationAt(): number | undefined;
  /** Up to where the view has followed the log; `blocked` says why it cannot be relied on. */
  health(): { readonly position: Position; readonly blocked?: string };
}

export interface SenderStatus {
  /** Why nothing goes out, or what went wrong last and is tried again. */
  readonly problem?: string;
  /** Since the start. */
  readonly sent: number;
  readonly failed: number;
}

export interface NotificationSender {
  /** Looks soon: the view has moved on. */
  wake(): void;
  status(): SenderStatus;
  /** Waits for what is on its way: cut off, it would be sent again. */
  close(): Promise<void>;
}

/**
 * Sends what is queued: claims a message by appending to its stream, hands it over, and writes down what came of it.
 * The view only tells which to look at; who sends is settled by the stream, so that of several nodes one does. Whoever
 * dies in between leaves a claim that lapses.
 */
export function startNotificationSender(parts: {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly give: GiveCommand;
  readonly views: DueNotifications;
  readonly deliver: Deliver;
  /** The message as it goes out. */
  readonly write: (messageId: string, message: Notification) => Promise<OutgoingMessage>;
  /** The longest that `deliver` takes; a claim holds three times as long. */
  readonly timeoutMs: number;
  readonly clock: WallClock;
  readonly log: EngineLog;
  readonly alarm?: Alarm;
}): NotificationSender {
  const { store, give, views, deliver, write, timeoutMs, clock, log, alarm = systemAlarm } = parts;
  const leaseMs = 3 * timeoutMs;
  /** Messages dealt with lately: left alone until the view has seen what was written. */
  const done = new Map<string, Position>();
  let cancel = (): void => {};
  let wakesAt = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  /** Deliveries and looks that failed, one after the other. */
  let failures = 0;
  let problem: string | undefined;
  let blocked: string | undefined;
  let sent = 0;
  let failed = 0;

  /**
   * Answers the types of what the command added. Given again under its id while the store cannot say whether it has it:
   * a claim that nobody knows of holds a message up, and a sending that nobody knows of is done again.
   * @throws Error where the command was not accepted
   */
  const record = async (id: string, command: NotificationCommand): Promise<readonly string[]> => {
    const commandId = uuidv7();
    const asking = asNotifier({ commandId, correlationId: id });
    for (const pauseMs of [...AGAIN_AFTER_MS, undefined]) {
      try {
        const outcome = await give(notification, { ...asking, id, command });
        if (outcome.outcome === 'accepted') {
          done.set(id, outcome.position ?? '');
          return outcome.events.map(({ type }) => type);
        }
        throw new Error(`${command.type} of message ${id}: ${outcome.outcome}`);
      } catch (error) {
        if (pauseMs === undefined) throw error;
        await sleep(pauseMs);
      }
    }
    return [];
  };

  const wentWell = (): void => {
    failures = 0;
    problem = undefined;
  };

  const send = async (id: string): Promise<void> => {
    const began = performance.now();
    const claimId = uuidv7();
    const claimed = await record(id, { type: 'claim', data: { claimId, leaseMs } });
    // Somebody else's, or at its end: the view will say so.
    if (!claimed.includes('NotificationClaimed')) return;
    const message = messageIn(await store.readStream(`${notification.category}-${id}`));
    if (message === undefined) throw new Error(`message ${id} is of a newer release`);
    const outgoing = await write(id, message);
    // So late, its claim could lapse before it is through, and another one send as well.
    const tookMs = Math.round(performance.now() - began);
    if (tookMs > timeoutMs) throw new Error(`to claim message ${id} took ${tookMs} ms: it is left to lapse`);
    const delivery = await deliver(outgoing);
    if (delivery.outcome === 'taken') {
      sent++;
      wentWell();
      await record(id, { type: 'recordSent', data: { claimId } });
      return;
    }
    failed++;
    const { reason, status, retryAfterMs } = delivery;
    const said = {
      claimId,
      reason,
      ...(status === undefined ? {} : { status }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    if ((await record(id, { type: 'recordFailure', data: said })).includes('NotificationGivenUp'))
      log.error({ messageId: id, problem: delivery.problem }, 'a notification is given up');
    throw new DeliveryFailedError(delivery.problem);
  };

  const look = async (): Promise<void> => {
    const { position, blocked: why } = views.health();
    blocked = why;
    if (why !== undefined) return;
    for (const [id, seen] of done) if (seen <= position) done.delete(id);
    const rows = views.dueNotifications(clock.now(), ROWS_A_LOOK);
    const due = rows.filter(id => !done.has(id));
    // While the receiver is away one message asks whether it is back, and the others keep their attempts.
    const now = failures > 0 ? due.slice(0, 1) : due;
    again ||= now.length < due.length || rows.length === ROWS_A_LOOK;
    let broken = false;
    await eachAtOnce(now, MESSAGES_AT_ONCE, async id => {
      if (stopped || broken) return;
      try {
        await send(id);
      } catch (error) {
        broken = true;
        throw error;
      }
    });
  };

  const run = async (): Promise<void> => {
    try {
      await look();
      // One that waits for its next attempt says that nothing is well yet.
      if (views.nextNotificationAt() === undefined) wentWell();
    } catch (error) {
      failures++;
      problem = error instanceof Error ? error.message : String(error);
      log.warn({ problem, failures }, 'notifications could not be sent, and are tried again');
    }
  };

  const sleepUntil = (at: number): void => {
    cancel();
    wakesAt = at;
    cancel = alarm(begin, Math.min(Math.max(0, at - clock.now()), MINUTE_MS));
  };

  const begin = (): void => {
    if (stopped || looking !== undefined) return;
    cancel();
    again = false;
    looking = run().finally(() => {
      looking = undefined;
      if (!stopped) sleepUntil(nextLookAt());
    });
  };

  const nextLookAt = (): number => {
    const now = clock.now();
    if (failures > 0) return now + Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MINUTE_MS);
    const latest = now + MINUTE_MS;
    if (blocked !== undefined) return latest;
    if (again) return now + BREATH_MS;
    const nextAt = views.nextNotificationAt() ?? latest;
    // What is due and was dealt with is looked at when the view moves on, which wakes.
    return nextAt <= now ? latest : Math.min(latest, nextAt);
  };

  begin();
  return {
    wake() {
      if (stopped) return;
      again = true;
      if (looking !== undefined || failures > 0) return;
      const at = clock.now() + BREATH_MS;
      if (at < wakesAt) sleepUntil(at);
    },
    status() {
      const why = blocked ?? problem;
      return { sent, failed, ...(why === undefined ? {} : { problem: why }) };
    },
    async close() {
      stopped = true;
      cancel();
      await looking;
    },
  };
}

/** The receiver did not take a message: written down by then. */
class DeliveryFailedError extends Error {
  override readonly name = 'DeliveryFailedError';
}

function messageIn([first]: readonly RecordedEvent[]): Notification | undefined {
  const { schema, schemaVersion } = notificationEvents.NotificationQueued;
  if (first?.type !== 'NotificationQueued' || first.schemaVersion > schemaVersion) return undefined;
  return schema.parse(first.data);
}
