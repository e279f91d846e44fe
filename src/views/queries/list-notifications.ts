import type { SQLInputValue } from 'node:sqlite';
import { type NotificationRow, notificationTable } from '../../../projections/notifications.ts';
import type { NotificationCounts } from '../../engine/engine-views.ts';
import type { ViewReader } from '../view-reader.ts';
import { type Page, pageOf, placeOf } from './page.ts';

export interface NotificationFilter {
  readonly state?: NotificationRow['state'] | undefined;
  readonly kind?: string | undefined;
  readonly caseId?: string | undefined;
  readonly userId?: string | undefined;
}

const SORT = '-queuedAt';

/** Messages, the newest first. @throws BadCursorError, ViewsNotReadyError */
export function listNotifications(
  reader: ViewReader,
  filter: NotificationFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Page<NotificationRow> {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  for (const column of ['state', 'kind', 'caseId', 'userId'] as const) {
    const value = filter[column];
    if (value === undefined) continue;
    conditions.push(`"${column}" = ?`);
    values.push(value);
  }
  if (page.cursor !== undefined) {
    const { value, key } = placeOf(SORT, page.cursor);
    conditions.push('(queuedAt, messageId) < (?, ?)');
    values.push(value, key[0] ?? '');
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = reader.rows(notificationTable, `${where} ORDER BY queuedAt DESC, messageId DESC LIMIT ?`, [
    ...values,
    page.limit + 1,
  ]);
  return pageOf(rows, page.limit, SORT, row => ({ value: row.queuedAt, key: [row.messageId] }));
}

/** Ids of messages that may be sent at an instant, those first that may longest. */
export function dueNotifications(reader: ViewReader, byAt: number, limit: number): readonly string[] {
  return reader
    .all(
      `SELECT messageId FROM notifications WHERE nextAt IS NOT NULL AND nextAt <= ?
       ORDER BY nextAt, queuedAt, messageId LIMIT ?`,
      [byAt, limit],
    )
    .map(({ messageId }) => String(messageId));
}

export function nextNotificationAt(reader: ViewReader): number | undefined {
  const at = reader.get(
    'SELECT nextAt FROM notifications WHERE nextAt IS NOT NULL ORDER BY nextAt LIMIT 1',
    [],
  )?.nextAt;
  return typeof at === 'number' ? at : undefined;
}

/** How many messages there are of each state, and since when the oldest that is not at its end waits (epoch ms). */
export function notificationCounts(reader: ViewReader): NotificationCounts {
  const counted = reader.all('SELECT state, messages FROM notificationCounts', []);
  const oldest = reader.get(
    'SELECT min(queuedAt) AS queuedAt FROM notifications INDEXED BY notificationsByNext WHERE nextAt IS NOT NULL',
    [],
  )?.queuedAt;
  const of = (state: NotificationRow['state']): number =>
    Number(counted.find(row => row.state === state)?.messages ?? 0);
  return {
    waiting: of('waiting'),
    sending: of('sending'),
    sent: of('sent'),
    givenUp: of('givenUp'),
    ...(typeof oldest === 'number' ? { oldestQueuedAt: oldest } : {}),
  };
}
