import { categoryOf, uuidOf } from '../domain/log/envelope.ts';
import { notification, notificationEvents } from '../domain/notification/notification.ts';
import { foldBy, type Projection, type RowAccess } from './projection.ts';
import { defineTable } from './table.ts';

export const NOTIFICATION_STATES = ['waiting', 'sending', 'sent', 'givenUp'] as const;
type NotificationRowState = (typeof NOTIFICATION_STATES)[number];

/** One message to somebody outside. */
export interface NotificationRow {
  readonly messageId: string;
  readonly kind: string;
  readonly state: NotificationRowState;
  readonly lifecycle: string;
  readonly caseId: string;
  readonly role: string;
  readonly userId: string | null;
  readonly contactId: string | null;
  readonly teamId: string | null;
  readonly clock: string | null;
  readonly dueAt: number | null;
  readonly happenedAt: number;
  readonly queuedAt: number;
  /** When it may be sent, or claimed anew; `null` once it was sent or is given up. */
  readonly nextAt: number | null;
  readonly attempts: number;
  readonly endedAt: number | null;
  /** Why the last attempt came to nothing, with the status if there was one: `refused 503`. */
  readonly problem: string | null;
}

export const notificationTable = defineTable<NotificationRow>({
  name: 'notifications',
  columns: {
    messageId: 'text',
    kind: 'text',
    state: 'text',
    lifecycle: 'text',
    caseId: 'text',
    role: 'text',
    userId: 'text',
    contactId: 'text',
    teamId: 'text',
    clock: 'text',
    dueAt: 'integer',
    happenedAt: 'integer',
    queuedAt: 'integer',
    nextAt: 'integer',
    attempts: 'integer',
    endedAt: 'integer',
    problem: 'text',
  },
  key: ['messageId'],
  indexes: [
    { name: 'notificationsByNext', columns: ['nextAt', 'queuedAt', 'messageId'], whereNotNull: 'nextAt' },
    { name: 'notificationsByQueued', columns: ['queuedAt', 'messageId'] },
    { name: 'notificationsOfState', columns: ['state', 'queuedAt', 'messageId'] },
    { name: 'notificationsOfCase', columns: ['caseId', 'queuedAt', 'messageId'] },
    { name: 'notificationsOfUser', columns: ['userId', 'queuedAt', 'messageId'], whereNotNull: 'userId' },
  ],
});

interface NotificationCountRow {
  readonly state: NotificationRowState;
  readonly messages: number;
}

export const notificationCountTable = defineTable<NotificationCountRow>({
  name: 'notificationCounts',
  columns: { state: 'text', messages: 'integer' },
  key: ['state'],
  indexes: [],
});

interface NotificationSource {
  /** `undefined` for a stream that does not begin with a message: one of a later release. */
  readonly row: NotificationRow | undefined;
}

/** Which messages there are, which of them wait, and how many went out. */
export function notifications(): Projection<NotificationSource> {
  const changed = (
    { row }: NotificationSource,
    to: (row: NotificationRow) => Partial<NotificationRow>,
  ): NotificationSource => ({ row: row === undefined ? undefined : { ...row, ...to(row) } });

  const { types, fold } = foldBy<typeof notificationEvents, NotificationSource>(notificationEvents, {
    NotificationQueued: (_before, { streamId, metadata, data }) => {
      const { kind, lifecycle, caseId, addressee, happenedAt, matter } = data;
      const { role, userId = null, contactId = null, teamId = null } = addressee;
      const { clock = null, dueAt = null } = matter;
      const queuedAt = metadata.occurredAt;
      const row: NotificationRow = {
        messageId: uuidOf(streamId),
        kind,
        state: 'waiting',
        lifecycle,
        caseId,
        role,
        userId,
        contactId,
        teamId,
        clock,
        dueAt,
        happenedAt,
        queuedAt,
        nextAt: queuedAt,
        attempts: 0,
        endedAt: null,
        problem: null,
      };
      return { row };
    },
    NotificationClaimed: (before, { data: { attempt, untilAt } }) =>
      changed(before, () => ({ state: 'sending', attempts: attempt, nextAt: untilAt })),
    NotificationFailed: (before, { data: { reason, status, retryAt } }) =>
      changed(before, () => ({
        state: 'waiting',
        nextAt: retryAt,
        problem: status === undefined ? reason : `${reason} ${status}`,
      })),
    NotificationSent: (before, { metadata }) =>
      changed(before, () => ({ state: 'sent', nextAt: null, endedAt: metadata.occurredAt, problem: null })),
    NotificationGivenUp: (before, { metadata, data: { because } }) =>
      changed(before, ({ problem }) => ({
        state: 'givenUp',
        nextAt: null,
        endedAt: metadata.occurredAt,
        problem: problem ?? because,
      })),
  });
  return {
    name: 'notifications',
    version: 1,
    tables: [notificationTable, notificationCountTable],
    types: new Set(types),
    fold(before, event) {
      if (before !== undefined) return fold(before, event);
      if (event.revision !== 0 || categoryOf(event.streamId) !== notification.category) return undefined;
      return fold({ row: undefined }, event);
    },
    derive(before, after, rows) {
      const was = before?.row;
      const is = after?.row;
      if (is !== undefined) rows.put(notificationTable, is, was !== undefined);
      else if (was !== undefined) rows.delete(notificationTable, notificationTable.keyOf(was));
      if (was?.state === is?.state) return;
      if (was !== undefined) count(rows, was.state, -1);
      if (is !== undefined) count(rows, is.state, 1);
    },
  };
}

function count(rows: RowAccess, state: NotificationRowState, sign: 1 | -1): void {
  rows.change(notificationCountTable, state, before => {
    const messages = (before?.messages ?? 0) + sign;
    return messages === 0 ? undefined : { state, messages };
  });
}
