import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { categoryOf, type RecordedEvent } from '../../domain/log/envelope.ts';
import { notification } from '../../domain/notification/notification.ts';
import {
  addresseeKey,
  isNews,
  NOTIFYING,
  type Notification,
  notificationsOf,
} from '../../workflows/notifications.ts';
import type { WallClock } from '../clock.ts';
import type { Asking, GiveCommand } from '../directory/aggregate-writer.ts';
import { workflowCommandId } from '../engine/command-id.ts';
import { foldOn, newCase } from '../engine/folded-case.ts';
import { systemActor } from '../engine/system-actor.ts';
import type { Reactor } from '../engine/workflow-reactor.ts';
import type { EventStore } from '../store/event-store.ts';

/** Its place in the log is written down under this name, and it is part of the ids of its messages. */
export const NOTIFICATIONS = 'notifications';

/** Who acts for the outbox: nobody in person. */
export function asNotifier(about: Omit<Asking, 'actor' | 'keyed'>): Asking {
  const { id, role, via } = systemActor('workflow');
  return { ...about, actor: { id, role, via }, keyed: false };
}

/**
 * Queues a message for everybody who is to be told of an event. The message's id is made of the event, the kind and
 * the addressee: an event that is met again, after a crash or on another node, adds nothing.
 */
export function notificationReactor(parts: {
  readonly store: Pick<EventStore, 'logId' | 'readStream'>;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly give: GiveCommand;
  readonly clock: WallClock;
}): Reactor {
  const { store, give, clock } = parts;
  const lifecycles = new Map(parts.lifecycles.map(lifecycle => [lifecycle.category, lifecycle] as const));

  const found = async (event: RecordedEvent): Promise<readonly Notification[]> => {
    const lifecycle = lifecycles.get(categoryOf(event.streamId));
    if (lifecycle === undefined || !isNews(event, clock.now())) return [];
    const stream = await store.readStream(event.streamId);
    const { commandId } = event.metadata;
    // As the case was at the event, not as it is.
    const upTo = stream.slice(0, event.revision + 1);
    const { state, unknownType } = foldOn(lifecycle, newCase(lifecycle), upTo, event.position);
    if (unknownType !== undefined) return [];
    const together = stream
      .filter(({ metadata }) => metadata.commandId === commandId)
      .map(({ type }) => type);
    return notificationsOf(event, { lifecycle: lifecycle.name, state, together });
  };

  const queue = async (event: RecordedEvent, message: Notification): Promise<void> => {
    const { correlationId, traceparent } = event.metadata;
    const step = `${message.kind} ${addresseeKey(message.addressee)}`;
    const outcome = await give(notification, {
      ...asNotifier({
        commandId: workflowCommandId(store.logId, {
          causingEventId: event.eventId,
          workflow: NOTIFICATIONS,
          step,
        }),
        correlationId,
        causationId: event.eventId,
        ...(traceparent === undefined ? {} : { traceparent }),
      }),
      command: { type: 'queue', data: message },
    });
    if (outcome.outcome !== 'accepted')
      throw new Error(`a message of ${event.eventId} was not queued: ${outcome.outcome}`);
  };

  return {
    name: NOTIFICATIONS,
    on: NOTIFYING,
    async reactTo(event) {
      const messages = await found(event);
      if (messages.length === 0) return { requests: [] };
      return {
        requests: [],
        async done() {
          for (const message of messages) await queue(event, message);
        },
      };
    },
  };
}
