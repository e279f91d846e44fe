import { accessEvents } from '../../domain/access/access.ts';
import { type RecordedEvent, uuidOf } from '../../domain/log/envelope.ts';
import type { JsonObject } from '../privacy/json-edit.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { EventLog } from '../store/event-store.ts';

export interface ListedLook {
  readonly sessionId: string;
  readonly lookId: string;
  readonly userId: string;
  readonly via: string;
  readonly at: number;
  readonly reason: string;
  readonly action: string;
  readonly parameters: JsonObject;
  /** Absent while it goes on, and where the service was cut off. */
  readonly outcome?: string;
  readonly result?: JsonObject;
}

const TYPES = ['AuditSessionOpened', 'AuditLookRecorded', 'AuditLookEnded'] as const;
/** Looked through at once: what is not asked for is not decoded. */
const LOOK_AT_EVENTS = 20_000;
/** Looks that are answered, the newest. */
export const MAX_LOOKS = 1_000;

/**
 * Who looked into the record, when and why, newest first; of what happened from `from` up to `to` (both
 * included), at most MAX_LOOKS. Reads through the whole log, without decoding it.
 */
export async function listLooks(
  { log, sealer }: { readonly log: Pick<EventLog, 'readTypes'>; readonly sealer: Pick<Sealer, 'open'> },
  filter: {
    readonly from?: number | undefined;
    readonly to?: number | undefined;
    readonly userId?: string | undefined;
    /** Named by the look's parameters: the id or the number that was asked for. */
    readonly about?: string | undefined;
  },
): Promise<readonly ListedLook[]> {
  const { from = 0, to = Number.POSITIVE_INFINITY, userId, about } = filter;
  const sessions = new Map<string, { readonly userId: string; readonly opened: RecordedEvent }>();
  let looks = new Map<string, ListedLook>();
  for (let after = ''; ; ) {
    const page = await log.readTypes(after, TYPES, LOOK_AT_EVENTS);
    for (const event of page.events) {
      const sessionId = uuidOf(event.streamId);
      switch (event.type) {
        case 'AuditSessionOpened':
          sessions.set(sessionId, { userId: String(event.data.userId), opened: event });
          break;
        case 'AuditLookRecorded': {
          const session = sessions.get(sessionId);
          const { lookId, action, parameters } = accessEvents.AuditLookRecorded.schema.parse(event.data);
          const at = event.metadata.recordedAt;
          if (session === undefined || at < from || at > to) break;
          if (userId !== undefined && session.userId !== userId) break;
          if (about !== undefined && !Object.values(parameters).includes(about)) break;
          const { via } = event.metadata.actor;
          looks.set(lookId, {
            sessionId,
            lookId,
            userId: session.userId,
            via,
            at,
            reason: String(sealer.open(session.opened).data.reason),
            action,
            parameters,
          });
          break;
        }
        case 'AuditLookEnded': {
          const { lookId, outcome, result } = accessEvents.AuditLookEnded.schema.parse(event.data);
          const look = looks.get(lookId);
          if (look !== undefined) looks.set(lookId, { ...look, outcome, result });
          break;
        }
        default:
      }
    }
    if (looks.size > 2 * MAX_LOOKS) looks = new Map([...looks].slice(-MAX_LOOKS));
    if (page.upTo === after) break;
    after = page.upTo;
  }
  return [...looks.values()].slice(-MAX_LOOKS).reverse();
}
