import { v7 as uuidv7 } from 'uuid';
import type { Rejected } from '../../domain/case/decision.ts';
import { houseEvents } from '../../domain/log/house-events.ts';
import type { WallClock } from '../clock.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { type EventStore, type NewEvent, StoreUnavailableError } from '../store/event-store.ts';
import type { CommandRequest } from './command-request.ts';
import { bodyMacOf, contextPart, type DecisionStamp } from './decided-events.ts';
import type { RecordedContext } from './decision-context.ts';
import type { EngineLog } from './engine-log.ts';
import { patientAppend } from './patient-append.ts';

/** Rejections of one principal that are journalled in a minute: a broken client must not fill the log. */
const JOURNALLED_A_MINUTE = 60;
const MINUTE_MS = 60_000;
/** No more are kept of one case, like its events. */
const MAX_REJECTIONS = 5_000;
const APPEND_TRIES = 4;
/** Streams whose last revision is remembered. */
const REMEMBERED_STREAMS = 1_000;

export interface Rejection {
  readonly request: Pick<CommandRequest, 'command'> & {
    /** A lifecycle, or a small stream's kind by its category. */
    readonly lifecycle: Pick<CommandRequest['lifecycle'], 'name' | 'commands'>;
    readonly actor: Pick<CommandRequest['actor'], 'id'>;
  };
  /** Of the case or stream, or what it would have been. */
  readonly caseId: string;
  readonly rejected: Rejected;
  readonly decidedOnRevision: number;
  readonly stamp: DecisionStamp;
  readonly used: RecordedContext | undefined;
}

export interface RejectionJournal {
  /**
   * Writes down who tried what, when, and why not: in `rejection-<case uuid>`. Never fails the answer: what
   * cannot be journalled is told in the log.
   */
  record(rejection: Rejection): Promise<void>;
}

export function createRejectionJournal(parts: {
  readonly store: EventStore;
  readonly sealer: Sealer;
  readonly clock: WallClock;
  readonly log: Pick<EngineLog, 'warn'>;
}): RejectionJournal {
  const { store, sealer, clock, log } = parts;
  const last = new Map<string, { readonly revision: number; readonly recordedAt: number }>();
  const limit = minuteLimit(clock);

  const remember = (streamId: string, at: { revision: number; recordedAt: number }): void => {
    last.delete(streamId);
    last.set(streamId, at);
    if (last.size <= REMEMBERED_STREAMS) return;
    for (const oldest of last.keys()) {
      last.delete(oldest);
      return;
    }
  };

  const append = async (rejection: Rejection): Promise<void> => {
    const streamId = `rejection-${rejection.caseId}`;
    const sealed = sealedRejection(sealer, streamId, rejection);
    for (let tries = 0; tries < APPEND_TRIES; tries++) {
      const before = last.get(streamId) ?? { revision: -1, recordedAt: 0 };
      if (before.revision + 1 >= MAX_REJECTIONS) return;
      const recordedAt = Math.max(clock.now(), before.recordedAt);
      const event = { ...sealed, metadata: { ...sealed.metadata, recordedAt } };
      const result = await patientAppend(store, streamId, before.revision, [event]);
      if (result.outcome === 'appended') {
        remember(streamId, { revision: result.revision, recordedAt });
        return;
      }
      const [newest] = await store.readStream(streamId, result.actualRevision);
      if (newest === undefined) last.delete(streamId);
      else remember(streamId, { revision: newest.revision, recordedAt: newest.metadata.recordedAt });
    }
    log.warn({ caseId: rejection.caseId }, 'a rejection was not journalled: others kept writing');
  };

  return {
    async record(rejection) {
      const { request, caseId, rejected } = rejection;
      const about = { caseId, command: request.command.type, reason: rejected.reason };
      const beyond = limit(request.actor.id);
      if (beyond > 0) {
        if (beyond === 1)
          log.warn(
            { ...about, actorId: request.actor.id },
            'rejections beyond the limit of a minute are not journalled',
          );
        return;
      }
      try {
        await append(rejection);
      } catch (error) {
        const cause = error instanceof StoreUnavailableError ? error.reason : String(error);
        log.warn({ ...about, cause }, 'a rejection was not journalled');
      }
    },
  };
}

function sealedRejection(sealer: Sealer, streamId: string, rejection: Rejection): NewEvent {
  const { request, rejected, decidedOnRevision, stamp, used } = rejection;
  const { lifecycle, command } = request;
  const { schema, schemaVersion } = houseEvents.CommandRejected;
  const eventId = uuidv7();
  const data = schema.parse({
    lifecycle: lifecycle.name,
    command: command.type,
    reason: rejected.reason,
    details: rejected.details,
    decidedOnRevision,
  });
  const commandSchema = lifecycle.commands[command.type]?.schema;
  const out = sealer.seal(
    { eventId, streamId, type: 'CommandRejected', schemaVersion, data, command },
    { event: schema, ...(commandSchema === undefined ? {} : { command: commandSchema }) },
  );
  const bodyMac = bodyMacOf(sealer, rejection.caseId, command);
  return {
    eventId,
    type: 'CommandRejected',
    schemaVersion,
    data: out.data,
    sealed: out.sealed,
    metadata: {
      ...stamp,
      occurredAt: stamp.decidedAt,
      ...(out.command === undefined ? {} : { command: out.command }),
      ...contextPart(used),
      ...(bodyMac === undefined ? {} : { bodyMac }),
    },
  };
}

/** How many of a principal's rejections of this minute lie beyond the limit, this one included. */
function minuteLimit(clock: WallClock): (principal: string) => number {
  let minute = 0;
  const counts = new Map<string, number>();
  return principal => {
    const now = Math.floor(clock.now() / MINUTE_MS);
    if (now !== minute) {
      minute = now;
      counts.clear();
    }
    const count = (counts.get(principal) ?? 0) + 1;
    counts.set(principal, count);
    return Math.max(0, count - JOURNALLED_A_MINUTE);
  };
}
