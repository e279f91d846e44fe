import type { Addressee } from '../../domain/notification/notification.ts';
import type { Notification } from '../../workflows/notifications.ts';
import type { InstantWriter } from '../http/instants.ts';
import { instantsToText } from '../http/instants.ts';

/** What is known of a message when it is sent, beside itself. */
export interface SendingContext {
  readonly messageId: string;
  readonly logId: string;
  /** The case's number for people, if it has one by now. */
  readonly caseNumber?: string | undefined;
  /** Only where names are to be sent. */
  readonly name?: string | undefined;
  readonly write: InstantWriter;
}

/**
 * A message as CloudEvents 1.0 has it, in structured mode. Ids, roles, the clock and its due instant: a name only where
 * the house is configured to send it, and never a word of the case.
 */
export function cloudEvent(message: Notification, about: SendingContext) {
  const { kind, lifecycle, caseId, addressee, happenedAt, matter } = message;
  const { messageId, logId, caseNumber, name, write } = about;
  const to: Addressee & { readonly name?: string } = name === undefined ? addressee : { ...addressee, name };
  return {
    specversion: '1.0',
    id: messageId,
    source: `urn:redress:log:${logId}`,
    type: `redress.notification.${kind}.v1`,
    subject: caseId,
    time: write(happenedAt),
    datacontenttype: 'application/json',
    data: {
      lifecycle,
      caseId,
      ...(caseNumber === undefined ? {} : { caseNumber }),
      to,
      ...Object.assign({}, instantsToText(matter, write)),
    },
  };
}
