import { v5, v7 } from 'uuid';
import type { Rejected } from '../../domain/case/decision.ts';
import type {
  CommandDefinitions,
  CommandOf,
  EventDefinitions,
  EventOf,
} from '../../domain/case/event-definition.ts';
import type { Aggregate } from '../../domain/log/aggregate.ts';
import type { ActorStamp, Position, StoredEvent } from '../../domain/log/envelope.ts';
import type { WallClock } from '../clock.ts';
import { parsedEvent } from '../engine/decided-events.ts';
import type { Rejection, RejectionJournal } from '../engine/rejection-journal.ts';
import type { Json, JsonObject } from '../privacy/json-edit.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { canonicalJson } from '../store/canonical-json.ts';
import type { EventStore, NewEvent } from '../store/event-store.ts';
import { decideWithin } from './decide-within.ts';
import type { FollowingDirectory } from './directory-file.ts';
import { emptyFold, foldEvents } from './folded-aggregate.ts';

/** Who asks, and by what. */
export interface Asking {
  readonly actor: ActorStamp;
  /** By meaning (command-id.ts), or random. */
  readonly commandId: string;
  /** The sender gave an idempotency key: the same id with another body is refused. */
  readonly keyed: boolean;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  readonly importId?: string;
}

interface AggregateRequest<C extends CommandDefinitions> extends Asking {
  /** The uuid of an existing stream, or one chosen for a new one; absent: it follows from the command's id. */
  readonly id?: string;
  /** As parsed by its schema. */
  readonly command: CommandOf<C>;
  /** What the sender sent, where that is not the command's data: compared when the command comes again. */
  readonly body?: Json;
}

export type AggregateOutcome =
  | {
      readonly outcome: 'accepted';
      readonly id: string;
      readonly revision: number;
      /** Of the append; absent where nothing was added. */
      readonly position?: Position;
      /** As stored: personal values are sealed. */
      readonly events: readonly StoredEvent[];
      /** The command had been accepted before; nothing was added. */
      readonly replayed: boolean;
    }
  | (Rejected & { readonly revision: number })
  | { readonly outcome: 'forbidden'; readonly needs: readonly string[] }
  | { readonly outcome: 'keyReused' }
  | { readonly outcome: 'conflict'; readonly revision: number }
  /** The stream holds an event of a newer release. */
  | { readonly outcome: 'upgradeNeeded'; readonly type: string };

/** Gives a command to a small stream: checks the role, decides, seals, appends, and tells the directory. */
export type GiveCommand = <S, C extends CommandDefinitions, E extends EventDefinitions>(
  aggregate: Aggregate<S, C, E>,
  request: AggregateRequest<C>,
) => Promise<AggregateOutcome>;

/** Others who write to the same stream at once: rare here, so that few tries are enough. */
const MAX_TRIES = 4;

/** @throws StoreUnavailableError from what it returns; a ZodError for a command that its schema does not take */
export function createAggregateWriter(parts: {
  readonly store: EventStore;
  readonly sealer: Sealer;
  readonly clock: WallClock;
  readonly directory: Pick<FollowingDirectory, 'appending'>;
  /** Who tried what, when, and why not. */
  readonly journal?: Pick<RejectionJournal, 'record'>;
}): GiveCommand {
  const { store, sealer, clock, directory, journal } = parts;

  async function append(streamId: string, revision: number, events: readonly NewEvent[]) {
    const done = directory.appending();
    let stored: StoredEvent[] = [];
    try {
      const result = await store.append(streamId, revision, events);
      if (result.outcome === 'appended') {
        stored = events.map((event, at) => ({ ...event, streamId, revision: revision + 1 + at }));
      }
      return { result, stored };
    } finally {
      done(stored);
    }
  }

  return async (aggregate, request) => {
    const { actor, command, commandId } = request;
    const definition = aggregate.commands[command.type];
    if (definition === undefined)
      throw new TypeError(`${aggregate.category} knows no command ${command.type}`);
    if (!definition.roles.includes(actor.role)) return { outcome: 'forbidden', needs: definition.roles };
    definition.schema.parse(command.data);

    const id = request.id ?? v5(commandId, store.logId);
    const streamId = `${aggregate.category}-${id}`;
    let revision = -1;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await store.readStream(streamId);
      // What a workflow gives is made from its id: nobody sends it with another body, and no key is made for it. Else the
      // stream's first event says under which key.
      const bodyMac =
        actor.via === 'workflow'
          ? undefined
          : sealer.bodyMac(id, canonicalJson([command.type, request.body ?? command.data]));
      const folded = foldEvents(aggregate, emptyFold(aggregate.initial), before);
      revision = folded.revision;
      if (folded.unknownType !== undefined) return { outcome: 'upgradeNeeded', type: folded.unknownType };
      const earlier = before.filter(event => event.metadata.commandId === commandId);
      if (earlier.length > 0) {
        const macThen = earlier[0]?.metadata.bodyMac;
        if (request.keyed && bodyMac !== undefined && macThen !== bodyMac) return { outcome: 'keyReused' };
        return { outcome: 'accepted', id, revision, events: earlier, replayed: true };
      }

      const now = clock.now();
      const decision = decideWithin(aggregate, command, folded, now);
      if (decision.outcome === 'rejected') {
        // That there is no such stream is a 404, and no refusal of it.
        if (decision.reason !== 'notRegistered')
          await journal?.record(rejectionOf(aggregate, request, { ...decision, id, revision, now }));
        return { ...decision, revision };
      }
      if (decision.events.length === 0) {
        return { outcome: 'accepted', id, revision, events: [], replayed: false };
      }
      const recordedAt = Math.max(now, folded.recordedAt);
      const events = decision.events.map((event, at) =>
        newEvent(aggregate, request, event, {
          streamId,
          revision: revision + 1 + at,
          now,
          recordedAt,
          first: at === 0,
          // A stream that the house began itself names no key until somebody writes to it.
          anchors:
            at === 0 &&
            actor.via !== 'workflow' &&
            !before.some(({ sealed }) => sealed.some(({ subject }) => subject === id)),
          bodyMac,
        }),
      );
      const { result, stored } = await append(streamId, revision, events);
      if (result.outcome === 'appended') {
        return {
          outcome: 'accepted',
          id,
          revision: result.revision,
          position: result.position,
          events: stored,
          replayed: false,
        };
      }
    }
    return { outcome: 'conflict', revision };
  };

  function newEvent<S, C extends CommandDefinitions, E extends EventDefinitions>(
    aggregate: Aggregate<S, C, E>,
    request: AggregateRequest<C>,
    event: EventOf<E>,
    at: {
      readonly streamId: string;
      readonly revision: number;
      readonly now: number;
      readonly recordedAt: number;
      readonly first: boolean;
      /** The event names the key that `bodyMac` is made under. */
      readonly anchors: boolean;
      readonly bodyMac: string | undefined;
    },
  ): NewEvent {
    const { command } = request;
    const commandSchema = aggregate.commands[command.type]?.schema;
    if (commandSchema === undefined)
      throw new TypeError(`${aggregate.category} knows no command ${command.type}`);
    const by = `${aggregate.category}: ${command.type}`;
    const decided = parsedEvent(aggregate.events[event.type], event, by);
    const { schemaVersion, schema } = decided.definition;
    const eventId = v7();
    const { data, sealed, ...rest } = sealer.seal(
      {
        eventId,
        streamId: at.streamId,
        type: event.type,
        schemaVersion,
        data: asJson(decided.data),
        ...(at.first ? { command: { type: command.type, data: asJson(command.data) } } : {}),
        ...(at.anchors ? { anchor: at.streamId.slice(aggregate.category.length + 1) } : {}),
      },
      { event: schema, command: commandSchema },
    );
    const { actor, commandId, correlationId, causationId, traceparent, importId } = request;
    return {
      eventId,
      type: event.type,
      schemaVersion,
      data,
      sealed,
      metadata: {
        occurredAt: event.occurredAt,
        decidedAt: at.now,
        recordedAt: at.recordedAt,
        actor,
        commandId,
        correlationId,
        deciderVersion: aggregate.deciderVersion,
        ...(causationId === undefined ? {} : { causationId }),
        ...(traceparent === undefined ? {} : { traceparent }),
        ...(importId === undefined ? {} : { importId }),
        ...(rest.command === undefined ? {} : { command: rest.command }),
        ...(at.first && at.bodyMac !== undefined ? { bodyMac: at.bodyMac } : {}),
      },
    };
  }
}

function rejectionOf<S, C extends CommandDefinitions, E extends EventDefinitions>(
  aggregate: Aggregate<S, C, E>,
  request: AggregateRequest<C>,
  rejected: Rejected & { readonly id: string; readonly revision: number; readonly now: number },
): Rejection {
  const { actor, command, commandId, correlationId, causationId, traceparent, importId } = request;
  const { id, revision, now, ...decision } = rejected;
  return {
    request: {
      lifecycle: { name: aggregate.category, commands: aggregate.commands },
      command: { type: command.type, data: asJson(command.data) },
      actor,
    },
    caseId: id,
    rejected: decision,
    decidedOnRevision: revision,
    stamp: {
      decidedAt: now,
      occurredAt: now,
      recordedAt: now,
      actor,
      commandId,
      correlationId,
      deciderVersion: aggregate.deciderVersion,
      ...(causationId === undefined ? {} : { causationId }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(importId === undefined ? {} : { importId }),
    },
    used: undefined,
  };
}

/** What a schema gave out, without the keys that are `undefined`. */
function asJson(data: Readonly<Record<string, unknown>>): JsonObject {
  // Our own JSON, back at once.
  return JSON.parse(JSON.stringify(data)) as JsonObject;
}
