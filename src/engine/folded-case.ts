import type { CaseState } from '../../domain/case/case-state.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import type { Position, StoredEvent } from '../../domain/log/envelope.ts';
import { upcast } from '../../domain/log/upcast.ts';

/** Which events of the stream a command wrote. */
export interface CommandTrace {
  readonly firstRevision: number;
  readonly count: number;
}

/** A case folded from its stream's stored events, up to a revision. No personal value is in it. */
export interface FoldedCase {
  readonly state: CaseState;
  /** -1 before the first event. */
  readonly revision: number;
  /** Revision of the last event not written by a timer: a warning does not spoil an open form. */
  readonly etag: number;
  readonly position: Position;
  /** Of the last event. */
  readonly recordedAt: number;
  /** Every command that the stream ever accepted. */
  readonly commands: ReadonlyMap<string, CommandTrace>;
  /** The first event type that this release does not know, at its version. The state stops before it. */
  readonly unknownType?: string;
}

export function newCase(lifecycle: AnyLifecycle): FoldedCase {
  return {
    state: lifecycle.initial,
    revision: -1,
    etag: -1,
    position: '',
    recordedAt: 0,
    commands: new Map(),
  };
}

/** The case after further events of its stream, which follow on its revision. The case given stays as it was. */
export function foldOn(
  lifecycle: AnyLifecycle,
  before: FoldedCase,
  events: readonly StoredEvent[],
  position: Position,
): FoldedCase {
  if (events.length === 0) return before;
  let { state, revision, etag, recordedAt, unknownType } = before;
  const commands = new Map(before.commands);
  for (const event of events) {
    if (event.revision !== revision + 1) {
      throw new Error(`${event.streamId} goes on at ${event.revision} after ${revision}`);
    }
    const { metadata } = event;
    revision = event.revision;
    recordedAt = metadata.recordedAt;
    if (metadata.actor.via !== 'timer') etag = revision;
    const trace = commands.get(metadata.commandId);
    commands.set(metadata.commandId, {
      firstRevision: trace?.firstRevision ?? revision,
      count: (trace?.count ?? 0) + 1,
    });
    if (unknownType !== undefined) continue;
    const current = upcast(event, lifecycle.events);
    if (current.outcome === 'unknown') {
      unknownType = `${event.type} v${event.schemaVersion}`;
      continue;
    }
    state = lifecycle.evolve(state, {
      type: event.type,
      data: current.data,
      occurredAt: metadata.occurredAt,
      revision,
      commandId: metadata.commandId,
      actorId: metadata.actor.id,
      decidedAt: metadata.decidedAt,
    });
  }
  const known = unknownType === undefined ? {} : { unknownType };
  return { state, revision, etag, position, recordedAt, commands, ...known };
}
