import { join, resolve } from 'node:path';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Position } from '../../domain/log/envelope.ts';
import type { Addressee } from '../../domain/notification/notification.ts';
import type { WallClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { DirectoryService } from '../directory/directory-service.ts';
import type { Alarm } from '../engine/alarm.ts';
import type { EngineLog } from '../engine/engine-log.ts';
import type { EngineViews } from '../engine/engine-views.ts';
import type { RunnerFile } from '../engine/runner-file.ts';
import type { Reactor } from '../engine/workflow-reactor.ts';
import { instantWriter } from '../http/instants.ts';
import type { EventStore } from '../store/event-store.ts';
import { cloudEvent } from './cloud-event.ts';
import { NOTIFICATIONS, notificationReactor } from './notification-reactor.ts';
import { type SenderStatus, startNotificationSender } from './notification-sender.ts';
import { webhook } from './webhook.ts';
import { openWebhookSecret } from './webhook-secret.ts';

export type NotifyConfig = Pick<Config, 'notifyUrl' | 'notifySecretFile' | 'notifyTimeoutMs' | 'notifyNames'>;

/** What leaves the house. */
export interface Notifications {
  /** What queues messages, for the workflow runner. */
  readonly reactors: readonly Reactor[];
  wake(): void;
  /** Fingerprints of the secrets that messages are signed with. */
  readonly secrets: readonly string[];
  /** `undefined` where nothing is configured to be sent. */
  status(): SenderStatus | undefined;
  /** Waits for what is on its way. */
  close(): Promise<void>;
}

/** The view by which messages are sent. */
const VIEW = 'notifications';

/**
 * Begins to queue and send messages, where an address is configured; else does nothing and writes nothing. Messages
 * begin with what happens from now on: neither what was before they were turned on is told, nor what was while they
 * were off.
 * @param parts.head the log's last position
 * @throws WebhookSecretError
 */
export function openNotifications(parts: {
  readonly config: Partial<NotifyConfig> & Pick<Config, 'timeZone'>;
  readonly folder: string;
  /** Several nodes send what is in the log. */
  readonly shared: boolean;
  readonly store: Pick<EventStore, 'logId' | 'readStream'>;
  readonly people: Pick<DirectoryService, 'give' | 'readUser' | 'readParty'>;
  readonly views: Pick<EngineViews, 'status' | 'dueNotifications' | 'nextNotificationAt' | 'numberOf'>;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly file: Pick<RunnerFile, 'position' | 'save' | 'forget'>;
  readonly head: Position;
  readonly clock: WallClock;
  readonly log: EngineLog;
  readonly alarm?: Alarm;
}): Notifications {
  const { config, folder, shared, store, people, views, lifecycles, file, head, clock, log, alarm } = parts;
  const { notifyUrl: url = 'none', notifyTimeoutMs: timeoutMs = 10_000, notifyNames = false } = config;
  if (url === 'none') {
    file.forget(NOTIFICATIONS);
    return { reactors: [], wake() {}, secrets: [], status: () => undefined, async close() {} };
  }
  const ownSecret = join(folder, 'notify.secret');
  const secretFile = config.notifySecretFile ?? ownSecret;
  // With a log that nodes share each would make up another.
  const mayMake = !shared && resolve(secretFile) === resolve(ownSecret);
  const { sign, fingerprints } = openWebhookSecret(secretFile, mayMake);
  if (file.position(NOTIFICATIONS) === '') file.save(NOTIFICATIONS, head);

  const nameOf = async ({ userId, contactId }: Addressee): Promise<string | undefined> => {
    if (!notifyNames) return undefined;
    if (userId !== undefined) return (await people.readUser(userId))?.name;
    return contactId === undefined ? undefined : (await people.readParty(contactId))?.name;
  };
  const writeInstant = instantWriter(config.timeZone);
  const sender = startNotificationSender({
    store,
    give: people.give,
    views: {
      dueNotifications: (byAt, limit) => views.dueNotifications(byAt, limit),
      nextNotificationAt: () => views.nextNotificationAt(),
      health: () => viewHealth(views),
    },
    deliver: webhook({ url, timeoutMs, sign, clock }),
    async write(messageId, message) {
      const event = cloudEvent(message, {
        messageId,
        logId: store.logId,
        caseNumber: views.numberOf(message.caseId),
        name: await nameOf(message.addressee),
        write: writeInstant,
      });
      return { id: messageId, body: JSON.stringify(event) };
    },
    timeoutMs,
    clock,
    log,
    ...(alarm === undefined ? {} : { alarm }),
  });
  return {
    reactors: [notificationReactor({ store, lifecycles, give: people.give, clock })],
    wake: sender.wake,
    secrets: fingerprints(store.logId),
    status: sender.status,
    close: sender.close,
  };
}

function viewHealth(views: Pick<EngineViews, 'status'>) {
  const found = views.status().find(({ projection }) => projection === VIEW);
  if (found === undefined) return { position: '', blocked: `the view ${VIEW} is still being made` };
  const { position, faulted } = found;
  return faulted === undefined
    ? { position }
    : { position, blocked: `the view ${VIEW} stopped at position ${faulted.position}: ${faulted.message}` };
}

/** Why notifications do not go out, and how many wait since when; `undefined` while they do. */
export function notificationProblem(
  notifications: Pick<Notifications, 'status'>,
  views: Pick<EngineViews, 'notificationCounts'>,
): string | undefined {
  const problem = notifications.status()?.problem;
  if (problem === undefined) return undefined;
  const { waiting, sending, oldestQueuedAt } = views.notificationCounts();
  const since = oldestQueuedAt === undefined ? '' : ` since ${new Date(oldestQueuedAt).toISOString()}`;
  return `notifications do not go out: ${problem}; ${waiting + sending} wait${since}`;
}
