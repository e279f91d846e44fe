import type { EventDefinition } from '../../domain/case/event-definition.ts';
import type { AnyCommand, AnyEvent, AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { type Metadata, type StoredEvent, uuidOf } from '../../domain/log/envelope.ts';
import type { Sealer } from '../privacy/sealer.ts';
import { canonicalJson } from '../store/canonical-json.ts';
import { inCanonicalOrder } from './canonical-order.ts';
import type { CommandRequest } from './command-request.ts';
import type { RecordedContext } from './decision-context.ts';
import { newEventId } from './event-id.ts';

/**
 * What all events of a decision, and the journal of a rejection, say of how they came about; `occurredAt` is the
 * decision's own until an event says when its fact happened.
 */
export type DecisionStamp = Omit<Metadata, 'command' | 'context' | 'bodyMac'>;

export function decisionStamp(
  request: CommandRequest,
  decision: {
    readonly decidedAt: number;
    readonly recordedAt: number;
    readonly policyVersion: number;
    readonly calendarVersion: number;
  },
): DecisionStamp {
  const { actor, causationId, traceparent, importId } = request;
  const { calendarVersion, decidedAt, policyVersion, recordedAt } = decision;
  // In the order of canonical JSON, as all that is written out is made in it where that costs nothing.
  return {
    actor: {
      id: actor.id,
      ...(actor.onBehalfOf === undefined ? {} : { onBehalfOf: actor.onBehalfOf }),
      role: actor.role,
      via: actor.via,
    },
    calendarVersion,
    ...(causationId === undefined ? {} : { causationId }),
    commandId: request.commandId,
    correlationId: request.correlationId,
    decidedAt,
    deciderVersion: request.lifecycle.deciderVersion,
    ...(importId === undefined ? {} : { importId }),
    occurredAt: decidedAt,
    policyVersion,
    recordedAt,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** `undefined` once the case's key is destroyed: then nobody can tell one body from another. */
export function bodyMacOf(sealer: Sealer, caseUuid: string, command: AnyCommand): string | undefined {
  return sealer.bodyMac(caseUuid, canonicalJson({ data: command.data, type: command.type }));
}

/** A decided event is not what its schema says: a bug of who decided it. Nothing was written. */
class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
}

/**
 * What a decided event says, as its schema gives it out: nothing else is ever written.
 * @param by of the lifecycle or the small stream, and the command: for the error
 * @throws MalformedEventError
 */
export function parsedEvent(
  definition: EventDefinition | undefined,
  event: { readonly type: string; readonly data: unknown },
  by: string,
): { readonly definition: EventDefinition; readonly data: StoredEvent['data'] } {
  const parsed = definition && inCanonicalOrder(definition.schema).safeParse(event.data);
  if (definition === undefined || parsed?.success !== true) {
    // Paths and codes only: messages of checks may repeat a personal value.
    const issues = parsed?.error?.issues.map(({ path, code }) => `${path.join('.')} (${code})`);
    throw new MalformedEventError(
      `${by} decided a malformed ${event.type}: ${issues?.join(', ') ?? 'unknown type'}`,
    );
  }
  // Parsed by an event's schema, whose fields are JSON.
  return { definition, data: parsed.data as StoredEvent['data'] };
}

/**
 * Decided events as they will be stored: parsed by their schemas, sealed, with ids of their own; the first
 * carries the command and what the decision used.
 * @throws MalformedEventError
 */
export function sealedEvents(
  sealer: Sealer,
  lifecycle: AnyLifecycle,
  decided: {
    readonly streamId: string;
    readonly events: readonly AnyEvent[];
    readonly command: AnyCommand;
    readonly stamp: DecisionStamp;
    readonly used: RecordedContext | undefined;
    /** Whoever sent the command can send it again. */
    readonly keyed: boolean;
    /** Of the first event; 0 opens the stream. */
    readonly firstRevision: number;
  },
): StoredEvent[] {
  const { streamId, command, stamp, used, keyed, firstRevision } = decided;
  // One object for all that happened at one time: whoever writes them writes it once.
  let shared: Metadata | undefined;
  return decided.events.map((event, index) => {
    const by = `${lifecycle.name}: ${command.type}`;
    const { definition, data } = parsedEvent(lifecycle.events[event.type], event, by);
    const eventId = newEventId();
    const { schemaVersion, schema } = definition;
    const base = { eventId, streamId, revision: firstRevision + index, type: event.type, schemaVersion };
    const { occurredAt } = event;
    if (index > 0) {
      const { data: sealedData, sealed } = sealer.seal({ ...base, data }, { event: schema });
      if (shared?.occurredAt !== occurredAt) shared = { ...stamp, occurredAt };
      return { ...base, data: sealedData, sealed, metadata: shared };
    }
    const caseUuid = uuidOf(streamId);
    // Without a key of its sender's nobody can send a command again, with another body least of all.
    const bodyMac = keyed ? bodyMacOf(sealer, caseUuid, command) : undefined;
    const out = sealer.seal(
      { ...base, data, command, ...(firstRevision === 0 ? { anchor: caseUuid } : {}) },
      { event: schema, ...commandSchema(lifecycle, command) },
    );
    const { actor, calendarVersion, causationId, commandId, ...others } = stamp;
    return {
      ...base,
      data: out.data,
      sealed: out.sealed,
      metadata: {
        actor,
        ...(bodyMac === undefined ? {} : { bodyMac }),
        calendarVersion,
        ...(causationId === undefined ? {} : { causationId }),
        ...(out.command === undefined ? {} : { command: out.command }),
        commandId,
        ...contextPart(used),
        ...others,
        occurredAt,
      },
    };
  });
}

/** Its own schema holds JSON alone, and fields that are undefined are not written. */
export function contextPart(used: RecordedContext | undefined): Pick<Metadata, 'context'> {
  return used === undefined ? {} : { context: used as NonNullable<Metadata['context']> };
}

function commandSchema(lifecycle: AnyLifecycle, command: AnyCommand) {
  const definition = lifecycle.commands[command.type];
  return definition === undefined ? {} : { command: definition.schema };
}
